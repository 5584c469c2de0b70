"""The ways into a history: its passphrase, its recovery code, the keyring; and sealing everything anew.

Promises
    * Changing the passphrase and re-keying need the present passphrase, also while the history is open.
      After opening with the recovery code the passphrase may be replaced once without it.
    * Nobody waits for the history while a passphrase is held back after a wrong one.
    * At every moment the old ways in open the history, or the new one does.

Not promised
    * Anything against whoever sits at a window that was left open: they can read, export, and make a
      recovery code, which ends the one before. The idle lock is against that.
    * That an old passphrase is of no use with an older backup. Re-keying and deleting backups ends that.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from app.errors import HistoryLockedError
from app.history.attempts import IN_THIS_PROCESS, WrongAttempts
from app.history.core import Core
from app.history.passphrase import refuse_weak
from app.vault.errors import WrongPassphraseError
from app.vault.keys import KdfCost, calibrated
from app.vault.proving import prove
from app.vault.rekey import Rekeyed, rekey
from app.vault.ways_in import WayIn

_KEY_BYTES = 32
_KEYRING_SETTING = "keyring"


@dataclass(frozen=True, slots=True)
class Access:
    """What opens one history."""

    core: Core
    attempts: WrongAttempts = IN_THIS_PROCESS

    def ways_in(self) -> tuple[WayIn, ...]:
        """What opens it, passphrases first; costs are those of a guess."""
        with self.core.at_work() as vault:
            return vault.ways_in()

    def change_passphrase(self, old: str, new: str, kdf: KdfCost | None) -> None:
        """Put `new` in place of `old`; no message is sealed anew. Takes some seconds.

        Raises HistoryLockedError where `old` is wrong or `new` too weak.
        """
        refuse_weak(new)
        self._wait()
        with self.core.at_work():
            self._prove(old)
            self._put(new, kdf)
        self.core.tell("history.passphrase", 0)

    def reset_passphrase(self, new: str, kdf: KdfCost | None) -> None:
        """Put `new` in place of a forgotten one. Only after opening with the recovery code."""
        refuse_weak(new)
        with self.core.at_work():
            if not self.core.recovered:
                raise HistoryLockedError(
                    "The passphrase is only replaced by whoever knows it or has the recovery code.",
                    "Give the present passphrase, or open the history with its recovery code.",
                )
            self._put(new, kdf)
        self.core.tell("history.passphrase", 0)

    def new_recovery_code(self) -> str:
        """A code that opens the history too, to be printed and kept elsewhere; an earlier one ends.

        It is given out once and kept nowhere.
        """
        from app.vault.recovery_code import code_of

        key = os.urandom(_KEY_BYTES)
        with self.core.at_work() as vault:
            vault.put_recovery_slot(key)
        self.core.tell("history.recovery", 1)
        return code_of(key)

    def drop_recovery_code(self) -> None:
        """Let no recovery code open it."""
        with self.core.at_work() as vault:
            vault.put_recovery_slot(None)
        self.core.tell("history.recovery", 0)

    def rekey(self, passphrase: str, kdf: KdfCost | None, *, accept_loss: bool) -> Rekeyed:
        """Seal everything anew under new keys. Takes seconds to minutes.

        `passphrase` is the present one; it alone opens the history then: keyring and recovery code end.
        """
        self._wait()
        with self.core.at_work() as vault:
            self._prove(passphrase)
            report = rekey(vault, passphrase, kdf or calibrated(), accept_loss=accept_loss)
            vault.put_setting(_KEYRING_SETTING, None)
        self.core.tell("history.rekey", 0)
        return report

    @property
    def _place(self) -> Path:
        return self.core.vault.file.parent.absolute()

    def _wait(self) -> None:
        # Not inside `at_work`: locking the history must not wait as well.
        self.attempts.wait(self._place)

    def _prove(self, passphrase: str) -> None:
        place = self._place
        try:
            prove(self.core.vault, passphrase)
        except WrongPassphraseError:
            self.attempts.failed(place)
            raise
        self.attempts.succeeded(place)

    def _put(self, new: str, kdf: KdfCost | None) -> None:
        self.core.vault.change_passphrase(new, kdf or calibrated())
        self.core.recovered = False
