"""Every heavy dependency has one door, and the packages know only whom they may know."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import MODULES, ROOT, imported, place

DOORS = {
    "llama_cpp": ("models/llama_weights.py",),
    "chromadb": ("grounding/chroma_index.py",),
    "spacy": ("grounding/entity_linker.py",),
    "dateparser": ("grounding/text/dates.py",),
    "sentence_transformers": ("models/sentence_embedder.py", "models/cross_encoder_folder.py"),
    "torch": ("models/sentence_embedder.py", "models/cross_encoder_folder.py"),
    "cryptography": ("app/vault/",),
    "keyring": ("app/history/keyring_slot.py",),
    "zxcvbn": ("app/history/passphrase.py",),
    "mnemonic": ("app/words.py",),
    "pypdf": ("grounding/loaders/",),
    "docx": ("grounding/loaders/",),
    "pptx": ("grounding/loaders/",),
    "openpyxl": ("grounding/loaders/",),
    "odfdo": ("grounding/loaders/",),
    "selectolax": ("grounding/loaders/",),
    "docutils": ("grounding/loaders/",),
    "oxmsg": ("grounding/loaders/",),
    "striprtf": ("grounding/loaders/",),
    "lxml": ("grounding/loaders/",),
    "pypdfium2": ("grounding/loaders/",),
    # The window shows answers as Markdown with its own rules (no links, no HTML).
    "markdown_it": ("grounding/loaders/", "app/tui/widgets/answer.py"),
    "pathspec": ("grounding/upkeep/ignore.py",),
    "datasketch": ("grounding/library/kinship.py",),
    "watchfiles": ("grounding/watch.py",),
    "textual": ("app/tui/",),
    "click": ("app/cli/",),
}


@pytest.mark.parametrize("dependency", DOORS)
def test_only_its_door_imports_a_dependency(dependency: str) -> None:
    importers = {place(module) for module in MODULES if dependency in imported(module)}

    assert importers, "the rule would hold of nothing"
    assert [importer for importer in importers if not importer.startswith(DOORS[dependency])] == []


def test_nothing_is_imported_by_a_name_that_is_not_written_down() -> None:
    """An import by a computed name would pass every rule; the command line has the one that is needed."""
    users = {
        place(module)
        for module in MODULES
        if "importlib.import_module(" in module.read_text("utf-8")
        or "__import__(" in module.read_text("utf-8")
    }

    assert users == {"app/cli/main.py"}


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3_000:]
    assert "0 broken" in done.stdout
