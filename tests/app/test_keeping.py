"""What the window does with kept conversations reaches the history, the search and the report."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.contract.history import SearchFilters
from app.errors import HistoryLockedError
from app.history.backups import Backups, backups_of
from app.history.history import History
from app.history.search import HistorySearch
from app.keeping import AssembledKeeping
from tests.app.history.rings import opened
from tests.app.vault.conftest import folder, made_vault

__all__ = ["folder", "made_vault"]

ANY = SearchFilters()


@pytest.fixture
def history(folder: Path) -> Iterator[History]:
    with opened(folder) as history:
        yield history


@pytest.fixture
def backups(history: History, tmp_path: Path) -> Backups:
    return backups_of(history, tmp_path / "copies")


@pytest.fixture
def keeping(history: History, backups: Backups) -> Iterator[AssembledKeeping]:
    keeping = AssembledKeeping(history, backups)
    keeping.begin()
    yield keeping
    keeping.close()


def written(history: History, prompt: str, answer: str = "An answer.") -> tuple[str, str]:
    handle = history.begin_turn(None, prompt)
    history.append(handle.turn, answer)
    history.finish(handle.turn, "{}", state="complete")
    return handle.conversation, handle.turn


def found(keeping: AssembledKeeping, query: str) -> set[str]:
    """Conversations that a search finds, once all that changed is in the index."""
    search: HistorySearch = keeping._search
    assert search.wait(20)
    return {hit.conversation for hit in keeping.search(query, ANY).hits}


def test_what_changes_is_found_and_what_is_erased_is_not(history: History, keeping: AssembledKeeping) -> None:
    one, _ = written(history, "Where is the charter?")
    keeping.changed(one)
    assert found(keeping, "charter") == {one}
    keeping.rename(one, "Statutes")
    keeping.tag(one, ["legal"])
    assert found(keeping, "statutes") == found(keeping, "legal") == {one}
    report = keeping.erase([one])
    assert (report.conversations, report.records) == (1, 3)
    assert found(keeping, "charter") == set()


def test_searches_are_remembered_newest_first_when_they_are_meant(keeping: AssembledKeeping) -> None:
    keeping.search("on the way to one", ANY)
    for query in ("one", "two", "one"):
        keeping.remember_search(query)
    assert keeping.remembered_searches() == ["one", "two"]


def test_once_closed_nothing_is_found(keeping: AssembledKeeping) -> None:
    keeping.close()
    with pytest.raises(HistoryLockedError):
        keeping.search("x", ANY)


def test_the_report_names_the_copies_that_still_hold_what_was_erased(
    history: History, keeping: AssembledKeeping, backups: Backups
) -> None:
    held, _ = written(history, "held")
    copy = backups.take()
    later, _ = written(history, "later")

    assert keeping.erase([later]).backups == []
    report = keeping.erase([held])

    assert [one.path for one in report.backups] == [copy.path]
    assert "1 copy still holds it" in report.words


def test_erasing_everything_is_reported(
    history: History, keeping: AssembledKeeping, backups: Backups
) -> None:
    written(history, "one")
    written(history, "two")
    backups.take()
    report = keeping.erase_everything()

    assert (report.conversations, report.records, len(report.backups)) == (2, 6, 1)
    assert "Not reached" in report.words
    assert history.conversations() == []


def test_branches_ratings_and_drafts_go_through(history: History, keeping: AssembledKeeping) -> None:
    one, first = written(history, "first")
    beside = history.begin_turn(one, "beside", after=None)
    history.finish(beside.turn, "{}", state="complete")

    [shown] = keeping.choose_branch(one, first)
    assert (shown.prompt, shown.siblings) == ("first", [first, beside.turn])
    keeping.rate(one, first, "good", "short")
    keeping.keep_draft(one, "half a sen")
    assert keeping.draft(one) == "half a sen"
    assert history.turns(one)[0].rating is not None


def test_order_and_bin_go_through(history: History, keeping: AssembledKeeping) -> None:
    (one, _), (two, _) = written(history, "one"), written(history, "two")
    keeping.pin(one, pinned=True)
    keeping.archive(one, archived=True)
    keeping.merge(one, [two])
    keeping.put_in_bin(one)
    listed = {each.id: each for each in history.conversations()}
    assert (listed[one].pinned, listed[one].archived, listed[one].turns) == (True, True, 2)
    assert all(each.binned for each in listed.values())
    keeping.take_from_bin(one)
    assert not next(each for each in history.conversations() if each.id == one).binned


def test_tidying_does_nothing_unless_somebody_said_so(history: History, keeping: AssembledKeeping) -> None:
    one, _ = written(history, "one")
    keeping.put_in_bin(one)
    assert keeping.tidy().words == ""
    assert history.conversations()


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_an_export_is_for_its_owner_alone(
    history: History, keeping: AssembledKeeping, tmp_path: Path, form: str
) -> None:
    one, _ = written(history, "Where is the charter?")
    target = tmp_path / "out"
    keeping.export(one, form, target)  # type: ignore[arg-type]  # one of the three forms

    assert "charter" in target.read_text("utf-8")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
