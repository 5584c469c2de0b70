"""The list of models, where an admin signs which ones there are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from app.administration import signatures
from app.administration.role import Administration, translated
from models.registry import BUILT_IN_NAME, REGISTRY_LIMIT, ModelRegistry
from models.spec import ModelSpec

PURPOSE = "list of models"


class PublishedModels:
    """A `ModelRegistry` whose list only the admin changes, and which is used as the admin signed it.

    The built-in model needs no signature: its checksum stands in the program.
    """

    def __init__(self, registry: ModelRegistry, administration: Administration) -> None:
        self._registry = registry
        self._administration = administration
        self._file = administration.locations.models_signature

    @property
    def folder(self) -> Path:
        """Where added models lie."""
        return self._registry.folder

    def names(self) -> list[str]:
        """Every name, without opening a model."""
        return self._registry.names()

    def get(self, name: str) -> ModelSpec:
        """The model called `name`. Raises UnknownModelError, WeightsMissingError or NotSignedError."""
        if name != BUILT_IN_NAME:
            self.check()
        return self._registry.get(name)

    def add(self, file: Path, *, name: str = "", check: Callable[[ModelSpec], object]) -> ModelSpec:
        """As `ModelRegistry.add`."""
        if self._administration.require("models.add") is not None:
            self.check()
        spec = self._registry.add(file, name=name, check=check)
        self.sign()
        self._administration.record("models.add", subject=spec.sha256.encode())
        return spec

    def remove(self, name: str) -> None:
        """As `ModelRegistry.remove`."""
        if self._administration.require("models.remove") is not None:
            self.check()
        self._registry.remove(name)
        self.sign()
        self._administration.record("models.remove", subject=name.encode())

    def sign(self) -> None:
        """Vouch for the list as it is; nothing happens where there is no admin."""
        admin = self._administration.require("models.add")
        content = self._content()
        if admin is not None and content is not None:
            with translated():
                digest = hashlib.sha256(content).digest()
                signatures.sign(admin, PURPOSE, digest, self._file, self._administration.newest(PURPOSE))

    def check(self) -> None:
        """Raises NotSignedError unless the list is as the admin signed it, or nobody ever added a model."""
        public, content = self._administration.public(), self._content()
        if public is not None and content is not None:
            with translated():
                digest = hashlib.sha256(content).digest()
                signature = signatures.check(public, PURPOSE, digest, self._file)
                self._administration.refuse_older(PURPOSE, signature.time)

    def _content(self) -> bytes | None:
        """None where no model was ever added."""
        try:
            with (self._registry.folder / "models.json").open("rb") as stream:
                return stream.read(REGISTRY_LIMIT + 1)
        except FileNotFoundError:
            return None
