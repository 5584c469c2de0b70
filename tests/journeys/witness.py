"""Counts what processes do towards a network, native libraries included; see witness.c."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COMPILER = shutil.which("cc")
_SOURCE = Path(__file__).with_name("witness.c")
_WIDTH = 128
_SIZE = 8 + 256 * _WIDTH


@dataclass(frozen=True)
class Witness:
    """A library that processes are started with, and the file in which it counts."""

    library: Path
    notes: Path

    @classmethod
    def compiled(cls, folder: Path) -> Witness:
        assert COMPILER is not None
        witness = cls(folder / "witness.so", folder / "notes")
        subprocess.run(
            [COMPILER, "-shared", "-fPIC", "-O1", "-o", str(witness.library), str(_SOURCE), "-ldl"],
            check=True,
        )
        witness.forget()
        return witness

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "WITNESS": str(self.notes)}

    def forget(self) -> None:
        """Begin anew."""
        self.notes.write_bytes(bytes(_SIZE))

    def seen(self) -> list[str]:
        """A line for every process that began and every attempt: "PID what detail"."""
        data = self.notes.read_bytes()
        number = int.from_bytes(data[:8], sys.byteorder)
        assert 8 + number * _WIDTH <= len(data), f"{number} notes are more than there is room for"
        lines = (data[8 + n * _WIDTH : 8 + (n + 1) * _WIDTH] for n in range(number))
        return [line.partition(b"\0")[0].decode("utf-8", "replace").strip() for line in lines]

    def attempts(self) -> list[str]:
        """What was tried."""
        return [line for line in self.seen() if not line.endswith(" began")]

    def processes(self) -> int:
        """How many programs were watched."""
        return len(self.seen()) - len(self.attempts())
