"""How the ports' values travel as JSON: pydantic checks whatever comes back from a child."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.errors import WorkerLostError
from grounding.citations import CitedSentence
from grounding.entities import LinkedEntity
from grounding.passages import LibraryStatus, Retrieval
from grounding.support import JudgedSentence
from models.engine import ChatMessage, EngineDescription, Finished, GenerationRequest, Piece

MESSAGES = TypeAdapter(tuple[ChatMessage, ...])
REQUEST = TypeAdapter(GenerationRequest)
EVENT: TypeAdapter[Piece | Finished] = TypeAdapter(Piece | Finished)
DESCRIPTION = TypeAdapter(EngineDescription)
RETRIEVAL = TypeAdapter(Retrieval)
ENTITIES = TypeAdapter(tuple[LinkedEntity, ...])
CITED = TypeAdapter(tuple[CitedSentence, ...])
JUDGED = TypeAdapter(tuple[JudgedSentence, ...])
STATUS = TypeAdapter(LibraryStatus)
COUNT = TypeAdapter(int)
TEXT = TypeAdapter(str)


Value = TypeVar("Value")


def understood(adapter: TypeAdapter[Value], value: Any) -> Value:
    """What a child sent, checked. Raises WorkerLostError: a hostile model or document may have sent it."""
    try:
        return adapter.validate_python(value)
    except ValidationError:  # its message quotes the value
        raise WorkerLostError("A worker sent an answer that makes no sense.") from None


def dump(value: Any) -> Any:
    """A dataclass, or a sequence of them, as JSON values."""
    return TypeAdapter(Any).dump_python(value, mode="json")
