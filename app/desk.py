"""One person's access to everything, as the window uses it; fills `app.tui.desk.Desk`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal, Self

from app.assembly import Parts, assemble, sample_handbook
from app.contract import AddShape, AskShape, ConversationShape, GenerationShape, TurnShape
from app.contract.explain import ExplainShape
from app.errors import EXPECTED
from app.latest import LATEST
from app.office import AssembledOffice
from app.principal import current_principal
from app.shapes_of_documents import explain_shape, generation_shapes
from app.stages.stage import Channel
from app.tui.desk import AS_USUAL, AddProgress, Loading, Manner, Status
from app.tui.office import Rules
from app.turn import Mode

PartName = Literal["model", "documents"]


class AssembledDesk(AssembledOffice):
    """The real parts behind the window's port. Cheap to construct."""

    def __init__(self, parts: Parts, environment: Mapping[str, str]) -> None:
        super().__init__(parts, environment)
        self._lock = Lock()

    @classmethod
    def for_environment(
        cls, flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
    ) -> Self:
        """A desk over the settings in force. Raises SettingsError."""
        environment = os.environ if environment is None else environment
        return cls(assemble(environment, flags), environment)

    def warm(self, announce: Callable[[Loading], None]) -> None:
        """Start both children at the same time; each is announced when it is ready."""
        jobs: tuple[tuple[PartName, Callable[[], object]], ...] = (
            # Lambdas, because making a part can fail as well, and shall be announced as its failure.
            ("model", lambda: self._parts.engine.warm()),  # noqa: PLW0108
            ("documents", lambda: self._parts.grounding.warm()),  # noqa: PLW0108
        )
        threads = [Thread(target=_warm_one, args=(*job, announce), daemon=True) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def status(self) -> Status:
        """What is loaded, and how old the documents are."""
        library, rules = self._parts.catalog.status(), self.rules()
        try:
            model = self._parts.engine.described
        except EXPECTED:
            model = None
        return Status(
            model=model.name if model else "",
            device=device_words(model.offloaded, model.layers, model.reason) if model else "",
            context=model.context if model else 0,
            documents=library.documents,
            chunks=library.chunks,
            updated=library.updated,
            generation=library.generation,
            mode=_usual(self._parts.settings.answer.mode, rules),
            rules=rules,
            admin_minutes=ceil(self.admin_seconds() / 60),
            index_notice=self._index_notice(),
        )

    def _index_notice(self) -> str:
        try:
            return self._parts.grounding.index_notice
        except EXPECTED as error:
            # Without its embedding model the search cannot even be made; the rest of the line stands.
            return str(error)

    def ask(
        self, prompt: str, conversation: str | None, channel: Channel, manner: Manner = AS_USUAL
    ) -> AskShape:
        """Take a prompt through the line, or have an answer that was cut off go on."""
        opened = self._open
        assistant = self._parts.assistant(opened.turns, manner.mode)
        if manner.resume is not None and conversation is not None:
            result = assistant.resume(conversation, manner.resume, channel)
        else:
            after = LATEST if manner.behind is None else manner.behind.turn
            result = assistant.ask(prompt, conversation, channel, after=after)
        opened.keeping.changed(result.conversation)
        return result

    def save_again(self, result: AskShape) -> None:
        """Seal an answer that the disk refused."""
        opened = self._open
        self._parts.assistant(opened.turns).save_again(result)
        opened.keeping.changed(result.conversation)

    def explain(self, question: str, earlier: Sequence[tuple[str, str]] = ()) -> ExplainShape:
        """Why a search for this, behind these questions and answers, brings what it brings."""
        found = self._parts.grounding.find(
            question,
            principal=current_principal(),
            limit=self._parts.settings.retrieval.passages,
            earlier=list(earlier),
            explain=True,
        )
        return explain_shape(question, found)

    def generations(self) -> Sequence[GenerationShape]:
        """Newest first."""
        with self._parts.catalog.read() as view:
            return generation_shapes(view.generations())

    def conversations(self) -> Sequence[ConversationShape]:
        """Newest first."""
        return self._open.turns.conversations()

    def turns(self, conversation: str) -> Sequence[TurnShape]:
        """Oldest first."""
        return self._open.turns.turns(conversation)

    def add_documents(self, paths: Sequence[Path], announce: Callable[[AddProgress], None]) -> AddShape:
        """Take files and folders in, beside whatever else runs."""
        left: list[float | None] = [None]

        def hear(kind: str, event: dict[str, Any]) -> None:
            self.stay_admin()
            if kind == "FileStarted":
                announce(AddProgress(event["number"], event["of"], event["path"], left[0]))
            elif kind == "Progress":
                left[0] = event["seconds_left"]

        with self._lock:
            try:
                return self._parts.ingest.add(paths, hear)
            finally:
                if self._opened is None:
                    # The window was locked meanwhile, and the key was kept for the signature only.
                    self.lock_admin()

    def stop_adding(self) -> None:
        """End after the file under way."""
        self._parts.ingest.stop()

    def add_sample(self, announce: Callable[[AddProgress], None]) -> AddShape:
        """Take in the sample handbook."""
        return self.add_documents([sample_handbook()], announce)

    def lock(self) -> None:
        """Drop the keys of the history, and the admin's unless documents that it signs are being added."""
        try:
            super().lock()
        finally:
            if not self._lock.locked():
                self.lock_admin()

    def close(self) -> None:
        """End the children, lock the history."""
        try:
            self._parts.close()
        finally:
            self.lock()


def _warm_one(part: PartName, work: Callable[[], object], announce: Callable[[Loading], None]) -> None:
    announce(Loading(part, "loading"))
    try:
        work()
    except EXPECTED as error:
        announce(Loading(part, "failed", f"{error} {error.remedy}".strip()))
        return
    except OSError as error:
        announce(Loading(part, "failed", f"Its process could not be started ({error.strerror})."))
        return
    announce(Loading(part, "ready"))


def _usual(wanted: Mode, rules: Rules) -> Mode:
    return wanted if wanted in rules.modes else rules.modes[0]


def device_words(offloaded: int, layers: int, reason: str) -> str:
    """The truth about the GPU: "GPU 30/30", or where the layers are instead and why."""
    if offloaded:
        return f"GPU {offloaded}/{layers}" + (f" ({reason})" if reason else "")
    return f"CPU: {reason}" if reason else "CPU"
