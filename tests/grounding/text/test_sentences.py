"""An answer falls into sentences, whether it is prose or Markdown, and nothing is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.text.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("One. Two! Three?", ["One.", "Two!", "Three?"], id="prose"),
        pytest.param(
            "Dr. Who pays 3.5 euros, e.g. for tea. Done.",
            ["Dr. Who pays 3.5 euros, e.g. for tea.", "Done."],
            id="abbreviations",
        ),
        pytest.param("One line\nand the next.", ["One line\nand the next."], id="lines of one paragraph"),
        pytest.param("* a\n* b\n  1) c\n> d", ["a", "b", "c", "d"], id="list signs are left out"),
        pytest.param("- [x] done\n- [ ] open", ["done", "open"], id="tick boxes"),
        pytest.param(
            "```\nx. Y\n\nz\n```\nAfter.", ["```\nx. Y\n\nz\n```", "After."], id="code is one piece"
        ),
        pytest.param(
            "Before.\n```\nnever closed. Y", ["Before.", "```\nnever closed. Y"], id="code that never ends"
        ),
        pytest.param("**Fees**\nNone.", ["**Fees**", "None."], id="a bold line is a heading"),
        pytest.param("a\n\n---\n\nb", ["a", "b"], id="rulers are nothing"),
        pytest.param(" \n \n", [], id="white space is nothing"),
    ],
)
def test_pieces_are_what_a_reader_sees(text: str, pieces: list[str]) -> None:
    assert [text[span.start : span.end] for span in sentence_spans(text)] == pieces


@given(st.text("aB. \n-#|`*1)>", max_size=80))
def test_spans_are_in_order_and_no_letter_is_lost(text: str) -> None:
    spans = list(sentence_spans(text))

    assert all(left.end <= right.start for left, right in pairwise(spans))
    inside = "".join(text[span.start : span.end] for span in spans)
    assert [c for c in inside if c.isalpha()] == [c for c in text if c.isalpha()]
