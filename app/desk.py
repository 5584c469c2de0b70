"""One person's access to everything, as the window uses it; fills `app.tui.desk.Desk`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Literal, Self

from app.assembly import Parts, assemble, sample_handbook
from app.contract import AddShape, AskShape, ConversationShape, GenerationShape, TurnShape
from app.contract.explain import ExplainShape
from app.errors import EXPECTED, HistoryLockedError
from app.principal import current_principal
from app.recorders import KeptTurns
from app.shapes_of_documents import explain_shape, generation_shapes
from app.stages.stage import Channel
from app.tui.desk import AddProgress, Loading, Status
from app.turn import Mode

if TYPE_CHECKING:
    from app.history.history import History

PartName = Literal["model", "documents"]


class AssembledDesk:
    """The real parts behind the window's port. Cheap to construct."""

    def __init__(self, parts: Parts, environment: Mapping[str, str]) -> None:
        self._parts = parts
        self._environment = environment
        self._history: History | None = None
        self._lock = Lock()

    @classmethod
    def for_environment(
        cls, flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
    ) -> Self:
        """A desk over the settings in force. Raises SettingsError."""
        environment = os.environ if environment is None else environment
        return cls(assemble(environment, flags), environment)

    def history_state(self) -> Literal["absent", "locked", "open"]:
        """Whether a history exists, and whether this desk has opened it."""
        from app.history.history import History

        if self._history is not None:
            return "open"
        return "absent" if History.state(self._parts.locations.history) == "absent" else "locked"

    def unlock_without_asking(self) -> bool:
        """Use the passphrase file or the keyring, if the person chose one of them."""
        from app.history.history import History
        from app.history.passphrase import given_passphrase

        passphrase = given_passphrase(None, self._environment)
        if passphrase is not None:
            if self.history_state() == "absent":
                self.create_history(passphrase)
            else:
                self.unlock(passphrase)
            return True
        if self.history_state() == "absent":
            return False
        try:
            self._history = History.open_with_keyring(self._parts.locations.history)
        except HistoryLockedError:
            return False
        return True

    def create_history(self, passphrase: str) -> None:
        """Begin a history."""
        from app.history.history import History

        self._history = History.create(self._parts.locations.history, passphrase)

    def unlock(self, passphrase: str) -> None:
        """Open the history."""
        from app.history.history import History

        self._history = History.open(self._parts.locations.history, passphrase)

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
        library = self._parts.catalog.status()
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
            mode=self._parts.settings.answer.mode,
            index_notice=self._index_notice(),
        )

    def _index_notice(self) -> str:
        try:
            return self._parts.grounding.index_notice
        except EXPECTED as error:
            # Without its embedding model the search cannot even be made; the rest of the line stands.
            return str(error)

    def ask(
        self, prompt: str, conversation: str | None, channel: Channel, mode: Mode | None = None
    ) -> AskShape:
        """Take a prompt through the line."""
        return self._parts.assistant(self._turns(), mode).ask(prompt, conversation, channel)

    def explain(self, question: str) -> ExplainShape:
        """Why a search for this brings what it brings."""
        limit = self._parts.settings.retrieval.passages
        found = self._parts.grounding.find(question, principal=current_principal(), limit=limit, explain=True)
        return explain_shape(question, found)

    def generations(self) -> Sequence[GenerationShape]:
        """Newest first."""
        with self._parts.catalog.read() as view:
            return generation_shapes(view.generations())

    def conversations(self) -> Sequence[ConversationShape]:
        """Newest first."""
        return self._turns().conversations()

    def turns(self, conversation: str) -> Sequence[TurnShape]:
        """Oldest first."""
        return self._turns().turns(conversation)

    def add_documents(self, paths: Sequence[Path], announce: Callable[[AddProgress], None]) -> AddShape:
        """Take files and folders in, beside whatever else runs."""
        left: list[float | None] = [None]

        def hear(kind: str, event: dict[str, Any]) -> None:
            if kind == "FileStarted":
                announce(AddProgress(event["number"], event["of"], event["path"], left[0]))
            elif kind == "Progress":
                left[0] = event["seconds_left"]

        with self._lock:
            return self._parts.ingest.add(paths, hear)

    def stop_adding(self) -> None:
        """End after the file under way."""
        self._parts.ingest.stop()

    def add_sample(self, announce: Callable[[AddProgress], None]) -> AddShape:
        """Take in the sample handbook."""
        return self.add_documents([sample_handbook()], announce)

    def close(self) -> None:
        """End the children, lock the history."""
        try:
            self._parts.close()
        finally:
            history, self._history = self._history, None
            if history is not None:
                history.close()

    def _turns(self) -> KeptTurns:
        if self._history is None:
            raise HistoryLockedError("The history is locked.", "Give its passphrase first.")
        return KeptTurns(self._history)


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


def device_words(offloaded: int, layers: int, reason: str) -> str:
    """The truth about the GPU: "GPU 30/30", or where the layers are instead and why."""
    if offloaded:
        return f"GPU {offloaded}/{layers}" + (f" ({reason})" if reason else "")
    return f"CPU: {reason}" if reason else "CPU"
