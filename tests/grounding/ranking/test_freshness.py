"""Passages say what became of their file, and newer editions come first."""

from __future__ import annotations

from pathlib import Path

import pytest

from grounding.catalog import Catalog
from grounding.ingest import Ingest
from grounding.passages import Passage, Principal, Retrieval
from grounding.ranking.freshness import Freshness, newest_first
from grounding.retriever import HybridRetriever
from tests.grounding.small_library import HashingEmbedder, InProcessReader


class Library:
    """Files taken in, and asked."""

    def __init__(self, folder: Path) -> None:
        self.catalog = Catalog(folder)
        self._index = folder / "index"
        self._ingest = Ingest(self.catalog, HashingEmbedder(), InProcessReader(), self._index)

    def add(self, *files: Path) -> None:
        self._ingest.add(files)

    def found(self, query: str) -> Retrieval:
        retriever = HybridRetriever(self.catalog.folder, HashingEmbedder(), self._index)
        try:
            return retriever.find(query, principal=Principal("anna"), limit=8, explain=True)
        finally:
            retriever.close()


def passage(document: str, score: float, name: str = "") -> Passage:
    return Passage(
        id=name or document,
        document_id=document,
        document=f"{document}.md",
        title=document,
        text="x",
        score=score,
    )


def order(*passages: Passage) -> list[str]:
    return [one.id for one in newest_first(passages, {"2024": "2026"})]


def test_an_about_equally_good_passage_of_the_newer_edition_goes_first() -> None:
    assert order(passage("2024", 1.0), passage("other", 0.95), passage("2026", 0.9)) == [
        "2026",
        "2024",
        "other",
    ]


def test_a_much_weaker_one_stays_where_it_is() -> None:
    assert order(passage("2024", 1.0), passage("2026", 0.5)) == ["2024", "2026"]


def test_what_has_no_other_edition_keeps_its_order() -> None:
    assert order(passage("a", 1.0), passage("b", 1.0), passage("c", 2.0)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("fate", "expected"), [("none", ""), ("changed", "changed"), ("gone", "gone"), ("touched", "")]
)
def test_a_passage_tells_what_became_of_its_file(tmp_path: Path, fate: str, expected: str) -> None:
    file = tmp_path / "rules.md"
    file.write_text("# Rules\n\nThe allowance is 52 euros.\n")
    library = Library(tmp_path / "kb")
    library.add(file)
    if fate == "changed":
        file.write_text("# Rules\n\nThe allowance is 60 euros.\n")
    elif fate == "gone":
        file.unlink()
    elif fate == "touched":
        file.touch()

    found = Freshness(library.catalog).of(library.found("allowance"), "allowance")

    assert [one.stale for one in found.passages] == [expected]


def test_of_two_editions_the_newer_leads_unless_a_year_is_named(tmp_path: Path) -> None:
    library = Library(tmp_path / "kb")
    for year, amount in ((2024, 45), (2026, 52)):
        file = tmp_path / f"travel_policy_{year}.md"
        file.write_text(f"# Travel Policy {year}\n\nThe daily allowance for meals is {amount} euros.\n")
        library.add(file)
    both = library.found("daily allowance for meals")
    older_first = Retrieval(passages=tuple(sorted(both.passages, key=lambda one: one.document)))
    freshness = Freshness(library.catalog)

    assert "2026" in freshness.of(older_first, "daily allowance for meals").passages[0].document
    assert "2024" in freshness.of(older_first, "daily allowance for meals in 2024").passages[0].document


def test_an_explanation_follows_the_final_order_and_says_what_moved(tmp_path: Path) -> None:
    library = Library(tmp_path / "kb")
    for year, amount in ((2024, "45 euros a day"), (2026, "52 euros daily")):
        file = tmp_path / f"travel_policy_{year}.md"
        file.write_text(f"# Travel Policy {year}\n\nThe daily allowance for meals is {amount}.\n")
        library.add(file)
    query = "How many euros a day is the daily allowance for meals?"
    before = library.found(query)
    assert [Path(one.document).stem[-4:] for one in before.passages] == ["2024", "2026"]

    told = Freshness(library.catalog).of(before, query)

    assert told.explanation is not None
    assert [(one.id, one.dropped) for one in told.explanation.candidates] == [
        (one.id, "") for one in told.passages
    ]
    [newer, older] = told.explanation.candidates
    assert (newer.moved, older.moved) == (f"newer edition of {older.document}", "")
    assert newer.score < older.score
