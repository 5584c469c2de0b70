"""Bytes into text when nobody says for certain which encoding they are in."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from grounding.errors import FileRefusedError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is how this one begins
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SAMPLE = 1 << 18
"""Bytes looked at for a guess; enough for statistics, and the guess is the slow part."""

_GUESSES = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "koi8_r",
    "iso8859_2",
    "iso8859_8",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "cp949",
]
_WESTERN = frozenset("äöüÄÖÜßéèêëàâáãåçñíìîïóòôõøœæúùûÉÈÊËÀÂÁÃÅÇÑÍÎÓÔÕØŒÆÚ‘’“”„–—…•€£§°©®™«»´¿¡ªº×½ \u00a0")
"""What windows-1252 text is likely to hold; its neighbours read as it show other signs sooner or later."""

_UNCLEAR = 32
"""Fewer foreign bytes than this say too little for statistics."""

_FEW, _MANY = 0.2, 0.5
"""Western languages need few letters beyond ASCII; Greek read as windows-1252 has hardly any others."""

_FOREIGN_RUN = re.compile(rb"[\x80-\xff]+")
_HEBREW = frozenset(range(0xE0, 0xFB))
_FINAL = frozenset(b"\xea\xed\xef\xf3\xf5")
_NOT_FINAL = frozenset(b"\xeb\xee\xf0\xf4\xf6")
"""In windows-1255 and ISO 8859-8: five letters have a form that ends words, and only ends words."""

_RULED = 20
"""Letters from which on that rule is no chance."""

_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.02
"""Share of control characters above which something is not text."""

_ZEROS = 0.05
_BINARY = "Save it as one of the known formats, or leave it out."


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with line breaks as line feeds, and how it was read."""

    text: str = field(repr=False)
    warning: str = ""


def decode(data: bytes, *, declared: str | None = None) -> Decoded:
    """Text of `data`. Raises FileRefusedError if it is no text at all.

    `declared` is what the document says of itself. It is believed after a byte order mark and after UTF-8
    that has no fault, since text in another encoding is hardly ever faultless UTF-8.
    """
    text, warning = _marked(data), ""
    if text is None and b"\0" in data:
        text = _wide(data)
        if text is None:
            raise FileRefusedError("It is no text but binary data.", _BINARY)
    if text is None:
        text = _strictly(data, "utf-8") if not _shifts(declared) else None
    if text is None and declared:
        text = _strictly(data, _as_browsers_read(declared))
    if text is None:
        text, name = _guessed(data)
        warning = f"Its encoding is not declared; it was read as {name}."
    if len(_NOT_TEXT.findall(text)) > max(2, _MOST_CONTROLS * len(text)):
        raise FileRefusedError("It is no text but binary data.", _BINARY)
    return Decoded(text.replace("\r\n", "\n").replace("\r", "\n"), warning)


def _marked(data: bytes) -> str | None:
    """Text after a byte order mark; a cut last character becomes a replacement character."""
    name = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if name == "utf-32" and (len(data) % 4 or _strictly(data, name) is None):
        name = "utf-16"  # a UTF-16 file may begin with a zero character
    return data.decode(name, "replace") if name else None


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: read both ways, the wrong one has hardly a blank in it."""
    # Every other byte of wide Latin text is zero, and wide Chinese is no faultless UTF-8.
    if data.count(0) < len(data) * _ZEROS and _strictly(data, "utf-8") is not None:
        return None
    readings = [text for name in _WIDE if (text := _strictly(data, name)) is not None and "\0" not in text]
    best = max(readings, key=_blanks, default=None)
    return best if best is not None and _blanks(best) > 0 else None


def _blanks(text: str) -> float:
    sample = text[:_SAMPLE]
    return sum(sample.count(blank) for blank in " \n\te,.") / max(1, len(sample))


def _shifts(declared: str | None) -> bool:
    """Seven-bit encodings that switch by escapes look like faultless UTF-8."""
    return bool(declared) and str(declared).lower().startswith(("iso-2022", "hz"))


def _as_browsers_read(declared: str) -> str:
    """The WHATWG encoding standard: pages that say Latin-1 or ASCII mean windows-1252."""
    name = declared.strip().lower()
    return "cp1252" if name in {"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"} else name


def _strictly(data: bytes, name: str) -> str | None:
    try:
        if not codecs.lookup(name)._is_text_encoding:  # noqa: SLF001 - "rot13" and "zip" are codecs too
            return None
        return data.decode(name)
    except (LookupError, ValueError):
        return None


def _guessed(data: bytes) -> tuple[str, str]:
    western = _strictly(data, "cp1252")
    if western is not None and _is_western(western[:_SAMPLE]):
        return western, "windows-1252"
    if _is_hebrew(data[:_SAMPLE]):
        return data.decode("cp1255", "replace"), "windows-1255"
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE], cp_isolation=_GUESSES).best()
    name = best.encoding if best else "cp1252"
    return data.decode(name, "replace"), name.replace("cp125", "windows-125").replace("_", "-")


def _is_western(text: str) -> bool:
    foreign = [character for character in text if character > "\x7f"]
    share = len(foreign) / max(1, sum(character.isalpha() for character in text))
    return set(foreign) <= _WESTERN and share < (_MANY if len(foreign) < _UNCLEAR else _FEW)


def _is_hebrew(data: bytes) -> bool:
    """By the rule of final letters, which no other text keeps by chance; statistics need longer texts."""
    words = _FOREIGN_RUN.findall(data)
    is_ruled = all(
        _HEBREW.issuperset(word) and _FINAL.isdisjoint(word[:-1]) and word[-1] not in _NOT_FINAL
        for word in words
    )
    return is_ruled and any(word[-1] in _FINAL for word in words) and sum(map(len, words)) >= _RULED
