"""Frames and messages arrive whole, or are refused before they cost anything."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workers.frames import FRAME_LIMIT, FrameError, read_frame, read_message, write_frame, write_message


class Trickle(io.RawIOBase):
    """A pipe that gives one byte at a time."""

    def __init__(self, content: bytes) -> None:
        self._rest = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(min(size, 1))


class Counting(io.BytesIO):
    """Remembers the most that was ever asked for at once."""

    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked = max(self.asked, size or 0)
        return super().read(size)


def sent(*payloads: bytes) -> bytes:
    stream = io.BytesIO()
    for payload in payloads:
        write_frame(stream, payload)
    return stream.getvalue()


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_frames_come_back_in_order_and_then_none(payloads: list[bytes]) -> None:
    stream = io.BytesIO(sent(*payloads))

    assert [read_frame(stream) for _ in payloads] == payloads
    assert read_frame(stream) is None


def test_a_slow_pipe_delivers_the_same() -> None:
    stream = Trickle(sent(b"one", b"two"))

    assert [read_frame(stream), read_frame(stream), read_frame(stream)] == [b"one", b"two", None]  # type: ignore[arg-type]  # a raw pipe reads like a file


@given(st.binary(min_size=1, max_size=50), st.data())
def test_a_frame_that_is_cut_short_is_an_error(payload: bytes, data: st.DataObject) -> None:
    whole = sent(payload)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(whole[:cut]))


@pytest.mark.parametrize("announced", [FRAME_LIMIT + 1, 1 << 30, 0xFFFFFFFF], ids=hex)
def test_a_length_over_the_ceiling_is_refused_before_anything_is_read(announced: int) -> None:
    stream = Counting(struct.pack(">I", announced) + b"x" * 100)
    with pytest.raises(FrameError):
        read_frame(stream)

    assert stream.asked == 4


def test_a_frame_over_the_ceiling_is_not_sent() -> None:
    stream = io.BytesIO()
    with pytest.raises(FrameError):
        write_frame(stream, b"x" * 11, limit=10)

    assert stream.getvalue() == b""


@pytest.mark.parametrize(
    "length", [0, 1, FRAME_LIMIT - 1, FRAME_LIMIT, FRAME_LIMIT + 1, 3 * FRAME_LIMIT, 3 * FRAME_LIMIT + 7]
)
def test_messages_of_any_length_come_back_whole(length: int) -> None:
    stream = io.BytesIO()
    write_message(stream, b"m" * length)
    write_message(stream, b"next")
    stream.seek(0)

    assert read_message(stream) == b"m" * length
    assert read_message(stream) == b"next"
    assert read_message(stream) is None


def test_a_message_over_the_ceiling_is_neither_sent_nor_collected() -> None:
    stream = io.BytesIO()
    with pytest.raises(FrameError):
        write_message(stream, b"m" * 11, limit=10)
    assert stream.getvalue() == b""

    write_message(stream, b"m" * (3 * FRAME_LIMIT))
    stream.seek(0)
    with pytest.raises(FrameError):
        read_message(stream, limit=2 * FRAME_LIMIT)


def test_a_message_that_ends_between_its_frames_is_an_error() -> None:
    with pytest.raises(FrameError):
        read_message(io.BytesIO(sent(b"f" * FRAME_LIMIT)))
