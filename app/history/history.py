"""Conversations on disk, sealed; one object for the whole program, safe to call from several threads.

The contract that the rest relies on:
    * when `begin_turn` returns, the prompt is on disk;
    * when `append` returns, that piece of the answer is on disk, so a front end that appends before
      it shows loses nothing of what was on screen, whatever kills it;
    * a call that raises has changed nothing, and the history stays usable.

One `append` is one commit (a few milliseconds) and one sealed record of at least 256 bytes. Whoever
streams token by token should join what arrives within about 100 ms and hand it over in one call.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Literal, Self

from app.errors import HistoryLockedError, UnknownConversationError
from app.history import keyring_slot
from app.history.attempts import IN_THIS_PROCESS, WrongAttempts
from app.history.passphrase import refuse_weak
from app.history.records import (
    Summary,
    final_record,
    piece_record,
    prompt_record,
    title_of,
    turns_of,
)
from app.history.translate import translated
from app.history.turns import (
    DAMAGED_CONVERSATION,
    ConversationSummary,
    Ending,
    TurnHandle,
    TurnRecord,
)
from app.vault import opening
from app.vault.errors import ConversationUnknownError, WrongPassphraseError
from app.vault.keys import KdfCost, calibrated
from app.vault.opening import Incident
from app.vault.store import Entry, Vault

_ID_BYTES = 16
_KEYRING_SETTING = "keyring"


class History:
    """All conversations of one person. Made by `create`, `open` or `open_with_keyring`."""

    def __init__(self, vault: Vault, incidents: tuple[Incident, ...] = ()) -> None:
        self._vault = vault
        self._lock = RLock()
        self._writing: dict[str, bytes] = {}
        self._notices = [_said_of(incident) for incident in incidents]

    @staticmethod
    def state(folder: Path) -> Literal["absent", "present"]:
        """Whether there is a history in the folder; opens nothing."""
        return "present" if opening.exists(folder) else "absent"

    @classmethod
    def create(cls, folder: Path, passphrase: str, *, kdf: KdfCost | None = None) -> Self:
        """Begin a history. Takes a few seconds: the cost of a guess is fitted to this machine.

        There is no way back to it without the passphrase. Raises HistoryError if there is one
        already, HistoryLockedError for a passphrase under eight characters.
        """
        refuse_weak(passphrase)
        with translated():
            return cls(opening.create(folder, passphrase, kdf or calibrated()))

    @classmethod
    def open(cls, folder: Path, passphrase: str, *, attempts: WrongAttempts = IN_THIS_PROCESS) -> Self:
        """Open it; takes about a second on purpose, and longer after wrong passphrases.

        Raises HistoryLockedError for a wrong passphrase, HistoryInUseError, HistoryUnsafeError,
        HistoryDamagedError, or HistoryError where there is none.
        """
        place = Path(os.path.abspath(folder))  # noqa: PTH100 - a link must not be followed here
        attempts.wait(place)
        with translated():
            try:
                opened = cls(*opening.open_vault(folder, passphrase))
            except WrongPassphraseError:
                attempts.failed(place)
                raise
        attempts.succeeded(place)
        return opened

    @classmethod
    def open_with_keyring(cls, folder: Path, ring: keyring_slot.Ring | None = None) -> Self:
        """Open it with the key in the OS keyring, if the person chose that; else HistoryLockedError.

        Every trouble with the keyring is a HistoryLockedError too, so that a front end asks for the
        passphrase instead.
        """
        ring = ring or keyring_slot.find_ring()
        with translated():
            try:
                opened = cls(*opening.open_vault(folder, ring.fetch))
            except WrongPassphraseError:
                raise HistoryLockedError("The keyring does not open this history.") from None
        opened.notice_ring(ring.name)
        return opened

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person must know about this history; empty when all is well."""
        with self._lock:
            return tuple(self._notices)

    @property
    def vault_id(self) -> bytes:
        """16 random bytes that name this history in a keyring; not secret."""
        return self._vault.id

    def begin_turn(self, conversation: str | None, prompt: str) -> TurnHandle:
        """Seal a prompt as the start of a turn; None begins a conversation. On disk when it returns."""
        turn, now = os.urandom(_ID_BYTES).hex(), _now()
        with self._lock, translated():
            known = None if conversation is None else _id_of(conversation)
            record = prompt_record(turn, now, prompt)
            identity = self._vault.add(known, [record], self._summary_for(known, prompt, now))
            self._writing[turn] = identity
        return TurnHandle(identity.hex(), turn)

    def append(self, turn: str, text: str) -> None:
        """Seal a piece of the answer. On disk when it returns.

        ValueError if this object is not writing such a turn.
        """
        with self._lock, translated():
            conversation = self._written(turn)
            if text:
                self._vault.add(conversation, [piece_record(turn, text)])

    def finish(self, turn: str, result: str, *, state: Ending) -> None:
        """Seal the outcome, a JSON text of up to 16 MiB, and end the turn. On disk when it returns.

        When it raises HistoryNotSavedError the turn is still being written and may be finished again.
        """
        with self._lock, translated():
            conversation, now = self._written(turn), _now()
            summary = self._summary_of(conversation)
            changed = replace(summary, updated=now).to_bytes() if summary else None
            self._vault.add(conversation, [final_record(turn, now, state, result)], changed)
            del self._writing[turn]

    def conversations(self) -> list[ConversationSummary]:
        """Newest first, damaged ones (with a placeholder for what does not open) last."""
        with self._lock, translated():
            listed = [_listed(entry) for entry in self._vault.entries()]
        return sorted(listed, key=lambda one: one.updated, reverse=True)

    def turns(self, conversation: str) -> list[TurnRecord]:
        """The turns of a conversation, oldest first; placeholders for what is damaged."""
        with self._lock, translated():
            identity = _id_of(conversation)
            try:
                return turns_of(self._vault.read(identity), self._writing.keys())
            except ConversationUnknownError:
                if any(entry.id is None and entry.name == identity for entry in self._vault.entries()):
                    return [_unreadable(conversation)]
                raise

    def put_keyring_slot(self, key: bytes | None, backend: str) -> None:
        """Let a keyring's 32 bytes open this history too (None: no more). See `keyring_slot`."""
        with self._lock, translated():
            self._vault.put_setting(_KEYRING_SETTING, backend.encode() if key else None)
            self._vault.put_keyring_slot(key)

    def notice_ring(self, name: str) -> None:
        """Say so if the keyring is another than last time, and remember this one."""
        with self._lock, translated():
            remembered = (self._vault.setting(_KEYRING_SETTING) or b"").decode()
            if remembered == name:
                return
            self._notices.append(
                f"The keyring in use changed from {remembered or 'an unknown one'} to {name}."
            )
            self._vault.put_setting(_KEYRING_SETTING, name.encode())

    def close(self) -> None:
        """Lock it: keys are overwritten as far as Python allows. Harmless when called again."""
        with self._lock, translated():
            self._writing.clear()
            self._vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _written(self, turn: str) -> bytes:
        conversation = self._writing.get(turn)
        if conversation is not None:
            return conversation
        self._vault.check_open()
        raise ValueError("no such turn is being written")

    def _summary_of(self, conversation: bytes) -> Summary | None:
        stored = self._vault.summary(conversation)
        return None if stored is None else Summary.from_bytes(stored)

    def _summary_for(self, conversation: bytes | None, prompt: str, now: str) -> bytes | None:
        """The summary after one more turn; None leaves a damaged one as it is."""
        if conversation is None:
            return Summary(title_of(prompt), now, now, 1).to_bytes()
        known = self._summary_of(conversation)
        return replace(known, updated=now, turns=known.turns + 1).to_bytes() if known else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _id_of(conversation: str) -> bytes:
    try:
        identity = bytes.fromhex(conversation)
    except ValueError:
        identity = b""
    if len(identity) != _ID_BYTES:
        raise UnknownConversationError("There is no such conversation.")
    return identity


def _listed(entry: Entry) -> ConversationSummary:
    name = (entry.id or entry.name).hex()
    if entry.summary is None:
        return ConversationSummary(
            id=name, title=DAMAGED_CONVERSATION, created="", updated="", turns=0, damaged=True
        )
    said = Summary.from_bytes(entry.summary)
    return ConversationSummary(
        id=name,
        title=said.title,
        created=said.created,
        updated=said.updated,
        turns=said.turns,
        damaged=not entry.sound,
    )


def _unreadable(conversation: str) -> TurnRecord:
    return TurnRecord(
        id=conversation,
        prompt=DAMAGED_CONVERSATION,
        answer="",
        state="interrupted",
        started="",
        result=None,
        damaged=1,
    )


def _said_of(incident: Incident) -> str:
    if incident.what == "heads":
        return (
            f"On {incident.time} this history did not match its seal as a whole: "
            "something was removed, or older data was put back."
        )
    if incident.what == "incidents":
        return f"On {incident.time} the list of earlier warnings about this history was found altered."
    return f"On {incident.time} this history held more or fewer messages than its conversations account for."
