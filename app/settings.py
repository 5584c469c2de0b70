"""Every knob of the program: frozen, checked, and refused with the nearest known name when misspelt.

A flag beats the environment, the environment beats the file, the file beats the default. The file is
TOML; the environment variable of `context` under `[model]` is `INHOUSE_MODEL_CONTEXT`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from app.errors import SettingsError
from app.turn import Mode

FILE_LIMIT = 64 * 1024
"""Bytes of a settings file."""

# Read by the set-up, by app.locations and by the passphrase lookup; not settings of this file.
_OTHER_VARIABLES = frozenset(
    {
        "INHOUSE_ADMIN_PASSPHRASE_FILE",
        "INHOUSE_GPU",
        "INHOUSE_HOME",
        "INHOUSE_NEW_ADMIN_PASSPHRASE_FILE",
        "INHOUSE_PASSPHRASE_FILE",
        "INHOUSE_PROFILE",
        "INHOUSE_PYTHON",
        "INHOUSE_TORCH_INDEX",
    }
)


def _absolute(path: str) -> str:
    # The children that load it run elsewhere; a relative path would mean another folder there.
    if path and not Path(path).is_absolute():
        raise ValueError("the whole path of the folder is needed")
    return path


Folder = Annotated[str, AfterValidator(_absolute)]
"""The whole path of a folder; empty for none."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelSettings(_Section):
    """[model]."""

    name: str = Field(default="smollm2-135m-instruct", description="a name from `inhouse models list`")
    context: int = Field(
        default=4096, ge=512, le=1 << 20, description="tokens of the window, prompt and answer"
    )
    answer_tokens: int = Field(default=256, ge=16, le=8192, description="longest answer, in tokens")
    temperature: float = Field(
        default=0.0, ge=0.0, le=2.0, description="0 takes the likeliest word every time"
    )
    repeat_penalty: float = Field(
        default=1.0, ge=1.0, le=2.0, description="1 leaves the model's choice as it is"
    )
    gpu_layers: int = Field(default=-1, ge=-1, le=1000, description="layers on the GPU; -1 for all")
    threads: int = Field(default=0, ge=0, le=1024, description="0 for one per physical core")
    require_gpu: bool = Field(default=False, description="refuse to answer from the CPU")


class RetrievalSettings(_Section):
    """[retrieval]."""

    passages: int = Field(default=8, ge=1, le=50, description="passages looked at for a question")
    quotes: int = Field(
        default=0, ge=0, le=200, description="sentences that the model is given; 0 decides by its size"
    )
    first_token_seconds: float = Field(
        default=3.0,
        ge=0.5,
        le=60.0,
        description="how long the first word may wait for the reading of quotes, at the speed measured here",
    )
    document_tokens: int = Field(
        default=8192, ge=100, le=100_000, description="most tokens of quotes, however fast they are read"
    )
    embedder: Folder = Field(
        default="",
        description="folder of another embedding model; first change to it with `inhouse docs rebuild`",
    )
    cross_encoder: Folder = Field(
        default="", description="folder of a re-ranking cross-encoder, if the site supplies one"
    )


class AnswerSettings(_Section):
    """[answer]."""

    mode: Mode = Field(
        default="documents_only",
        description="documents_only; documents_first: a marked general answer where they do not say; free",
    )
    style: Literal["generated", "quote"] = Field(
        default="generated", description="quote: the best sentence of the documents is the whole answer"
    )
    entailment_model: Folder = Field(
        default="",
        description="folder of a natural language inference cross-encoder, if the site supplies one",
    )


class ConversationSettings(_Section):
    """[conversation]."""

    earlier_exchanges: int = Field(
        default=2, ge=0, le=50, description="most earlier questions and answers given along"
    )


class HistorySettings(_Section):
    """[history]."""

    backup_days: int = Field(
        default=1, ge=0, le=365, description="days between two scheduled sealed copies; 0 for none"
    )
    backup_copies: int = Field(default=7, ge=1, le=1000, description="most of those copies")
    backup_horizon_days: int = Field(
        default=30, ge=1, le=3650, description="days after which such a copy is removed, the newest excepted"
    )
    backup_folder: Folder = Field(
        default="", description="where those copies go; empty for `backups` in the folder of the history"
    )


class WindowSettings(_Section):
    """[window]."""

    lock_minutes: int = Field(
        default=10, ge=0, le=1440, description="minutes without a key after which it locks; 0 for never"
    )


class Settings(_Section):
    """All of them."""

    model: ModelSettings = Field(default_factory=ModelSettings)
    retrieval: RetrievalSettings = Field(default_factory=RetrievalSettings)
    answer: AnswerSettings = Field(default_factory=AnswerSettings)
    conversation: ConversationSettings = Field(default_factory=ConversationSettings)
    history: HistorySettings = Field(default_factory=HistorySettings)
    window: WindowSettings = Field(default_factory=WindowSettings)


def load(file: Path, environment: Mapping[str, str], flags: Mapping[str, Any] | None = None) -> Settings:
    """Settings in force. `flags` are dotted names such as "model.name"; None values are ignored.

    Raises SettingsError, which names the file or variable, the key, and the nearest known key.
    """
    merged = _from_file(file)
    given_by: dict[tuple[str, str], str] = {}
    for variable, value in sorted(environment.items()):
        if variable.startswith("INHOUSE_") and variable not in _OTHER_VARIABLES:
            section, key = _split_variable(variable)
            merged.setdefault(section, {})[key] = value
            given_by[section, key] = variable
    for dotted, value in (flags or {}).items():
        if value is not None:
            section, key = dotted.split(".", 1)
            merged.setdefault(section, {})[key] = value
            given_by[section, key] = "command line"
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise SettingsError(_explain(error, file, given_by)) from None


def _from_file(file: Path) -> dict[str, dict[str, Any]]:
    try:
        if not file.exists():
            return {}
        with file.open("rb") as stream:
            text = stream.read(FILE_LIMIT + 1)
        if len(text) > FILE_LIMIT:
            raise SettingsError(f"{file} has more than {FILE_LIMIT} bytes: that is no settings file.")
        content = tomllib.loads(text.decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{file} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not UTF-8 text.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from None
    for name in Settings.model_fields:
        if not isinstance(content.get(name, {}), dict):
            raise SettingsError(f"{file.name}: {name} is a section; write [{name}] on a line of its own.")
    return content


def _split_variable(variable: str) -> tuple[str, str]:
    rest = variable.removeprefix("INHOUSE_").lower()
    for section in Settings.model_fields:
        if rest.startswith(section + "_"):
            return section, rest.removeprefix(section + "_")
    known = [
        f"INHOUSE_{section}_{key}".upper()
        for section, field in Settings.model_fields.items()
        for key in _keys(field.annotation)
    ] + sorted(_OTHER_VARIABLES)
    raise SettingsError(f"The environment sets {variable}, which does not exist.{_nearest(variable, known)}")


def _keys(section: Any) -> list[str]:
    return list(section.model_fields) if isinstance(section, type) and issubclass(section, BaseModel) else []


def _explain(error: ValidationError, file: Path, given_by: Mapping[tuple[str, str], str]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = [str(part) for part in first["loc"]]
    origin = given_by.get((place[0], place[-1]), file.name)
    if first["type"] == "extra_forbidden":
        known = _known_beside(place)
        where = f" under [{place[0]}]" if len(place) > 1 else ""
        return f'{origin}: unknown key "{place[-1]}"{where}.{_nearest(place[-1], known)}'
    return f"{origin}: {'.'.join(place)}: {first['msg']}."


def _known_beside(place: list[str]) -> list[str]:
    if len(place) == 1:
        return list(Settings.model_fields)
    return _keys(Settings.model_fields[place[0]].annotation)


def _nearest(asked_for: str, known: list[str]) -> str:
    nearest = get_close_matches(asked_for, known, n=1, cutoff=0.5)
    return f' Did you mean "{nearest[0]}"?' if nearest else f" Known: {', '.join(known)}."
