"""Foreign text reaches a terminal without a single character that could act on it."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.terminal import safe_line, safe_text

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]
KEPT = {"\n", "\t", "\u200c", "\u200d", "\ufe0e", "\ufe0f"}

texts = st.text(st.characters(codec=None), max_size=300)  # surrogates included


def test_no_control_character_comes_out_of_any_code_point() -> None:
    left = [
        c for c in EVERY_CHARACTER if c not in KEPT and unicodedata.category(safe_text(c)) in {"Cc", "Cs"}
    ]

    assert left == []


def test_no_line_or_paragraph_separator_comes_out() -> None:
    left = [c for c in EVERY_CHARACTER if unicodedata.category(safe_text(c)) in {"Zl", "Zp"}]

    assert left == []


def test_of_the_invisible_format_characters_only_joiners_and_visible_signs_stay() -> None:
    stays = {f"{ord(c):04X}" for c in EVERY_CHARACTER if unicodedata.category(safe_text(c)) == "Cf"}

    visible_or_needed = {
        *("00AD", "200C", "200D"),  # soft hyphen, joiners
        *(
            "0600",
            "0601",
            "0602",
            "0603",
            "0604",
            "0605",
            "06DD",
            "070F",
            "0890",
            "0891",
            "08E2",
        ),  # Arabic numbers
        *("110BD", "110CD"),  # Kaithi numbers
        *(f"{code:04X}" for code in range(0x13430, 0x13440)),  # Egyptian quadrats
    }
    assert stays <= visible_or_needed


@pytest.mark.parametrize("character", sorted(KEPT), ids=lambda c: f"U+{ord(c):04X}")
def test_what_writing_needs_is_kept(character: str) -> None:
    assert safe_text(character) == character


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("a\x1b[31mred", "a␛[31mred", id="an escape sequence is shown, not obeyed"),
        pytest.param("a\x07\x00\x7f\r", "a␇␀␡␍", id="controls become their pictures"),
        pytest.param("a\x9b31m\x9d", "a\ufffd31m\ufffd", id="C1 controls"),
        pytest.param("abc\u202egpj.exe", "abc\ufffdgpj.exe", id="text direction turned round"),
        pytest.param("pay\u200bpal\ufeff", "pay\ufffdpal\ufffd", id="zero-width characters"),
        pytest.param("hi\U000e0068\U000e0069", "hi\ufffd\ufffd", id="hidden ASCII in tags"),
        pytest.param("a\u2028b\u2029c", "a\ufffdb\ufffdc", id="separators that break lines"),
        pytest.param("\ud800", "\ufffd", id="a lone surrogate"),
        pytest.param("x\U000e0100\U000e01ef", "x\ufffd\ufffd", id="variation selectors that carry bytes"),
        pytest.param("\u3164\uffa0\u115f\u1160", "\ufffd" * 4, id="Hangul fillers"),
        pytest.param("👩‍💻 ❤️ नमस्ते می‌خواهم", "👩‍💻 ❤️ नमस्ते می‌خواهم", id="emoji, Hindi and Persian stay"),
    ],
)
def test_dangerous_characters_are_replaced_by_visible_ones(written: str, shown: str) -> None:
    assert safe_text(written) == shown


@given(texts)
def test_safe_text_is_left_alone(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)


@given(texts, texts)
def test_cutting_a_stream_anywhere_changes_nothing(before: str, after: str) -> None:
    assert safe_text(before + after) == safe_text(before) + safe_text(after)


@given(texts)
def test_offsets_stay_valid(text: str) -> None:
    assert len(safe_text(text)) == len(text)


@given(texts, st.integers(1, 80))
def test_a_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = safe_line(text, limit)

    assert len(line) <= limit
    assert not set(line) & set("\n\t\r")
    assert safe_line(line, limit) == line


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        pytest.param("a\nb\t c", 20, "a b c", id="white space is joined"),
        pytest.param("quarterly report", 10, "quarterly…", id="a cut is visible"),
        pytest.param("report", 6, "report", id="what fits is not cut"),
        pytest.param("evil\x1b]0;title\x07.pdf", 40, "evil␛]0;title␇.pdf", id="a file name that sets titles"),
    ],
)
def test_names_and_titles_fit_in_a_line(text: str, limit: int, line: str) -> None:
    assert safe_line(text, limit) == line
