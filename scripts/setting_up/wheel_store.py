"""Wheels that were compiled here, kept so that no clone compiles the same thing twice.

pip's own cache cannot do this: it does not know CMAKE_ARGS, so it would hand a CPU wheel to a machine
that asked for a GPU. One folder per version, back end and key:

    <store>/llama_cpp_python-0.3.36/cpu-0123456789abcdef/*.whl and *.whl.sha256

The digest beside a wheel shows that it is whole; it is no defence against someone who may write to the
folder, which is why the folder is the user's alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

_DIGEST = re.compile(r"[0-9a-f]{64}")


def store_folder(environment: Mapping[str, str]) -> Path:
    """Where wheels are kept: below XDG_CACHE_HOME, or ~/.cache without one."""
    cache = environment.get("XDG_CACHE_HOME", "")
    return (Path(cache) if Path(cache).is_absolute() else Path.home() / ".cache") / "inhouse" / "wheels"


@dataclass(frozen=True, slots=True)
class WheelStore:
    """Wheels of one package version.

    `tag` names the Python they are for as wheel names do (cp311); `say` hears about a wheel that was refused.
    """

    folder: Path
    tag: str
    say: Callable[[str], None]

    def find(self, slot: str) -> Path | None:
        """The kept wheel of `slot` that fits the Python and whose digest is right, if there is one."""
        for wheel in sorted((self.folder / slot).glob("*.whl")):
            if not _fits(wheel.name, self.tag):
                continue
            if _recorded(wheel) == digest_of(wheel):
                return wheel
            self.say(f"The kept wheel {wheel} is not what was compiled: it is refused and made anew.")
        return None

    def forget(self, slot: str) -> None:
        """Removes what is kept in `slot`."""
        shutil.rmtree(self.folder / slot, ignore_errors=True)

    def keep(self, slot: str, wheel: Path) -> Path:
        """Copies `wheel` into `slot`, whole or not at all, and returns where it lies."""
        place = self.folder / slot
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = place / wheel.name
        _replace(kept.with_name(f"{kept.name}.sha256"), f"{digest_of(wheel)}\n".encode())
        with wheel.open("rb") as source, tempfile.NamedTemporaryFile(dir=place, delete=False) as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        Path(copy.name).replace(kept)
        return kept


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _recorded(wheel: Path) -> str:
    try:
        with wheel.with_name(f"{wheel.name}.sha256").open(encoding="ascii") as stream:
            text = stream.read(100).strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return text if _DIGEST.fullmatch(text) else ""


def _fits(name: str, tag: str) -> bool:
    """Whether the Python part of the wheel's name fits; the platform is part of the slot."""
    return "-py3-none-" in name or f"-{tag}-{tag}-" in name


def _replace(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    Path(stream.name).replace(path)
