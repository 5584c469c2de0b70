"""A marker is a position in one request; what is kept is the id of the chunk that stood there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.citations import place, strip_markers
from grounding.passages import Passage

SHOWN = tuple(Passage(id=f"c{n}", document_id="d", document="d.md", title="D", text="") for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(
            "The fee is 140 euros [1].", [("The fee is 140 euros.", ("c1",))], id="before the full stop"
        ),
        pytest.param(
            "Paid monthly.[2] Dr. Smith pays 3.5 euros. [1, 3]",
            [("Paid monthly.", ("c2",)), ("Dr. Smith pays 3.5 euros.", ("c1", "c3"))],
            id="behind it; titles and decimals end nothing",
        ),
        pytest.param("So it is [1][2] [1].", [("So it is.", ("c1", "c2"))], id="several, each once"),
        pytest.param("So it is [1-3].", [("So it is.", ("c1", "c2", "c3"))], id="a range"),
        pytest.param(
            "As [source 2] and (Source 3) and [Source 1: Travel policy] say.",
            [("As and and say.", ("c2", "c3", "c1"))],
            id="named sources",
        ),
        pytest.param("So it is [^2].", [("So it is.", ("c2",))], id="footnotes"),
        pytest.param(
            "[1] The fee is one.\n[2] Another fee.",
            [("The fee is one.", ("c1",)), ("Another fee.", ("c2",))],
            id="at the start of a line",
        ),
        pytest.param("The fee is 3.\n[1]", [("The fee is 3.", ("c1",))], id="alone on the next line"),
        pytest.param(
            "- First item [1]\n- Second item [2]\n1. Third item",
            [("First item", ("c1",)), ("Second item", ("c2",)), ("Third item", ())],
            id="list items are sentences",
        ),
        pytest.param("140 euros.", [("140 euros.", ())], id="no marker at all"),
        pytest.param("A **bold** claim [1].", [("A bold claim.", ("c1",))], id="emphasis is left out"),
        pytest.param(
            "See [1](https://example.com).", [("See [1](https://example.com).", ())], id="a link is no marker"
        ),
        pytest.param(
            "In [2024] it was (2).", [("In [2024] it was (2).", ())], id="years and numbers are none"
        ),
        pytest.param("Use `a[1]` here [2].", [("Use `a[1]` here.", ("c2",))], id="code is left alone"),
        pytest.param("[1]", [], id="a marker alone says nothing"),
        pytest.param("", [], id="nothing at all"),
    ],
)
def test_sentences_come_with_the_chunks_they_name(
    answer: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert [(sentence.text, sentence.citations) for sentence in place(answer, SHOWN)] == expected


def test_a_marker_that_points_at_nothing_is_dropped_and_counted() -> None:
    [sentence] = place("So it is [7] [2] [0].", SHOWN)

    assert sentence.citations == ("c2",)
    assert sentence.dropped == 2
    assert sentence.text == "So it is."


def test_the_same_marker_means_another_chunk_in_another_request() -> None:
    [here], [there] = place("It is so [1].", SHOWN), place("It is so [1].", SHOWN[::-1])

    assert (here.citations, there.citations) == (("c1",), ("c3",))


def test_headings_code_and_tables_are_told_apart() -> None:
    answer = "## Fees\n\n```py\na[1] = 2\n```\n\n| a | b |\n|---|---|\n| 1 | 2 [2] |\n\nDone."

    assert [(sentence.kind, sentence.text, sentence.citations) for sentence in place(answer, SHOWN)] == [
        ("heading", "Fees", ()),
        ("code", "```py\na[1] = 2\n```", ()),
        ("table", "| a | b |", ()),
        ("table", "| 1 | 2 |", ("c2",)),
        ("text", "Done.", ()),
    ]


ANSWER = "First it is so [1]. Then not.[2]\n\n- an item [3]\n"


def test_spans_point_at_the_sentence_with_its_markers() -> None:
    spans = [ANSWER[sentence.start : sentence.end] for sentence in place(ANSWER, SHOWN)]

    assert spans == ["First it is so [1].", "Then not.[2]", "an item [3]"]


def test_stripping_leaves_the_answer_otherwise_as_it_was() -> None:
    assert strip_markers(ANSWER) == "First it is so. Then not.\n\n- an item\n"


pieces = st.lists(
    st.sampled_from(
        [
            "It is so",
            ". ",
            "[1]",
            " [2, 3]",
            "\n",
            "\n- ",
            "```",
            "`x[1]`",
            "# ",
            "|",
            "(source 2)",
            "[9]",
            "3.5",
        ]
    ),
    max_size=14,
).map("".join)


@given(pieces)
def test_spans_are_in_order_and_citations_were_shown(answer: str) -> None:
    at = 0
    for sentence in place(answer, SHOWN):
        assert at <= sentence.start < sentence.end <= len(answer)
        assert set(sentence.citations) <= {"c1", "c2", "c3"}
        assert sentence.text
        at = sentence.start


@given(pieces)
def test_stripped_text_has_nothing_left_to_strip(answer: str) -> None:
    assert strip_markers(strip_markers(answer)) == strip_markers(answer)
