"""Every path the program touches. `INHOUSE_HOME` puts them all into one folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from app.errors import SettingsError

_NAME = "inhouse"
_PROFILE = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_MOST_PROFILES = 200


@dataclass(frozen=True, slots=True)
class Locations:
    """Folders and files of one person on one machine; none is created by asking for it."""

    config: Path
    data: Path
    state: Path
    history: Path
    """Mode 0700; nothing in it is readable without the passphrase."""

    @property
    def profiles(self) -> Path:
        """The histories of people who share this account, one folder a profile."""
        return self.data / "profiles"

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
        return self.state / "known-admin" / "admin.json"

    @property
    def last_seen(self) -> Path:
        """How far each history had come when it was last open."""
        return self.state / "last-seen" / "histories.json"

    @property
    def knowledge_signature(self) -> Path:
        """What the admin signed of the documents."""
        return self.knowledge / "signature.json"

    @property
    def policy(self) -> Path:
        """What the admin decided for everybody."""
        return self.data / "policy" / "policy.yaml"

    @property
    def policy_signature(self) -> Path:
        """What the admin signed of the policy."""
        return self.data / "policy" / "signature.json"

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
    """Where things lie for this environment. Raises SettingsError.

    Where several people share one account, each has a profile with a history of its own: INHOUSE_PROFILE.
    """
    located = _located(environment)
    profile = environment.get("INHOUSE_PROFILE", "")
    if not profile:
        return located
    if not _PROFILE.fullmatch(profile):
        raise SettingsError(
            "That cannot be the name of a profile.",
            "Use at most 32 small letters, digits and . _ - with a letter or digit first.",
        )
    return replace(located, history=located.profiles / profile)


def profile_names(locations: Locations) -> list[str]:
    """The profiles that were begun here; the one without a name is not among them."""
    folder = locations.profiles
    if not folder.is_dir():
        return []
    names = (entry.name for entry in folder.iterdir() if entry.is_dir() and _PROFILE.fullmatch(entry.name))
    return sorted(names)[:_MOST_PROFILES]


def _located(environment: Mapping[str, str]) -> Locations:
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
