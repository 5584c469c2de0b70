"""The program's own modules, as files and as names."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "models", "grounding", "safety")
MODULES = tuple(sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")))


def place(module: Path) -> str:
    """Path from the root, as it is written in rules."""
    return module.relative_to(ROOT).as_posix()


def name(module: Path) -> str:
    """As it is imported."""
    parts = module.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


def imported(module: Path) -> set[str]:
    """Top-level names of every package that is imported anywhere in a module, for typing alone included."""
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found
