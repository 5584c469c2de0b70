"""Length-prefixed frames over a pipe: four bytes, big-endian, then that many bytes of JSON.

The length is checked against a ceiling before anything is allocated: the other side of a pipe
may be a process that a hostile document or model has taken over.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

FRAME_LIMIT = 1 << 20
"""Bytes. Longer content is sent as several frames."""

MESSAGE_LIMIT = 64 << 20
"""Bytes of a message in several frames: the report about every file of a large folder is one."""

_LENGTH = struct.Struct(">I")


class FrameError(Exception):
    """The other side sent something that is not a frame, or one that is too long."""


def write_frame(stream: BinaryIO, payload: bytes, *, limit: int = FRAME_LIMIT) -> None:
    """Send one frame and flush it. Raises FrameError if it is too long, OSError if the pipe is gone."""
    if len(payload) > limit:
        raise FrameError(f"A frame of {len(payload)} bytes is over the limit of {limit}.")
    stream.write(_LENGTH.pack(len(payload)) + payload)
    stream.flush()


def read_frame(stream: BinaryIO, limit: int = FRAME_LIMIT) -> bytes | None:
    """The next frame, or None when the other side has closed the pipe between two frames."""
    header = _read_exactly(stream, _LENGTH.size)
    if not header:
        return None
    if len(header) < _LENGTH.size:
        raise FrameError("The pipe closed within a frame.")
    (length,) = _LENGTH.unpack(header)
    if length > limit:
        raise FrameError(f"A frame announces {length} bytes; the limit is {limit}.")
    payload = _read_exactly(stream, length)
    if len(payload) < length:
        raise FrameError("The pipe closed within a frame.")
    return payload


def write_message(stream: BinaryIO, payload: bytes, *, limit: int = MESSAGE_LIMIT) -> None:
    """Send a message as full frames and a shorter last one, which is empty if the length comes out even.

    Raises FrameError before anything is sent if it is too long, OSError if the pipe is gone.
    """
    if len(payload) > limit:
        raise FrameError(f"A message of {len(payload)} bytes is over the limit of {limit}.")
    for begin in range(0, len(payload) + 1, FRAME_LIMIT):
        write_frame(stream, payload[begin : begin + FRAME_LIMIT])


def read_message(stream: BinaryIO, limit: int = MESSAGE_LIMIT) -> bytes | None:
    """The next message, or None when the other side has closed the pipe between two messages."""
    frames: list[bytes] = []
    received = 0
    while (frame := read_frame(stream)) is not None:
        received += len(frame)
        if received > limit:
            raise FrameError(f"A message is longer than the limit of {limit} bytes.")
        frames.append(frame)
        if len(frame) < FRAME_LIMIT:
            return b"".join(frames)
    if frames:
        raise FrameError("The pipe closed within a message.")
    return None


def _read_exactly(stream: BinaryIO, count: int) -> bytes:
    """`count` bytes, or fewer if the pipe closes first. Raw pipes may return less than asked for."""
    parts: list[bytes] = []
    while count > 0:
        part = stream.read(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
