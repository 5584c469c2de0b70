"""A command's passphrase comes from a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.errors import HistoryError, HistoryLockedError, HistoryUnsafeError
from app.history.passphrase import (
    VARIABLE,
    given_passphrase,
    read_passphrase,
    refuse_weak,
    strength,
    suggestion,
)


def kept(folder: Path, content: bytes, mode: int = 0o600, name: str = "passphrase") -> Path:
    file = folder / name
    file.write_bytes(content)
    file.chmod(mode)
    return file


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [
        pytest.param(b"five random words", "five random words", id="no line end"),
        pytest.param(b"five random words\n", "five random words", id="a line end"),
        pytest.param(b"five random words\r\n", "five random words", id="a line end of Windows"),
        pytest.param(b"five random words\n\n", "five random words\n", id="one line end only"),
        pytest.param(b"  spaces stay  ", "  spaces stay  ", id="spaces stay"),
        pytest.param("cafe\u0301".encode(), "caf\u00e9", id="composed letters"),
        pytest.param(b"x" * 1024, "x" * 1024, id="1 KiB"),
    ],
)
def test_the_file_gives_the_passphrase(tmp_path: Path, content: bytes, passphrase: str) -> None:
    assert read_passphrase(kept(tmp_path, content)) == passphrase


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        pytest.param(b"secret words", 0o640, HistoryUnsafeError, id="the group can read it"),
        pytest.param(b"secret words", 0o604, HistoryUnsafeError, id="others can read it"),
        pytest.param(b"", 0o600, HistoryLockedError, id="empty"),
        pytest.param(b"\n", 0o600, HistoryLockedError, id="only a line end"),
        pytest.param(b"\xff\xfe", 0o600, HistoryLockedError, id="not UTF-8"),
        pytest.param(b"x" * 1025, 0o600, HistoryLockedError, id="over 1 KiB"),
    ],
)
def test_a_file_is_refused_with_a_remedy(
    tmp_path: Path, content: bytes, mode: int, expected: type[HistoryError]
) -> None:
    with pytest.raises(expected) as refusal:
        read_passphrase(kept(tmp_path, content, mode))

    assert refusal.value.remedy
    assert "secret words" not in str(refusal.value) + refusal.value.remedy


def test_a_pipe_a_folder_or_nothing_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for wrong in (tmp_path / "pipe", tmp_path, tmp_path / "absent"):
        with pytest.raises(HistoryError):
            read_passphrase(wrong)


def test_the_file_named_on_the_command_line_beats_the_variable(tmp_path: Path) -> None:
    one, other = kept(tmp_path, b"one", name="one"), kept(tmp_path, b"other", name="other")

    assert given_passphrase(one, {VARIABLE: str(other)}) == "one"
    assert given_passphrase(None, {VARIABLE: str(other)}) == "other"
    assert given_passphrase(None, {VARIABLE: ""}) is None
    assert given_passphrase(None, {}) is None


@pytest.mark.parametrize("passphrase", ["", "1234567", "é" * 7, "x" * 1025])
def test_too_short_or_too_long_is_refused(passphrase: str) -> None:
    with pytest.raises(HistoryLockedError):
        refuse_weak(passphrase)


def test_eight_characters_are_taken_if_they_are_hard_to_guess() -> None:
    refuse_weak("qJ4#vT9x")


@pytest.mark.parametrize(
    "weak",
    [
        pytest.param("12345678", id="counted"),
        pytest.param("password1", id="on every list"),
        pytest.param("aaaaaaaaaaaaaaaaaaaa", id="one letter many times"),
        pytest.param("qwertzuiop", id="along the keyboard"),
    ],
)
def test_what_is_guessed_at_once_is_refused_with_the_reason(weak: str) -> None:
    with pytest.raises(HistoryLockedError, match="too easy to guess") as refusal:
        refuse_weak(weak)

    assert weak not in str(refusal.value)
    assert refusal.value.remedy


def test_strength_grows_with_words() -> None:
    scores = [
        strength(" ".join(["lamp", "granite", "otter", "plural"][:number])).score for number in range(5)
    ]

    assert scores == sorted(scores)
    assert (scores[0], scores[-1]) == (0, 4)
    assert strength("x" * 5_000).words


def test_a_suggestion_is_five_words_that_are_taken() -> None:
    one, other = suggestion(), suggestion()

    assert one != other
    assert len(one.split()) == 5
    refuse_weak(one)
