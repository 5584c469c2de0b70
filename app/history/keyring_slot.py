"""The OS keyring as a second way into the history; the only door to `keyring`.

Promises
    * Off until a person switches it on; the passphrase keeps working beside it.
    * Only real keyrings are used, by the names below. Never a file in clear, never the null or the
      failing one, and never another one in silence: the name is remembered in the history.
    * The keyring holds 32 random bytes that open this history alone, never the passphrase.
    * A keyring that is absent, locked, slow or holds something else leads to being asked for the
      passphrase, nothing more.

Not promised
    * Protection from programs of the same account, which most keyrings let read everything.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlowError
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Protocol, TypeVar

from app.errors import HistoryLockedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.history.history import History

_T = TypeVar("_T")

SERVICE = "inhouse-history"
REAL = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)
_KEY_BYTES = 32
_PATIENCE = 20.0
"""Seconds; a person may have to unlock the keyring in a dialogue meanwhile."""

_ASK = "Give the passphrase instead."


class Backend(Protocol):
    """What is used of a `keyring` back end."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret kept under the two names."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret under the two names."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        ...


@dataclass(frozen=True, slots=True)
class Ring:
    """A keyring and the name it is remembered by."""

    name: str
    backend: Backend
    patience: float = _PATIENCE

    def fetch(self, vault: bytes) -> bytes | None:
        """The 32 bytes kept for a history, None if there are none. Raises HistoryLockedError."""
        kept = self._within(lambda: self.backend.get_password(SERVICE, vault.hex()))
        if kept is None:
            return None
        try:
            key = base64.b64decode(kept, validate=True)
        except (binascii.Error, ValueError, TypeError):
            return None
        return key if len(key) == _KEY_BYTES else None

    def keep(self, vault: bytes, key: bytes) -> None:
        """Keep the bytes, read them back and compare. Raises HistoryLockedError."""
        text = base64.b64encode(key).decode()
        self._within(lambda: self.backend.set_password(SERVICE, vault.hex(), text))
        if not hmac.compare_digest(self.fetch(vault) or b"", key):
            raise HistoryLockedError("The keyring did not keep the key.", _ASK)

    def forget(self, vault: bytes) -> None:
        """Remove the bytes. Raises HistoryLockedError."""
        self._within(lambda: self.backend.delete_password(SERVICE, vault.hex()))

    def _within(self, call: Callable[[], _T]) -> _T:
        """Run `call`; give up when the keyring does not answer in time."""
        return _within(call, self.patience)


def find_ring() -> Ring:
    """The keyring of this desktop, if it is a real one. Raises HistoryLockedError."""
    for backend in _within(_candidates, _PATIENCE):
        name = name_of(backend)
        if name in REAL:
            return Ring(name, backend)
    raise HistoryLockedError("There is no keyring on this system that can be trusted with a key.", _ASK)


def _candidates() -> list[Backend]:
    """Looking for back ends asks the desktop, and follows a configuration that may name anything."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    return list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]


def _within(call: Callable[[], _T], patience: float) -> _T:
    answer: Future[_T] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except Exception as error:  # noqa: BLE001 - back ends raise what they like; it is reported below
            answer.set_exception(error)

    # A daemon, so that a keyring that never answers cannot keep the program from ending.
    Thread(target=run, name="keyring", daemon=True).start()
    try:
        return answer.result(patience)
    except TooSlowError:
        raise HistoryLockedError("The keyring does not answer.", _ASK) from None
    except Exception as error:  # noqa: BLE001 - see above
        raise HistoryLockedError(f"The keyring failed ({type(error).__name__}).", _ASK) from None


def name_of(backend: object) -> str:
    """The name a back end is allowed and remembered by."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def enable_keyring(history: History, ring: Ring | None = None) -> str:
    """Let the OS keyring open this history too; returns the keyring's name. Raises HistoryLockedError."""
    history.core.rules.refuse_keyring()
    ring = ring or find_ring()
    key = os.urandom(_KEY_BYTES)
    ring.keep(history.vault_id, key)
    history.put_keyring_slot(key, ring.name)
    return ring.name


def disable_keyring(history: History, ring: Ring | None = None) -> None:
    """Take that way away again: from the history first, then from the keyring."""
    history.put_keyring_slot(None, "")
    (ring or find_ring()).forget(history.vault_id)
