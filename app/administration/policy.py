"""The policy of the site: what the admin decided for everybody, in one signed file.

`policy.yaml` has the sections below; what is not named is left to each person. Unknown keys are refused
with their line.

Promises
    * Where there is an admin, a policy is in force only as the admin signed it, and one that was seen here
      before cannot be taken away or put back to an older one.
    * Without an admin the file holds as it stands, as every file of one's own machine does.
"""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.administration import signatures
from app.administration.role import Administration, translated
from app.errors import AdminError, NotSignedError, SettingsError
from app.turn import Mode
from app.vault import guard
from app.vault.files import guarded, replace_file

PURPOSE = "policy"
FILE_LIMIT = 64 * 1024
"""Bytes."""

_EVERY: tuple[Mode, ...] = ("documents_only", "documents_first", "free")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class HistoryPolicy(_Section):
    """history."""

    retention_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="days without a new turn after which a conversation is erased",
    )
    bin_days: int = Field(default=0, ge=0, le=3650, description="days in the bin after which one is erased")
    hold: bool = Field(default=False, description="legal hold: nothing may be erased")
    export: bool = Field(default=True, description="whether conversations may be exported in clear")
    keyring: bool = Field(default=True, description="whether the system's keyring may open a history")


class AnswerPolicy(_Section):
    """answer."""

    modes: tuple[Mode, ...] = Field(
        default=_EVERY, min_length=1, description="where answers may come from; the first is the usual one"
    )


class SitePolicy(_Section):
    """All of it."""

    history: HistoryPolicy = Field(default_factory=HistoryPolicy)
    answer: AnswerPolicy = Field(default_factory=AnswerPolicy)


class PublishedPolicy:
    """The policy in force, and how the admin changes it. Cheap to construct."""

    def __init__(self, administration: Administration) -> None:
        self._administration = administration
        self._file = administration.locations.policy
        self._signature = administration.locations.policy_signature

    def current(self) -> SitePolicy:
        """The policy in force; nothing is forbidden where there is none.

        Raises NotSignedError, AdminChangedError, AdminError or SettingsError: with a policy that cannot be
        trusted, or not read, nothing is done.
        """
        content = self._content()
        public = self._administration.public()
        if public is not None:
            self._check(public, content)
        return SitePolicy() if content is None else parse(content, self._file.name)

    def publish(self, file: Path) -> SitePolicy:
        """Put a file in force, signed where there is an admin. Raises AdminNeededError, SettingsError."""
        admin = self._administration.require("policy.sign")
        content = _read(file)
        if content is None:
            raise SettingsError(f"{file.name} cannot be read.", "Check the path.")
        policy = parse(content, file.name)
        digest = hashlib.sha256(content).digest()
        with translated(), guarded():
            guard.make_folder(self._file.parent)
            replace_file(self._file, content)
            if admin is not None:
                signatures.sign(admin, PURPOSE, digest, self._signature, self._administration.newest(PURPOSE))
        self._administration.record("policy.sign", subject=digest)
        return policy

    def sign(self) -> None:
        """Vouch for the policy that lies here, if there is one; nothing happens where there is no admin."""
        admin, content = self._administration.require("policy.sign"), self._content()
        if admin is None or content is None:
            return
        parse(content, self._file.name)
        digest = hashlib.sha256(content).digest()
        with translated():
            newest = self._administration.newest(PURPOSE)
            signatures.sign(admin, PURPOSE, digest, self._signature, newest)
        self._administration.record("policy.sign", subject=digest)

    def _content(self) -> bytes | None:
        return _read(self._file)

    def _check(self, public: bytes, content: bytes | None) -> None:
        if content is None and not self._administration.newest(PURPOSE):
            return
        try:
            self._refuse_unsigned(public, content)
        except NotSignedError as error:
            self._administration.record("policy.refused")
            raise NotSignedError(str(error), _PUBLISH) from None

    def _refuse_unsigned(self, public: bytes, content: bytes | None) -> None:
        if content is None:
            raise NotSignedError("The policy that was here is gone.")
        digest = hashlib.sha256(content).digest()
        with translated():
            signature = signatures.check(public, PURPOSE, digest, self._signature)
        self._administration.refuse_older(PURPOSE, signature.time)


def parse(content: bytes, name: str) -> SitePolicy:
    """Raises SettingsError, which names the key and its line."""
    try:
        for token in yaml.scan(content, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.AliasToken):  # a few of them can stand for more than memory holds
                where = f"{name}, line {token.start_mark.line + 1}"
                raise SettingsError(f"{where}: a name that stands for another part is not allowed.", _REMEDY)
        said = yaml.safe_load(content)
        lines = _lines(yaml.compose(content, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise SettingsError(f"{name} is not valid YAML{where}.", _REMEDY) from None
    try:
        return SitePolicy.model_validate({} if said is None else said)
    except ValidationError as error:
        raise SettingsError(_explained(error, lines, name), _REMEDY) from None


_REMEDY = "See the README, part Policy."
_PUBLISH = "Ask the admin to look at it and to put the right one in force with `inhouse admin policy FILE`."


def _read(file: Path) -> bytes | None:
    try:
        with file.open("rb") as stream:
            content = stream.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AdminError(f"The policy cannot be read ({error.strerror}).") from None
    if len(content) > FILE_LIMIT:
        raise SettingsError(f"{file.name} has more than {FILE_LIMIT} bytes: that is no policy.", _REMEDY)
    return content


def _lines(node: yaml.Node | None, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    """Dotted key to the line it stands on."""
    found: dict[tuple[str, ...], int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            found[here] = key.start_mark.line + 1
            found |= _lines(value, here)
    return found


def _explained(error: ValidationError, lines: dict[tuple[str, ...], int], name: str) -> str:
    first: Any = error.errors(include_input=False, include_url=False)[0]
    path = tuple(str(part) for part in first["loc"])
    line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)
    where = f"{name}, line {line}" if line else name
    if first["type"] != "extra_forbidden":
        return f"{where}: {'.'.join(path)}: {first['msg']}."
    near = difflib.get_close_matches(path[-1], _known(path[:-1]), n=1)
    return f"{where}: there is no {'.'.join(path)}." + (f' Did you mean "{near[0]}"?' if near else "")


def _known(path: tuple[str, ...]) -> list[str]:
    if not path:
        return list(SitePolicy.model_fields)
    sections: dict[str, type[_Section]] = {"history": HistoryPolicy, "answer": AnswerPolicy}
    return list(sections[path[0]].model_fields) if path[0] in sections else []
