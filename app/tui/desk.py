"""What the window needs from the program: one port, filled by `app.assembly`.

Every method may block (disk, key derivation, models) and is called from a worker thread; none is
called from the event loop. Errors are those of `app.errors.EXPECTED`, shown with their remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from app.contract import AddShape, AskShape, ConversationShape, GenerationShape, TurnShape
from app.contract.explain import ExplainShape
from app.stages.stage import Channel
from app.tui.entrance import Entrance
from app.tui.office import Office, Rules
from app.turn import Mode


@dataclass(frozen=True, slots=True)
class Loading:
    """Something that is still being made ready, or just became so."""

    part: Literal["model", "documents"]
    state: Literal["loading", "ready", "failed"]
    detail: str = ""
    """Why it failed and what to do, or what became ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The status line's facts, read back from what is really loaded."""

    model: str = ""
    device: str = ""
    """"GPU 30/30" or "CPU: this build has no GPU backend"."""

    context: int = 0
    """Tokens that fit the model's window."""

    documents: int = 0
    chunks: int = 0
    updated: str | None = None
    """When the knowledge base last changed, ISO 8601 in UTC."""

    generation: int = 0
    """Number of the state of the knowledge base that answers."""

    mode: Mode = "documents_only"
    """Where answers come from if nobody chooses."""

    index_notice: str = ""
    """Why search works otherwise than usual; empty when all is well."""

    rules: Rules = field(default_factory=Rules)
    admin_minutes: int = 0
    """How long the admin's role is still held; 0 when it is not."""


@dataclass(frozen=True, slots=True)
class AddProgress:
    """How far the adding of documents has come."""

    number: int
    of: int
    path: str = field(repr=False)
    seconds_left: float | None = None
    """An estimate; None while nothing is done yet."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A place in the tree of a conversation: behind this turn; None is the beginning."""

    turn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a question is asked; as it stands, after the last turn and in the way of the settings."""

    mode: Mode | None = None
    behind: Behind | None = None
    """Where a branch begins; None goes on after the last turn of the branch on screen."""

    resume: str | None = None
    """The turn whose answer was cut off and is to go on."""


AS_USUAL = Manner()


class Desk(Entrance, Office, Protocol):
    """One person's access to the assistant, the history and the documents."""

    def warm(self, announce: Callable[[Loading], None]) -> None:
        """Load model and search; returns when both are ready or have failed. Announces from this thread."""
        ...

    def status(self) -> Status:
        """Facts for the status line; cheap enough to ask for after every turn."""
        ...

    def ask(
        self, prompt: str, conversation: str | None, channel: Channel, manner: Manner = AS_USUAL
    ) -> AskShape:
        """Take a prompt through the line; None begins a conversation. Sealed when this returns.

        Raises AnswerNotSavedError, which brings the result along, when the disk refused the whole answer.
        """
        ...

    def save_again(self, result: AskShape) -> None:
        """Seal such an answer without asking the model again. Raises HistoryNotSavedError as before."""
        ...

    def explain(self, question: str, earlier: Sequence[tuple[str, str]] = ()) -> ExplainShape:
        """Why a search for this brings what it brings; the model is not asked.

        `earlier` are the questions and answers that it follows on, oldest first.
        """
        ...

    def generations(self) -> Sequence[GenerationShape]:
        """The states of the knowledge base, newest first."""
        ...

    def conversations(self) -> Sequence[ConversationShape]:
        """Newest first."""
        ...

    def turns(self, conversation: str) -> Sequence[TurnShape]:
        """The exchanges of a conversation, oldest first."""
        ...

    def add_documents(self, paths: Sequence[Path], announce: Callable[[AddProgress], None]) -> AddShape:
        """Take files and folders into the knowledge base; a report per file.

        Raises AdminNeededError, before anything is done, where only the admin may do this.
        """
        ...

    def stop_adding(self) -> None:
        """End the adding under way after the file under way; what was taken in stays."""
        ...

    def add_sample(self, announce: Callable[[AddProgress], None]) -> AddShape:
        """Take in the sample handbook that comes with the program."""
        ...

    def close(self) -> None:
        """End the child processes and lock the history; harmless when called again."""
        ...
