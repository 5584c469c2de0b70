"""Turns what the vault reports into the errors that front ends catch."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from app import errors as outside
from app.vault import errors as vault

_COUNTERPARTS: tuple[tuple[type[vault.VaultError], type[outside.HistoryError]], ...] = (
    (vault.WrongPassphraseError, outside.HistoryLockedError),
    (vault.RecoveryCodeError, outside.HistoryLockedError),
    (vault.VaultClosedError, outside.HistoryLockedError),
    (vault.VaultInUseError, outside.HistoryInUseError),
    (vault.VaultUnsafeError, outside.HistoryUnsafeError),
    (vault.RecordUnreadableError, outside.HistoryDamagedError),
    (vault.VaultDamagedError, outside.HistoryDamagedError),
    (vault.VaultNewerError, outside.HistoryDamagedError),
    (vault.ConversationDamagedError, outside.HistoryDamagedError),
    (vault.VaultNotSavedError, outside.HistoryNotSavedError),
    (vault.RecordTooLargeError, outside.HistoryNotSavedError),
    (vault.ConversationFullError, outside.HistoryNotSavedError),
    (vault.ConversationUnknownError, outside.UnknownConversationError),
)


@contextmanager
def translated() -> Iterator[None]:
    """What comes out is a HistoryError; the cause is cut off, since it adds nothing for a person."""
    try:
        yield
    except vault.VaultError as error:
        raise counterpart(error) from None
    except (sqlite3.Error, OSError) as error:
        raise outside.HistoryNotSavedError(
            f"The disk refused the history ({type(error).__name__})."
        ) from None


def counterpart(error: vault.VaultError) -> outside.HistoryError:
    """The error of this program's own family that says the same."""
    for inner, outer in _COUNTERPARTS:
        if isinstance(error, inner):
            return outer(str(error), error.remedy)
    return outside.HistoryError(str(error), error.remedy)
