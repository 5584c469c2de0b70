"""The last generation of each history that was seen here, so that an older copy in its place is noticed.

Promises
    * A history that is put back to an older state of itself, whole, is told at its next opening.

Not promised
    * Noticing it where this file was put back as well: whoever can write both places is not found out.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from app.vault import guard
from app.vault.errors import VaultError
from app.vault.files import guarded, replace_file

_CEILING = 64 * 1024
_MOST = 500
_LARGEST = 2**62


class LastSeen:
    """Cheap to construct; a file that cannot be read knows nothing, one that cannot be written is skipped."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, vault: bytes) -> int:
        """The generation that was seen last; 0 if none was."""
        return self._all().get(_name(vault), 0)

    def remember(self, vault: bytes, generation: int) -> str:
        """Keep it. Returns why that was not possible, empty if it was."""
        known = self._all()
        if known.get(_name(vault)) == generation:
            return ""
        others = {name: number for name, number in known.items() if name != _name(vault)}
        kept = {_name(vault): generation, **dict(list(others.items())[: _MOST - 1])}
        try:
            with guarded():
                guard.make_folder(self._file.parent)
                replace_file(self._file, json.dumps(kept).encode())
        except VaultError as error:
            return f"An older copy in the place of this history would go unnoticed: {error}"
        return ""

    def _all(self) -> dict[str, int]:
        try:
            with self._file.open("rb") as stream:
                said = json.loads(stream.read(_CEILING))
            return {str(name): int(number) for name, number in said.items() if 0 <= int(number) <= _LARGEST}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return {}


def _name(vault: bytes) -> str:
    """Not the id itself, which also names the history in a keyring."""
    return hashlib.sha256(b"inhouse/last seen/1" + vault).hexdigest()[:32]
