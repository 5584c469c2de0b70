"""Passages that disagree are noticed, and the newer document is believed."""

from __future__ import annotations

import pytest

from grounding.conflicts import Conflict, conflicts, date_of
from grounding.passages import Passage
from grounding.quotes import quote

QUESTION = "What is the limit for hotel costs per night?"
OLD = "Hotel costs are refunded up to 120 euros per night, including breakfast."
NEW = "Hotel costs are refunded up to 140 euros per night."


def passage(text: str, title: str, dated: str | None = None, document: str = "") -> Passage:
    name = document or title.lower().replace(" ", "_") + ".md"
    return Passage(id=f"in {name}", document_id=name, document=name, title=title, text=text, dated=dated)


def found(*passages: Passage, question: str = QUESTION) -> tuple[Conflict, ...]:
    return conflicts(question, quote(question, passages, limit=9), passages)


def test_the_newer_of_two_versions_is_preferred_whatever_comes_first() -> None:
    old, new = passage(OLD, "Travel Policy 2024"), passage(NEW, "Travel and Expenses Policy 2026")

    for order in ((old, new), (new, old)):
        [conflict] = found(*order)
        assert conflict.is_settled
        assert (conflict.preferred.text, conflict.other.text) == (NEW, OLD)
        assert conflict.reason == '"Travel and Expenses Policy 2026" is newer than "Travel Policy 2024"'


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        pytest.param(
            passage(OLD, "Travel Policy", "2023-05-01", "a.docx"),
            passage(NEW, "Travel Policy", "2025-01", "b.docx"),
            id="dates in the properties",
        ),
        pytest.param(
            passage(OLD, "Travel Policy", "2026-05-01", "travel_2024-03.docx"),
            passage(NEW, "Travel Policy", "2020-01-01", "travel_2024-11.docx"),
            id="a file name counts before the properties",
        ),
        pytest.param(
            passage(OLD, "Travel Policy v2", document="a.md"),
            passage(NEW, "Travel Policy v10", document="b.md"),
            id="version numbers",
        ),
        pytest.param(
            passage(OLD, "Travel Policy draft", document="a.md"),
            passage(NEW, "Travel Policy final", document="b.md"),
            id="the state, as among editions",
        ),
        pytest.param(
            passage(OLD, "Travel Policy 2026-03", document="a.md"),
            passage(NEW, "Travel Policy 2026", document="b.md"),
            id="a year without month counts as its end, as among editions",
        ),
    ],
)
def test_what_tells_the_newer(older: Passage, newer: Passage) -> None:
    [conflict] = found(older, newer)

    assert conflict.is_settled
    assert conflict.preferred.passage == newer.id


def test_without_any_date_neither_is_preferred_and_that_is_said() -> None:
    [conflict] = found(
        passage(OLD, "Travel Policy", document="a"), passage(NEW, "Travel Policy", document="b")
    )

    assert not conflict.is_settled
    assert conflict.reason == "nothing tells which of the two is right"


@pytest.mark.parametrize(
    "others",
    [
        pytest.param((passage(OLD, "A 2024"), passage(OLD, "A 2026")), id="the same number"),
        pytest.param(
            (
                passage("The copay of a visit is 20 dollars in network.", "Northwind Standard Benefits"),
                passage("The copay of a visit is 35 dollars in network.", "Northwind Health Plus Benefits"),
            ),
            id="two plans of one family",
        ),
        pytest.param(
            (passage(NEW, "Policy 2024"), passage("Trains cost 90 euros per trip.", "Policy 2026")),
            id="another matter",
        ),
        pytest.param(
            (
                passage("Hotel costs are refunded up to 120 euros per night.", "Policy 2024"),
                passage("Hotel costs are refunded within 14 days per night.", "Policy 2026"),
            ),
            id="values of different kinds",
        ),
    ],
)
def test_what_is_no_disagreement(others: tuple[Passage, ...]) -> None:
    assert found(*others, question="hotel copay visit trains refunded night") == ()


def test_two_sentences_of_one_document_do_not_disagree() -> None:
    both = passage(f"{OLD} {NEW}", "Travel Policy 2026")

    assert found(both) == ()


def test_a_question_that_names_a_year_is_about_that_document() -> None:
    pair = passage(OLD, "Travel Policy 2024"), passage(NEW, "Travel Policy 2026")

    assert found(*pair, question=f"{QUESTION[:-1]} in 2024?") == ()


def test_documents_without_a_common_title_disagree_only_on_nearly_the_same_sentence() -> None:
    strangers = (
        passage("The notice period is 3 months for all employees.", "Employee Handbook"),
        passage("For all employees the notice period is 6 months.", "Onboarding Guide"),
    )

    [conflict] = found(*strangers, question="How long is the notice period for employees?")

    assert not conflict.is_settled


@pytest.mark.parametrize(
    ("title", "document", "dated", "expected"),
    [
        pytest.param("Prices 2026", "p.md", None, (2026,), id="year in the title"),
        pytest.param("Review", "review_2026-03-12.txt", None, (2026, 3, 12), id="day in the name"),
        pytest.param("Review", "r.txt", "2025-07", (2025, 7), id="month in the properties"),
        pytest.param("Review, March 2026", "r.txt", "2020-01-01", (2026, 3), id="month by its name"),
        pytest.param("Review 2026", "2026-03-12.txt", None, (2026, 3, 12), id="the name that tells more"),
        pytest.param("Part 20261", "r.txt", None, (), id="no year"),
    ],
)
def test_the_date_of_a_document(
    title: str, document: str, dated: str | None, expected: tuple[int, ...]
) -> None:
    assert date_of(passage("x", title, dated, document)) == expected


def test_a_statement_that_dates_itself_is_as_new_as_it_says() -> None:
    guide = passage(
        "At the date of this guide, September 2025, hotel costs are refunded up to 120 euros per night.",
        "Guide",
    )
    rule = passage(
        "From 1 January 2026 hotel costs are refunded up to 140 euros per night.", "Guide", document="other"
    )

    [conflict] = found(guide, rule)

    assert conflict.is_settled
    assert conflict.preferred.passage == rule.id
    assert conflict.reason == 'what "Guide" says holds since a later date'


def test_a_disagreement_about_something_else_than_the_question_is_not_reported() -> None:
    old, new = passage(OLD, "Travel Policy 2024"), passage(NEW, "Travel Policy 2026")
    meal = passage(
        "The daily allowance for a meal with customers is 65 euros per person.", "Travel Policy 2026"
    )

    assert found(meal, old, new, question="What is the allowance for a meal with customers?") == ()
