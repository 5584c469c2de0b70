"""One JSON object a line: what is read, what is refused, and with which words."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from app.cli.json_lines import numbered_lines, opened, parsed
from app.errors import UsageError

LIMIT = 32


class Pair(BaseModel):
    """A line of this table."""

    model_config = ConfigDict(extra="forbid")

    id: str
    count: int


def test_blank_lines_count_but_are_not_given() -> None:
    assert list(numbered_lines(BytesIO(b"\n{}\n  \n[]"), "-", LIMIT)) == [(2, b"{}\n"), (4, b"[]")]


def test_a_line_over_the_ceiling_is_cut_just_beyond_it_and_the_next_line_is_whole() -> None:
    given = list(numbered_lines(BytesIO(b"x" * (5 * LIMIT) + b"\n{}\n"), "-", LIMIT))

    assert given == [(1, b"x" * (LIMIT + 1)), (2, b"{}\n")]


def test_a_byte_order_mark_is_no_part_of_the_object() -> None:
    line = '\ufeff{"id": "a", "count": 2}'.encode()

    assert parsed(line, Pair, limit=LIMIT, see="See.") == Pair(id="a", count=2)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param(b"x" * (LIMIT + 1), "longer than 32 bytes", id="too long"),
        pytest.param(b'{"id": "\xe9"}', "not UTF-8", id="another encoding"),
        pytest.param(b"secret", "Invalid JSON", id="no JSON"),
        pytest.param(b'{"id": "secret"}', "count: Field required", id="a field missing"),
        pytest.param(
            b'{"count": "secret", "id": ""}', "count: Input should be", id="a field of another kind"
        ),
    ],
)
def test_a_wrong_line_is_told_by_what_is_wrong_and_never_quoted(line: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told) as refusal:
        parsed(line, Pair, limit=LIMIT, see="See.")

    assert "secret" not in str(refusal.value)
    assert refusal.value.remedy


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    absent = str(tmp_path / "questions.jsonl")

    with pytest.raises(UsageError, match=r"questions\.jsonl cannot be read"), opened(absent):
        pass
