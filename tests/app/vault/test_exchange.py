"""One vault takes the place of another, or is completed at the next opening when a kill came between."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.vault import exchange
from app.vault.errors import VaultUnsafeError
from app.vault.restoring import restoring
from tests.app.vault.makings import KEYRING_KEY, opened

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def cut_off(folder: Path) -> Path:
    """Killed between the two renames of an exchange: the fresh one waits, the old one stands."""
    with opened(folder) as (vault, _):
        vault.add(None, [b"fresh"], b"")
        vault.snapshot(folder / exchange.NEXT)
        vault.erase([entry.id or b"" for entry in vault.entries()])
    return folder


def contents(folder: Path) -> list[list[bytes | None]]:
    with opened(folder) as (vault, _):
        return [vault.read(entry.id or b"") for entry in vault.entries()]


def test_the_next_opening_completes_it(cut_off: Path) -> None:
    assert contents(cut_off) == [[b"fresh"]]
    assert not (cut_off / exchange.NEXT).exists()


def test_what_stood_there_is_kept(cut_off: Path) -> None:
    old = (cut_off / exchange.FILE).read_bytes()
    contents(cut_off)

    [kept] = cut_off.glob("vault.db.before-finishing-*")
    assert kept.read_bytes() == old


def test_it_never_comes_over_something_newer(cut_off: Path) -> None:
    with opened(cut_off) as (vault, _):
        vault.add(None, [b"newer"], b"")
        vault.snapshot(cut_off / "copy")
    with restoring(cut_off / "copy", cut_off, lambda _vault: KEYRING_KEY) as ready:
        ready.put(AT)

    assert sorted(contents(cut_off)) == [[b"fresh"], [b"newer"]]


def test_one_that_others_can_reach_is_refused(cut_off: Path) -> None:
    (cut_off / exchange.NEXT).chmod(0o644)

    with pytest.raises(VaultUnsafeError):
        contents(cut_off)


def test_a_restore_completes_it_first(cut_off: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(cut_off / exchange.FILE, tmp_path / "copy"))
    with restoring(copy, cut_off, lambda _vault: KEYRING_KEY) as ready:
        ready.put(AT)

    assert contents(cut_off) == []
    assert not (cut_off / exchange.NEXT).exists()
