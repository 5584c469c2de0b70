"""The window is light: it reaches no model, no index and no key."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "spacy", "chromadb", "llama_cpp", "cryptography", "sentence_transformers", "numpy")


def test_importing_the_window_imports_nothing_heavy() -> None:
    program = f"import sys, app.tui.app; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
