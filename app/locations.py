"""Every path the program touches. `INHOUSE_HOME` puts them all into one folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from app.errors import SettingsError

_NAME = "inhouse"


@dataclass(frozen=True, slots=True)
class Locations:
    """Folders and files of one person on one machine; none is created by asking for it."""

    config: Path
    data: Path
    state: Path
    history: Path
    """Mode 0700; nothing in it is readable without the passphrase."""

    @property
    def settings(self) -> Path:
        """The settings file; it need not exist."""
        return self.config / "inhouse.toml"

    @property
    def models(self) -> Path:
        """Added GGUF files and their registry."""
        return self.data / "models"

    @property
    def knowledge(self) -> Path:
        """The catalog of documents, which is the truth about them."""
        return self.data / "knowledge"

    @property
    def index(self) -> Path:
        """The vector index, which can be rebuilt from the catalog at any time."""
        return self.knowledge / "index"

    @property
    def admin(self) -> Path:
        """The admin's signing key, sealed; mode 0700."""
        return self.data / "admin"

    @property
    def audit(self) -> Path:
        """The audit log; mode 0700."""
        return self.data / "audit"

    @property
    def checkpoints(self) -> tuple[Path, ...]:
        """Where the newest signed checkpoint of the audit log lies: beside it, and in another folder."""
        return (self.audit / "checkpoint.json", self.state / "audit" / "checkpoint.json")

    @property
    def known_admin(self) -> Path:
        """The public key of the admin that this person knows."""
        return self.state / "known-admin.json"

    @property
    def knowledge_signature(self) -> Path:
        """What the admin signed of the documents."""
        return self.knowledge / "signature.json"

    @property
    def models_signature(self) -> Path:
        """What the admin signed of the list of models."""
        return self.models / "signature.json"

    @property
    def logs(self) -> Path:
        """What native libraries print; never text of a conversation or document."""
        return self.state / "logs"

    @property
    def pace(self) -> Path:
        """How fast each model reads on this machine."""
        return self.state / "pace.json"

    @property
    def verified_models(self) -> Path:
        """When which weights were last compared with their checksum."""
        return self.state / "verified-models.json"


def locate(environment: Mapping[str, str]) -> Locations:
    """Where things lie for this environment. Raises SettingsError."""
    if home := environment.get("INHOUSE_HOME", ""):
        try:
            root = Path(home).expanduser().absolute()
        except RuntimeError:
            raise SettingsError(
                "INHOUSE_HOME begins with the home folder of an account that does not exist.",
                "Set INHOUSE_HOME to a folder.",
            ) from None
        return Locations(root / "config", root / "data", root / "state", root / "history")
    folders = platformdirs.PlatformDirs(_NAME, appauthor=False)
    data = Path(folders.user_data_dir)
    return Locations(Path(folders.user_config_dir), data, Path(folders.user_state_dir), data / "history")
