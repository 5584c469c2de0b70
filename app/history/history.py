"""Conversations on disk, sealed; one object for the whole program, safe to call from several threads.

The contract that the rest relies on:
    * when `begin_turn` returns, the prompt is on disk;
    * when `append` or `finish` returns, what it was given is on disk;
    * a call that raises has changed nothing, and the history stays usable.

One `append` is one commit (a few milliseconds) and one sealed record of at least 256 bytes. Whoever
streams token by token joins what arrives within about two seconds (`app.recorders`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from app.contract.history import Rating
from app.errors import HistoryLockedError
from app.history import keyring_slot
from app.history.access import Access
from app.history.attempts import IN_THIS_PROCESS, WrongAttempts
from app.history.choices import Choices
from app.history.core import Core
from app.history.drafts import Drafts
from app.history.erasing import Erasing
from app.history.merging import Merging
from app.history.passphrase import refuse_weak
from app.history.shelf import Shelf
from app.history.translate import translated
from app.history.turns import ConversationSummary, Ending, TurnHandle, TurnRecord
from app.history.writing import Writing
from app.latest import LATEST, Latest
from app.vault import opening
from app.vault.errors import WrongPassphraseError
from app.vault.keys import KdfCost, calibrated
from app.vault.opening import Incident
from app.vault.rekey import Rekeyed
from app.vault.store import Vault
from app.vault.ways_in import WayIn

_KEYRING_SETTING = "keyring"


class History:
    """All conversations of one person. Made by `create`, `open` or `open_with_keyring`.

    What is done with whole conversations stands under `shelf`, what destroys them under `erasing`.
    """

    def __init__(self, vault: Vault, incidents: tuple[Incident, ...] = ()) -> None:
        self._core = Core(vault)
        self._writing = Writing(self._core)
        self._notices = [_said_of(incident) for incident in incidents]
        self._closed = False
        self.incidents = len(incidents)
        """How often something was ever found altered, removed or put back."""

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

    @classmethod
    def open_with_recovery(cls, folder: Path, code: str) -> Self:
        """Open it with its recovery code, at once; `reset_passphrase` then replaces a forgotten passphrase.

        Raises HistoryLockedError for a code that is mistyped (naming the group where that is known) or
        opens nothing.
        """
        from app.vault.recovery_code import key_of

        with translated():
            opened = cls(*opening.open_vault(folder, key_of(code)))
        opened.core.recovered = True
        return opened

    def ways_in(self) -> tuple[WayIn, ...]:
        """What opens this history, passphrases first."""
        return Access(self._core).ways_in()

    def change_passphrase(self, old: str, new: str, *, kdf: KdfCost | None = None) -> None:
        """Put `new` in place of `old`, which is proven. Raises HistoryLockedError."""
        Access(self._core).change_passphrase(old, new, kdf)

    def reset_passphrase(self, new: str, *, kdf: KdfCost | None = None) -> None:
        """Put `new` in place of a forgotten one, once after opening with the recovery code."""
        Access(self._core).reset_passphrase(new, kdf)

    def new_recovery_code(self) -> str:
        """A code in groups that opens it too; an earlier one ends. Given out once, kept nowhere."""
        return Access(self._core).new_recovery_code()

    def drop_recovery_code(self) -> None:
        """Let no recovery code open it."""
        Access(self._core).drop_recovery_code()

    def rekey(self, passphrase: str, *, kdf: KdfCost | None = None, accept_loss: bool = False) -> Rekeyed:
        """Seal everything anew; only the present `passphrase`, which is proven, opens it then."""
        return Access(self._core).rekey(passphrase, kdf, accept_loss=accept_loss)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person must know about this history; empty when all is well."""
        with self._core.lock:
            return tuple(self._notices)

    def warn(self, notice: str) -> None:
        """Add to what the person must know."""
        with self._core.lock:
            self._notices.append(notice)

    @property
    def generation(self) -> int:
        """Grows by one with every change."""
        return self._core.vault.generation

    @property
    def vault_id(self) -> bytes:
        """16 random bytes that name this history in a keyring; not secret."""
        return self._core.vault.id

    @property
    def core(self) -> Core:
        """What the parts of this history share, for parts that live beside it."""
        return self._core

    @property
    def shelf(self) -> Shelf:
        """Rename, tag, pin, archive, bin."""
        return Shelf(self._core)

    @property
    def drafts(self) -> Drafts:
        """What was typed and not sent."""
        return Drafts(self._core)

    @property
    def choices(self) -> Choices:
        """Consent, hold, retention, remembered searches."""
        return Choices(self._core)

    @property
    def erasing(self) -> Erasing:
        """For good: by hand, out of the bin, when the time is over."""
        return Erasing(self._core)

    def merge(self, into: str, others: Sequence[str]) -> None:
        """Append the turns of others as branches of `into`; the others go to the bin."""
        Merging(self._core).merge(into, others)

    def begin_turn(
        self, conversation: str | None, prompt: str, *, after: str | Latest | None = LATEST
    ) -> TurnHandle:
        """Seal a prompt as the start of a turn; None begins a conversation. On disk when it returns.

        The turn follows `after`: the end of the branch that is shown, a turn by its id, or None for
        another beginning. The branch that it ends is shown from then on. Raises UnknownTurnError.
        """
        return self._writing.begin_turn(conversation, prompt, after)

    def append(self, turn: str, text: str) -> None:
        """Seal a piece of the answer. On disk when it returns.

        ValueError if this object is not writing such a turn.
        """
        self._writing.append(turn, text)

    def finish(self, turn: str, result: str, *, state: Ending, rest: str = "") -> None:
        """Seal the outcome, a JSON text of up to 16 MiB, and end the turn. On disk when it returns.

        `rest` is a last piece of the answer, which goes to disk together with it. When it raises
        HistoryNotSavedError the turn is still being written and may be finished again.
        """
        self._writing.finish(turn, result, state, rest)

    def rate(self, conversation: str, turn: str, rating: Rating | None, reason: str = "") -> None:
        """Seal what an answer was worth, with a reason of up to 2,000 characters; None takes it back."""
        self._writing.rate(conversation, turn, rating, reason)

    def conversations(self) -> list[ConversationSummary]:
        """Newest first, damaged ones (with a placeholder for what does not open) last."""
        return self.shelf.conversations()

    def turns(self, conversation: str, *, to: str | Latest | None = LATEST) -> list[TurnRecord]:
        """The branch that is shown, or the one that ends with the turn `to`, oldest first.

        Placeholders stand for what is damaged.
        """
        return self.shelf.branch(conversation, to)

    def tree(self, conversation: str) -> list[TurnRecord]:
        """Every turn of all branches, in the order they began."""
        return self.shelf.tree(conversation)

    def choose_branch(self, conversation: str, turn: str) -> list[TurnRecord]:
        """Show the branch that goes through `turn` from now on; its turns. Raises UnknownTurnError."""
        return self.shelf.choose_branch(conversation, turn)

    def put_keyring_slot(self, key: bytes | None, backend: str) -> None:
        """Let a keyring's 32 bytes open this history too (None: no more). See `keyring_slot`."""
        with self._core.at_work() as vault:
            vault.put_setting(_KEYRING_SETTING, backend.encode() if key else None)
            vault.put_keyring_slot(key)

    def notice_ring(self, name: str) -> None:
        """Say so if the keyring is another than last time, and remember this one."""
        with self._core.at_work() as vault:
            remembered = (vault.setting(_KEYRING_SETTING) or b"").decode()
            if remembered == name:
                return
            self._notices.append(
                f"The keyring in use changed from {remembered or 'an unknown one'} to {name}."
            )
            vault.put_setting(_KEYRING_SETTING, name.encode())

    def close(self) -> None:
        """Lock it: keys are overwritten as far as Python allows. Harmless when called again."""
        with self._core.at_work() as vault:
            self._core.writing.clear()
            if not self._closed:
                self._core.closing(vault.generation)
            self._closed = True
            vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _said_of(incident: Incident) -> str:
    if incident.what == "heads":
        return (
            f"On {incident.time} this history did not match its seal as a whole: "
            "something was removed, or older data was put back."
        )
    if incident.what == "incidents":
        return f"On {incident.time} the list of earlier warnings about this history was found altered."
    return f"On {incident.time} this history held more or fewer messages than its conversations account for."
