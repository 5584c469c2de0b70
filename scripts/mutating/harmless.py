"""Changes that no test can miss, each with the reason; read from harmless.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path


def reasons() -> dict[tuple[str, str, str], str]:
    """File, what is changed and the code of the line; why nothing is lost by it."""
    read = tomllib.loads(Path(__file__).with_name("harmless.toml").read_text(encoding="utf-8"))
    return {(one["file"], one["what"], one["code"]): one["because"] for one in read.get("change", [])}
