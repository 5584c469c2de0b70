"""Small real collaborators for the line of stages, and the ways to run it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from app.assistant import Assistant, Interrupted, Recorder, State
from app.errors import UnknownTurnError
from app.latest import LATEST, Latest
from app.recorders import UnkeptTurns
from app.stages.build_request import BuildRequest, RequestLimits
from app.stages.check_answer import CheckAnswer
from app.stages.decide_answerability import DecideAnswerability
from app.stages.find_passages import FindPassages
from app.stages.link_entities import LinkEntities
from app.stages.normalise_prompt import NormalisePrompt
from app.stages.polish_answer import PolishAnswer
from app.stages.rewrite_follow_up import RewriteFollowUp
from app.stages.screen_passages import ScreenPassages
from app.stages.screen_prompt import ScreenPrompt
from app.stages.stage import Channel, Stage
from app.stages.write_answer import WriteAnswer
from app.turn import Turn, TurnEvent
from grounding.citations import CitedSentence
from grounding.entities import LinkedEntity
from grounding.passages import Passage, Principal, Retrieval
from grounding.ranking.conversation import Told
from grounding.support import JudgedSentence, SupportChecker
from grounding.text.parsing import Token
from models.engine import Engine, GenerationRequest
from models.scripted_engine import ScriptedEngine
from safety.profiles import passage_policy, prompt_policy

GITHUB_TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY2zA4"
MEALS = Passage(
    id="c-meals",
    document_id="d-travel",
    document="travel.md",
    title="Travel Policy",
    heading=("Meals",),
    text="The daily meal allowance is 52 euros. Breakfast is never refunded.",
    line_start=3,
    line_end=4,
    score=0.9,
    dense=0.8,
    lexical=7.0,
)
QUESTION = "What is the daily meal allowance?"


@dataclass
class Knows:
    """Retrieval, entities, follow-ups and names over a fixed set of passages."""

    passages: tuple[Passage, ...] = (MEALS,)
    standing: str = ""
    asked: list[str] = field(default_factory=list)

    def find(
        self, query: str, *, principal: Principal, limit: int, earlier: Sequence[Told] = ()
    ) -> Retrieval:
        assert principal.user
        self.asked.append(query)
        return Retrieval(passages=self.passages[:limit])

    def link(self, text: str) -> tuple[LinkedEntity, ...]:
        return ()

    def stand_alone(self, question: str, earlier: tuple[tuple[str, str], ...]) -> str:
        return self.standing or question

    def names(self, text: str) -> tuple[str, ...]:
        return ()

    def parse(self, text: str) -> tuple[Token, ...]:
        return ()

    def judge(
        self, sentences: Sequence[CitedSentence], shown: Sequence[Passage], *, question: str
    ) -> tuple[JudgedSentence, ...]:
        return SupportChecker(self).judge(sentences, shown, question)


LIMITS = RequestLimits(
    quotes=3, document_tokens=700, earlier_exchanges=2, answer_tokens=64, temperature=0.0, repeat_penalty=1.0
)


def line(engine: Engine, knows: Knows | None = None) -> tuple[Stage, ...]:
    """All stages in the order of pipeline.yaml."""
    knows = knows or Knows()
    return (
        NormalisePrompt(),
        ScreenPrompt(prompt_policy()),
        LinkEntities(knows),
        RewriteFollowUp(knows),
        FindPassages(knows, Principal(user="anna"), 8),
        ScreenPassages(passage_policy()),
        DecideAnswerability(),
        BuildRequest(engine, LIMITS),
        WriteAnswer(engine),
        CheckAnswer(knows),
        PolishAnswer(),
    )


def assistant(
    script: Callable[[GenerationRequest], str] | str = "The daily meal allowance is 52 euros.",
    *,
    knows: Knows | None = None,
    recorder: Recorder | None = None,
    context: int = 4096,
) -> Assistant:
    """The whole line around an engine that answers from a script."""
    return Assistant(line(ScriptedEngine(script, context=context), knows), recorder or UnkeptTurns())


@dataclass
class Heard:
    """A channel that remembers what was announced."""

    events: list[TurnEvent] = field(default_factory=list)
    channel: Channel = field(init=False)

    def __post_init__(self) -> None:
        self.channel = Channel(self.events.append)

    def of(self, kind: type) -> list[TurnEvent]:
        return [event for event in self.events if isinstance(event, kind)]


@dataclass(frozen=True)
class _Handle:
    conversation: str = "c"
    turn: str = "t"


@dataclass
class Diary:
    """A recorder that writes down in which order it was called."""

    entries: list[tuple[str, str]] = field(default_factory=list)

    def begin_turn(
        self, conversation: str | None, prompt: str, *, after: str | Latest | None = LATEST
    ) -> _Handle:
        self.entries.append(("prompt", prompt))
        return _Handle()

    def append(self, turn: str, text: str) -> None:
        self.entries.append(("piece", text))

    def finish(self, turn: str, result: str, *, state: State) -> None:
        self.entries.append((state, result))

    def seal(self, turn: str) -> None:
        self.entries.append(("seal", turn))

    def exchanges(
        self, conversation: str, *, after: str | Latest | None = LATEST
    ) -> Sequence[tuple[str, str, tuple[str, ...]]]:
        return ()

    def interrupted(self, conversation: str, turn: str) -> Interrupted:
        raise UnknownTurnError("There is no such turn.")


@dataclass(frozen=True)
class Step:
    """A stage that does what a test wants."""

    work: Callable[[Turn, Channel], Turn]

    name: ClassVar[str] = "step"
    needs: ClassVar[frozenset[str]] = frozenset({"prompt"})
    fills: ClassVar[frozenset[str]] = frozenset()

    def run(self, turn: Turn, channel: Channel) -> Turn:
        return self.work(turn, channel)
