"""A value that the documents give, but not for what was asked, loses against the quoted sentence."""

from __future__ import annotations

import pytest

from grounding.claims.against_quote import objection
from grounding.passages import Passage
from grounding.quotes import quote

QUESTION = "How long is the notice period of interns?"


def passage(name: str, text: str, title: str = "Handbook") -> Passage:
    return Passage(id=name, document_id=name, document=f"{name}.md", title=title, text=text)


SHOWN = (
    passage(
        "interns",
        "The notice period of interns is 14 days. They begin at 9:00."
        " Interns on leave give notice 7 days before that period.",
    ),
    passage("staff", "The notice period is 90 days. The office opens on 3 March 2026 at 8:30."),
    passage("table", "Notice of interns: 14 days; notice of staff: 60 days"),
)


def against(said: str, question: str = QUESTION) -> str:
    [best] = quote(question, SHOWN, limit=1)
    return objection(question, best, said, SHOWN)


def test_a_value_of_what_says_less_of_the_question_loses() -> None:
    assert against("It is 90 days.") == "the quoted sentence says “14 days” of what was asked, not “90 days”"


def test_a_value_that_stands_does_not_save_another_beside_it() -> None:
    assert "not “90 days”" in against("It is 7 days or 90 days.")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("It is 14 days.", id="the same value"),
        pytest.param("It is two weeks.", id="the same value in other words"),
        pytest.param("It is 14 days, and 90 days for others.", id="the value of the quote beside another"),
        pytest.param("It is 60 days.", id="a value that stands beside that of the quote"),
        pytest.param("It is 28 days.", id="a value of no passage, which the check of support judges"),
        pytest.param("They begin at 8:30.", id="a value of another kind"),
        pytest.param("It is short.", id="no value"),
    ],
)
def test_there_is_nothing_against(said: str) -> None:
    assert not against(said)


def test_a_value_of_what_says_as_much_of_the_question_stands() -> None:
    assert not against("It is 90 days.", question="How long is the notice period?")
