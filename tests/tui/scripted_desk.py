"""A desk with a script: everything the port asks for, without models, keys or documents.

`python -m tests.tui.scripted_desk [absent|locked|open]` opens the window on it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Literal

from app.contract import (
    AddShape,
    AskShape,
    ConversationShape,
    FileShape,
    GenerationShape,
    PassageShape,
    TurnShape,
)
from app.contract.explain import ExplainShape
from app.errors import (
    AdminError,
    AdminNeededError,
    AnswerNotSavedError,
    AppError,
    HistoryLockedError,
    HistoryNotSavedError,
)
from app.stages.stage import Channel
from app.tui.desk import AS_USUAL, AddProgress, Loading, Manner, Status
from app.tui.entrance import Owner, Strength
from app.tui.office import About, Rules
from app.turn import AnswerPiece, Mode, Notice, PassagesReady, QuoteReady, StageFinished, StageStarted
from grounding.passages import Passage
from grounding.quotes import Quote
from tests.tui import answers
from tests.tui.answers import Script, conversation, kept_turn, result_of
from tests.tui.scripted_keeping import ScriptedKeeping

_PATIENCE = 20.0
"""Seconds after which a gate that nobody opens counts as a broken test."""

_BEFORE = ("normalise_prompt", "screen_prompt", "link_entities", "rewrite_follow_up", "find_passages")


def _open_gate() -> Event:
    gate = Event()
    gate.set()
    return gate


@dataclass
class ScriptedDesk:
    """Public fields are the script and what a test may look at afterwards."""

    state: Literal["absent", "locked", "open"] = "open"
    passphrase: str = "correct horse"
    documents: int = 14
    script: dict[str, Script] = field(default_factory=dict)
    """A word of the prompt to what happens; without a match the answer is the ordinary one."""

    ordinary: Script = field(default_factory=Script)
    past: dict[str, list[TurnShape]] = field(default_factory=dict)
    listed: list[ConversationShape] = field(default_factory=list)
    opens_without_asking: bool = False
    trouble_at_opening: Exception | None = None
    trouble_at_loading: Exception | None = None
    loading_fails: bool = False
    index_notice: str = ""
    generation: int = 0
    explained_behind: list[tuple[str, str]] = field(default_factory=list)
    kept_generations: list[GenerationShape] = field(default_factory=list)
    device: str = "CPU: this build has no GPU backend"
    model: str = "SmolLM2-135M-Instruct"
    files: list[FileShape] = field(default_factory=list)
    trouble_at_adding: Exception | None = None
    rhythm: float = 0.0
    """Seconds between two pieces, for looking at the window."""

    may_write: Event = field(default_factory=_open_gate)
    """Closed: an answer waits after its first piece."""

    may_load: Event = field(default_factory=_open_gate)
    may_unlock: Event = field(default_factory=_open_gate)
    may_add: Event = field(default_factory=_open_gate)
    has_written: Event = field(default_factory=Event)
    modes: list[Mode | None] = field(default_factory=list)
    manners: list[Manner] = field(default_factory=list)
    lock_minutes: int = 10
    wait: float = 0.0
    """Seconds until the next passphrase may be tried."""

    code: str = "ABCD-EFGH-JKLM-NPQR"
    has_code: bool = False
    told: list[str] = field(default_factory=list)
    """Notices about the history."""

    profile: str = ""
    people: tuple[str, ...] = ()
    """Profiles that have a history here."""

    remark: str = ""
    admin: str = ""
    """The admin's passphrase, where only the admin adds documents."""

    admin_left: float = 0.0
    unmet: str = ""
    """Fingerprint of an admin whom the person does not know yet."""

    facts: About = field(default_factory=About)
    rules: Rules = field(default_factory=Rules)
    unsealed: Exception | None = None
    """Raised instead of taking a question."""

    unsaved: bool = False
    """Whether the disk refuses answers at their end."""

    saved_again: list[AskShape] = field(default_factory=list)
    locked: int = 0
    """How often the history was locked."""

    asked: list[tuple[str, str | None]] = field(default_factory=list)
    added: list[Path] = field(default_factory=list)
    stops_adding: Event = field(default_factory=Event)
    closed: bool = False

    def __post_init__(self) -> None:
        self.kept = ScriptedKeeping(self.listed, self.past)

    def history_state(self) -> Literal["absent", "locked", "open"]:
        if self.trouble_at_opening is not None:
            raise self.trouble_at_opening
        return self.state

    def owner(self) -> Owner:
        others = tuple(name for name in self.people if name != self.profile)
        return Owner(profile=self.profile, others=others, remark=self.remark)

    def choose_profile(self, name: str) -> None:
        self.state = "locked"
        self.profile = name

    def unlock_admin(self, passphrase: str) -> None:
        if passphrase != self.admin:
            raise AdminError("The admin key could not be opened with this passphrase.", "Try again.")
        self.admin_left = 900.0

    def lock_admin(self) -> None:
        self.admin_left = 0.0

    def admin_seconds(self) -> float:
        return self.admin_left

    def new_admin(self) -> str:
        shown, self.unmet = self.unmet, ""
        return shown

    def about(self) -> About:
        return self.facts

    def unlock_without_asking(self) -> bool:
        if self.opens_without_asking:
            self.state = "open"
        return self.opens_without_asking

    def create_history(self, passphrase: str) -> None:
        self.may_unlock.wait(_PATIENCE)
        self.passphrase = passphrase
        self.state = "open"

    def unlock(self, passphrase: str) -> None:
        self.may_unlock.wait(_PATIENCE)
        Event().wait(self.rhythm * 10)
        if passphrase != self.passphrase:
            raise HistoryLockedError("The passphrase does not open this history.")
        self.state = "open"

    def seconds_to_wait(self) -> float:
        return self.wait

    def recover(self, code: str, passphrase: str) -> None:
        if code != self.code:
            raise HistoryLockedError("The code does not open this history.")
        self.passphrase = passphrase
        self.state = "open"

    def strength(self, passphrase: str) -> Strength:
        return Strength(min(len(passphrase) // 4, 4), f"Worth {len(passphrase)} characters.")

    def new_recovery_code(self) -> str:
        self.has_code = True
        return self.code

    def drop_recovery_code(self) -> None:
        self.has_code = False

    def notices(self) -> Sequence[str]:
        return self.told

    def keeping(self) -> ScriptedKeeping:
        if self.state != "open":
            raise HistoryLockedError("The history is locked.")
        return self.kept

    def lock(self) -> None:
        self.state = "locked"
        self.locked += 1

    def warm(self, announce: Callable[[Loading], None]) -> None:
        announce(Loading("model", "loading"))
        announce(Loading("documents", "loading"))
        self.may_load.wait(_PATIENCE)
        Event().wait(self.rhythm * 40)
        if self.trouble_at_loading is not None:
            raise self.trouble_at_loading
        if self.loading_fails:
            announce(Loading("model", "failed", "The model's file is missing. Run scripts/chat once."))
        else:
            announce(Loading("model", "ready", self.model))
        announce(Loading("documents", "ready"))

    def status(self) -> Status:
        return Status(
            model=self.model,
            device=self.device,
            context=2048,
            documents=self.documents,
            chunks=self.documents * 9,
            updated="2026-11-22T14:00:00+00:00" if self.documents else None,
            index_notice=self.index_notice,
            generation=self.generation,
            mode=self.rules.modes[0],
            rules=self.rules,
            admin_minutes=int(self.admin_left / 60),
        )

    def ask(
        self, prompt: str, conversation: str | None, channel: Channel, manner: Manner = AS_USUAL
    ) -> AskShape:
        self.asked.append((prompt, conversation))
        self.modes.append(manner.mode)
        self.manners.append(manner)
        if self.unsealed is not None:
            raise self.unsealed
        script = next((known for word, known in self.script.items() if word in prompt), self.ordinary)
        identity = conversation or f"c-{len(self.listed)}"
        written, stopped = self._write(script, channel)
        if script.error is not None:
            raise script.error
        if stopped:
            script = replace(script, outcome="stopped")
        elif script.outcome != "refused":
            written = script.answer
        turn = f"n-{len(self.asked)}"
        result = result_of(script, prompt, conversation=identity, turn=turn, written=written)
        self._keep(identity, self._parent(identity, manner), prompt, result)
        if self.unsaved:
            raise AnswerNotSavedError("The disk is full.", result)
        return result

    def save_again(self, result: AskShape) -> None:
        if self.unsaved:
            raise HistoryNotSavedError("The disk is still full.")
        self.saved_again.append(result)

    def _parent(self, conversation: str, manner: Manner) -> str | None:
        if manner.behind is not None:
            return manner.behind.turn
        shown = self.kept.shown(conversation) if self.past.get(conversation) else []
        return shown[-1].id if shown else None

    def explain(self, question: str, earlier: Sequence[tuple[str, str]] = ()) -> ExplainShape:
        self.explained_behind = list(earlier)
        return answers.explained(question)

    def generations(self) -> Sequence[GenerationShape]:
        return self.kept_generations

    def conversations(self) -> Sequence[ConversationShape]:
        return list(self.listed)

    def turns(self, conversation: str) -> Sequence[TurnShape]:
        return self.kept.shown(conversation)

    def add_documents(self, paths: Sequence[Path], announce: Callable[[AddProgress], None]) -> AddShape:
        self.added += paths
        return self._add(announce)

    def stop_adding(self) -> None:
        self.stops_adding.set()
        self.may_add.set()

    def add_sample(self, announce: Callable[[AddProgress], None]) -> AddShape:
        return self._add(announce)

    def close(self) -> None:
        self.closed = True
        for gate in (self.may_load, self.may_write, self.may_unlock, self.may_add):
            gate.set()

    def _write(self, script: Script, channel: Channel) -> tuple[str, bool]:
        for stage in _BEFORE:
            channel.announce(StageStarted(stage))
            channel.stop.wait(self.rhythm * 3)
            channel.announce(StageFinished(stage, 0.01))
        for notice in script.notices:
            channel.announce(Notice(notice))
        channel.announce(PassagesReady(tuple(_passage(each) for each in script.passages)))
        if script.quote is not None:
            channel.announce(QuoteReady(Quote(script.quote.citation, script.quote.text)))
        channel.announce(StageStarted("write_answer"))
        written = ""
        for piece in _pieces(script):
            channel.announce(AnswerPiece(piece))
            written += piece
            self.has_written.set()
            self._wait_for_gate(channel)
            channel.stop.wait(self.rhythm)
            if channel.stop.is_set():
                return written, True
        return written, False

    def _wait_for_gate(self, channel: Channel) -> None:
        for _ in range(int(_PATIENCE / 0.02)):
            if channel.stop.is_set() or self.may_write.wait(0.02):
                return
        channel.stop.set()

    def _keep(self, identity: str, parent: str | None, prompt: str, result: AskShape) -> None:
        kept = TurnShape(
            id=result.turn,
            parent=parent,
            state="stopped" if result.outcome == "stopped" else "complete",
            started="2026-11-22T15:00:00+00:00",
            prompt=prompt,
            answer=result.answer,
            result=result,
        )
        self.past.setdefault(identity, []).append(kept)
        self.kept.branch[identity] = kept.id
        if identity not in {each.id for each in self.listed}:
            self.listed.insert(0, conversation(identity, prompt, "2026-11-22T15:58:00+00:00"))

    def _add(self, announce: Callable[[AddProgress], None]) -> AddShape:
        if self.admin and not self.admin_left:
            raise AdminNeededError("Only the admin of this installation may do this.")
        files = self.files or [file_shape(f"handbook/chapter_{number}.pdf") for number in range(1, 15)]
        for number, file in enumerate(files, 1):
            announce(AddProgress(number, len(files), file.path, 90.0))
            Event().wait(self.rhythm * 4)
        self.may_add.wait(_PATIENCE)
        if self.trouble_at_adding is not None:
            raise self.trouble_at_adding
        left = len(files) - 1 if self.stops_adding.is_set() else 0
        files = files[: len(files) - left]
        totals: dict[str, int] = {}
        for file in files:
            totals[file.status] = totals.get(file.status, 0) + 1
        self.documents += totals.get("added", 0)
        return AddShape(files=files, totals=totals, left=left)


def file_shape(path: str, status: str = "added", reason: str = "") -> FileShape:
    """What became of one file."""
    read = status == "added"
    return FileShape.model_validate(
        {
            "path": path,
            "status": status,
            "reason": reason,
            "pages": None,
            "characters": 4_000 if read else 0,
            "chunks": 9 if read else 0,
        }
    )


def _pieces(script: Script) -> Iterator[str]:
    return iter(re.findall(r"\S+\s*", script.answer) if script.outcome != "refused" else [])


def _passage(shape: PassageShape) -> Passage:
    return Passage(
        id=shape.id,
        document_id=shape.document,
        document=shape.document,
        title=shape.title,
        text=shape.text,
        heading=("Meals",),
        page=shape.page,
        line_start=shape.line_start,
        line_end=shape.line_end,
        score=shape.score,
        dense=shape.dense,
        lexical=shape.lexical,
    )


def demo_desk(state: Literal["absent", "locked", "open"]) -> ScriptedDesk:
    """A desk on which everything can be seen by asking for it by name."""
    lost = AppError("The model's process ended.", "Ask again; it has been started anew.")
    return ScriptedDesk(
        state=state,
        documents=0 if state == "absent" else 14,
        rhythm=0.05,
        script={
            "nowhere": answers.NOT_IN_DOCUMENTS,
            "refuse": answers.REFUSED,
            "fail": Script(error=lost),
            "long": Script(
                answer=answers.ANSWER * 12, notices=("Two older questions did not fit and were left out.",)
            ),
        },
        past={
            "c-old": [kept_turn(number) for number in range(45)]
            + [kept_turn(45, "interrupted", "The rate is")]
        },
        listed=[] if state == "absent" else [conversation("c-old", "Mileage for a private car")],
    )


if __name__ == "__main__":
    from app.tui.app import ChatApp

    ChatApp(demo_desk(sys.argv[1] if len(sys.argv) > 1 else "open")).run()  # type: ignore[arg-type]  # a tool for looking
