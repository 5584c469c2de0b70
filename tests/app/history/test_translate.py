"""Nothing foreign leaves the history: every error of the vault has its counterpart."""

from __future__ import annotations

import sqlite3

import pytest

from app.errors import HistoryError, HistoryNotSavedError
from app.history.translate import counterpart, translated
from app.vault import errors

FOUND = sorted(
    (one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.VaultError)),
    key=lambda one: one.__name__,
)


@pytest.mark.parametrize("kind", FOUND, ids=[one.__name__ for one in FOUND])
def test_each_error_of_the_vault_becomes_one_of_the_history(kind: type[errors.VaultError]) -> None:
    constant = kind in {errors.WrongPassphraseError, errors.RecordUnreadableError}
    error = kind(*([] if constant else ["what happened"]))

    said = counterpart(error)

    assert isinstance(said, HistoryError)
    assert str(said) == str(error)
    assert said.remedy == error.remedy


@pytest.mark.parametrize("error", [sqlite3.OperationalError("quotes text"), OSError("quotes text")])
def test_the_disks_own_words_stay_inside(error: Exception) -> None:
    with pytest.raises(HistoryNotSavedError) as said, translated():
        raise error

    assert "quotes" not in str(said.value)
    assert said.value.__cause__ is None
