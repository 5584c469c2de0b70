"""Unpacks the rich text of Outlook messages ([MS-OXRTFCP])."""

from __future__ import annotations

import struct

from grounding.errors import FileUnreadableError
from grounding.loaders.limits import LIMITS

_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
_HEADER = struct.Struct("<IIII")
_WINDOW = 4096
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What the dictionary holds at first (section 2.1.3.1.3 of the specification)."""

_SHORTEST = 2


def unpacked(data: bytes) -> bytes:
    """The RTF in `data`. Raises FileUnreadableError if it is damaged or larger than a document may be."""
    if len(data) < _HEADER.size:
        raise FileUnreadableError("Its rich text is damaged.")
    _, size, kind, _ = _HEADER.unpack_from(data)
    if kind == _PLAIN:
        return data[_HEADER.size :][:size]
    if kind != _PACKED or size > LIMITS.text_characters * 4:
        raise FileUnreadableError("Its rich text is damaged.")
    return _inflated(data[_HEADER.size :], size)


def _inflated(data: bytes, size: int) -> bytes:
    window = bytearray(_START.ljust(_WINDOW, b"\0"))
    place, at, target = len(_START), 0, bytearray()
    while at < len(data) and len(target) < size:
        control, at = data[at], at + 1
        for bit in range(8):
            if control >> bit & 1:
                if at + 1 >= len(data):
                    return bytes(target)
                reference, at = data[at] << 8 | data[at + 1], at + 2
                offset, length = reference >> 4, (reference & 0xF) + _SHORTEST
                if offset == place:
                    return bytes(target)
            else:
                if at >= len(data):
                    return bytes(target)
                offset, length, at = -1, 1, at + 1
            for step in range(length):
                byte = data[at - 1] if offset < 0 else window[(offset + step) % _WINDOW]
                target.append(byte)
                window[place] = byte
                place = (place + 1) % _WINDOW
    return bytes(target)
