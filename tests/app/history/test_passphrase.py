"""A command's passphrase comes from a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.errors import HistoryError, HistoryLockedError, HistoryUnsafeError
from app.history.passphrase import VARIABLE, given_passphrase, read_passphrase, refuse_weak


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


def test_eight_characters_are_taken() -> None:
    refuse_weak("12345678")
