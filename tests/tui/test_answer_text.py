"""Every judged sentence carries its mark, and only marks of ours are marks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contract import AskShape, SentenceShape
from app.tui.answer_text import CLOSE, OPEN, marked, sources_of, to_copy
from app.tui.verdicts import summary
from app.tui.wording import age, place_of, short_place_of
from tests.tui.answers import HANDBOOK, TRAVEL_2024, TRAVEL_2026, Script, result_of
from tests.tui.conftest import NOW

PASSAGES = (TRAVEL_2024, TRAVEL_2026, HANDBOOK)


def sentence(text: str, support: str = "supported", citations: Sequence[str] = ()) -> SentenceShape:
    return SentenceShape.model_validate({"text": text, "support": support, "citations": list(citations)})


def result(answer: str, *sentences: SentenceShape) -> AskShape:
    script = Script(answer=answer, sentences=sentences, passages=PASSAGES)
    return result_of(script, "?", conversation="c", turn="t", written=answer)


def plain(text: str) -> str:
    for kind in "cpm":
        text = text.replace(OPEN + kind, "")
    return text.replace(CLOSE, "")


@pytest.mark.parametrize(
    ("answer", "judged", "expected"),
    [
        pytest.param("It is so. More.", "It is so.", "It is so. [1] More.", id="behind its sentence"),
        pytest.param(
            "It is **so**.", "It is so.", "It is **so**. [1]", id="emphasis does not hide a sentence"
        ),
        pytest.param("**It is so.**", "It is so.", "**It is so.** [1]", id="outside closing emphasis"),
        pytest.param("It is\nso.", "It is so.", "It is\nso. [1]", id="across a line end"),
        pytest.param("It is so. [7]", "It is so.", "It is so. [1]", id="the model's own marker is replaced"),
        pytest.param("- It is so.", "It is so.", "- It is so. [1]", id="in a list"),
    ],
)
def test_a_mark_stands_where_a_reader_looks_for_it(answer: str, judged: str, expected: str) -> None:
    shown = marked(result(answer, sentence(judged, citations=[HANDBOOK.id])))

    assert plain(shown) == expected


def test_a_verdict_is_never_lost_when_its_sentence_is_not_found_in_the_answer() -> None:
    shown = plain(marked(result("Something else.", sentence("It is so.", "not_found"))))

    assert shown == "Something else.\n\n“It is so.” ⚠ not found in your documents"


def test_no_mark_is_put_into_code() -> None:
    shown = plain(marked(result("```\nx = 1.\n```\n", sentence("x = 1.", "not_found"))))

    assert shown.startswith("```\nx = 1.\n```\n")
    assert "“x = 1.” ⚠" in shown


def test_numbers_follow_the_order_of_the_answer_not_of_the_search() -> None:
    sentences = [sentence("A.", citations=[HANDBOOK.id]), sentence("B.", citations=[TRAVEL_2026.id])]

    sources = sources_of(PASSAGES, sentences)

    assert [passage.id for passage in sources.used] == [HANDBOOK.id, TRAVEL_2026.id]
    assert [passage.id for passage in sources.others] == [TRAVEL_2024.id]


def test_a_citation_of_a_passage_that_was_not_shown_gets_no_number() -> None:
    assert (
        plain(marked(result("It is so.", sentence("It is so.", citations=["chunk-unknown"])))) == "It is so."
    )


@given(st.text(), st.lists(st.text(min_size=1), max_size=4))
def test_no_answer_breaks_the_marking(answer: str, judged: list[str]) -> None:
    to_copy(result(answer, *(sentence(text, "partly", [HANDBOOK.id]) for text in judged)))


def test_the_summary_counts_each_verdict() -> None:
    judged = [sentence("A."), sentence("B.", "not_checked")]
    assert summary(judged) == "Sentences: 1 supported, 1 not checked"
    assert summary([]) == ""


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-22T15:59:30+00:00", "just now"),
        ("2026-11-22T15:18:00Z", "42 min ago"),
        ("2026-11-22T09:00:00+00:00", "7 h ago"),
        ("2026-11-21T15:00:00", "yesterday"),
        ("2026-11-18T15:00:00+00:00", "4 days ago"),
        ("2026-03-12T15:00:00+00:00", "12 Mar 2026"),
        ("2027-01-01T00:00:00+00:00", "just now"),
        ("not a date", ""),
        (None, ""),
    ],
)
def test_ages_are_said_as_a_person_would(moment: str | None, said: str) -> None:
    assert age(moment, NOW) == said


@pytest.mark.parametrize(
    ("place", "long", "short"),
    [
        pytest.param({"page": 3}, "page 3", "p. 3", id="page"),
        pytest.param({"line_start": 4, "line_end": 9}, "lines 4 to 9", "l. 4–9", id="lines"),
        pytest.param({"line_start": 4, "line_end": 4}, "line 4", "l. 4", id="one line"),
        pytest.param({}, "", "", id="unknown"),
    ],
)
def test_places_are_said_for_a_text_and_for_a_list(place: dict[str, int], long: str, short: str) -> None:
    nowhere = {"page": None, "line_start": None, "line_end": None}
    passage = TRAVEL_2026.model_copy(update=nowhere | place)

    assert (place_of(passage), short_place_of(passage)) == (long, short)
