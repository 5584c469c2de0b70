"""A question on its way to becoming a checked answer, and what is announced on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from grounding.answerability import Answerability
from grounding.conflicts import Conflict
from grounding.entities import LinkedEntity
from grounding.passages import Passage, Retrieval
from grounding.quotes import Quote
from grounding.support import JudgedSentence
from models.engine import EngineDescription, Finished, GenerationRequest
from safety.verdict import Verdict

Outcome = Literal["answered", "not_in_documents", "refused", "stopped", "failed"]

Mode = Literal["documents_only", "documents_first", "free"]
"""Where answers may come from: the documents, the model where the documents do not say, the model alone."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the conversation and its answer."""

    prompt: str = field(repr=False)
    answer: str = field(repr=False)
    passages: tuple[str, ...] = ()
    """Ids of the chunks that the answer was shown with; they stay candidates for the next question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How the context window is shared out, in the model's own tokens."""

    context: int = 0
    system: int = 0
    documents: int = 0
    history: int = 0
    prompt: int = 0
    reserved: int = 0
    """Kept free for the answer."""

    left_out: tuple[str, ...] = ()
    """What did not fit, named for a person; never silent."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, as the person in front of it sees it."""

    message: str
    remedy: str
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Everything known about one exchange.

    Never changed in place: each stage returns a copy that knows one thing more.
    Text fields stay out of `repr`, so a turn can be logged without leaking.
    """

    conversation: str
    id: str
    prompt: str = field(repr=False)
    """As typed; what is shown and stored."""

    begun: str = field(default="", repr=False)
    """How an answer that was cut off began; the model goes on from there, and the whole is checked."""

    earlier: tuple[Exchange, ...] = field(default=(), repr=False)
    mode: Mode = "documents_only"
    normalised: str = field(default="", repr=False)
    screened: str = field(default="", repr=False)
    """`normalised` with secrets masked; the only form of the prompt that goes further."""

    prompt_verdict: Verdict = field(default_factory=Verdict)
    entities: tuple[LinkedEntity, ...] = field(default=(), repr=False)
    standalone: str = field(default="", repr=False)
    """The question as it is searched for, complete without the conversation."""

    retrieval: Retrieval = field(default_factory=Retrieval, repr=False)
    passages: tuple[Passage, ...] = field(default=(), repr=False)
    """What the passage checks let through, best first."""

    passages_verdict: Verdict = field(default_factory=Verdict)
    answerability: Answerability | None = None
    from_documents: bool = True
    """False once it is decided that the model answers without the documents."""

    request: GenerationRequest | None = field(default=None, repr=False)
    quotes: tuple[Quote, ...] = field(default=(), repr=False)
    """What the model was given to read, best first; the first one is offered above the answer."""

    conflicts: tuple[Conflict, ...] = field(default=(), repr=False)
    """What the documents say differently about what was asked."""

    shown: tuple[Passage, ...] = field(default=(), repr=False)
    """The passages that the quotes stand in."""

    budget: Budget = field(default_factory=Budget)
    generated: str = field(default="", repr=False)
    """The model's words, secrets masked, markers still in them."""

    usage: Finished | None = None
    first_token_seconds: float | None = None
    sentences: tuple[JudgedSentence, ...] = field(default=(), repr=False)
    answer_verdict: Verdict = field(default_factory=Verdict)
    answer: str = field(default="", repr=False)
    """What is shown and stored in the end."""

    notices: tuple[str, ...] = field(default=(), repr=False)
    """What the person must know about this answer; shown with it."""

    outcome: Outcome | None = None
    """None until it is decided; a stage that sets it early ends the line."""

    failure: Failure | None = None
    model: EngineDescription | None = None
    seconds: tuple[tuple[str, float], ...] = ()
    """Stage name and duration, in order."""


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage begins; its name is for the status line."""

    stage: str


@dataclass(frozen=True, slots=True)
class StageFinished:
    """A stage is done."""

    stage: str
    seconds: float


@dataclass(frozen=True, slots=True)
class PassagesReady:
    """The passages that the answer will be written from, before it is written."""

    passages: tuple[Passage, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class QuoteReady:
    """The best sentence of the documents, before the model has written a word."""

    quote: Quote


@dataclass(frozen=True, slots=True)
class AnswerPiece:
    """Text of the answer that has passed the stream checks and is safe in the history."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person must know now."""

    text: str = field(repr=False)


TurnEvent = StageStarted | StageFinished | PassagesReady | QuoteReady | AnswerPiece | Notice
