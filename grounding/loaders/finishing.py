"""What every loader does last: clean text, a title, nothing empty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError, FileUnreadableError
from grounding.loaders.limits import LIMITS

_LONGEST_NAME = 300
"""Characters of a title or heading; longer ones are paragraphs that somebody styled as headings."""

_DEEPEST = 9
_MOST_WARNINGS = 20
_LONGEST_WARNING = 900
_LONGEST_PLACE = 200

_MOJIBAKE = re.compile(r"[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|ï»¿")
"""UTF-8 that was read as windows-1252 shows one of these; ftfy then decides."""

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?![\d-])")
_FIRST_YEAR = 1900
"""Programs that do not know the date write a zero, 1 or 1601."""

_TELLING = re.compile(r"[^\W\d_]{2}")
_PROGRAM_TITLE = re.compile(
    r"""(?ix) microsoft\ (word|powerpoint|excel)\b
    | ^(word\ document|untitled|unbenannt|document|dokument|slide|title|page)\W?\d*$
    | \.(docx?|pdf|indd|pptx?|xlsx?|tex|dvi|html?|p65|qxd|rtf|odt)$
    """
)
"""Titles that a program made up: they say nothing about the document."""


def finished(document: LoadedDocument, *, name: str) -> LoadedDocument:
    """The document with clean text and a title. Raises FileEmptyError or FileUnreadableError."""
    if document.characters > LIMITS.text_characters or len(document.blocks) > LIMITS.blocks:
        raise FileUnreadableError(
            f"It holds {document.characters:,} characters in {len(document.blocks):,} paragraphs;"
            f" the limits are {LIMITS.text_characters:,} and {LIMITS.blocks:,}.",
            "Split it into several files and add those.",
        )
    table = _unwanted()
    blocks = tuple(
        replace(block, text=text, heading=_path(block.heading, table), place=_placed(block.place, table))
        for block in document.blocks
        if (text := _repaired(block.text).translate(table).strip())
    )
    if not blocks:
        raise FileEmptyError("It holds no text.", "Add a file that has text in it.")
    title = _title(document.title.translate(table), blocks, name)
    warnings = tuple(warning.translate(table)[:_LONGEST_WARNING] for warning in document.warnings)
    if len(warnings) > _MOST_WARNINGS:
        rest = len(warnings) - _MOST_WARNINGS + 1
        warnings = (*warnings[: _MOST_WARNINGS - 1], f"And {rest:,} more faults of this kind.")
    dated = iso_date(document.dated or "")
    return replace(document, title=title, blocks=blocks, dated=dated, warnings=warnings)


def nested(path: tuple[str, ...], levels: list[int], level: int, heading: str) -> tuple[str, ...]:
    """The heading path below `path` once a heading of `level` (1 is the outermost) begins.

    `levels` holds the level of each heading of `path` and is brought up to date.
    """
    kept = next((index for index, above in enumerate(levels) if above >= level), len(levels))
    del levels[kept:]
    levels.append(level)
    return (*path[:kept], one_line(heading))


def one_line(text: str) -> str:
    """`text` with every run of white space as one blank."""
    return " ".join(text.split())


def iso_date(stated: str) -> str | None:
    """The day, month or year that `stated` begins with, ISO 8601, or None if that is no date."""
    found = _DATE.match(stated.strip())
    if not found:
        return None
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        date(year, month, day)
    except ValueError:
        return None
    return found[0] if year >= _FIRST_YEAR else None


def mail_date(stated: str) -> str | None:
    """The day of a date as mails and web servers write it (RFC 5322, 3.3), or of an ISO 8601 date."""
    try:
        return parsedate_to_datetime(stated).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return iso_date(stated)


def _placed(place: str, table: dict[int, str]) -> str:
    return one_line(place.translate(table))[:_LONGEST_PLACE]


def _path(heading: tuple[str, ...], table: dict[int, str]) -> tuple[str, ...]:
    names = (one_line(_repaired(name).translate(table))[:_LONGEST_NAME] for name in heading[-_DEEPEST:])
    return tuple(name for name in names if name)


def _title(stated: str, blocks: Iterable[Block], name: str) -> str:
    """What the document states if it says something, else its first heading, else the name of its file."""
    stated = one_line(_repaired(stated))
    if _TELLING.search(stated) and len(stated) <= _LONGEST_NAME and not _PROGRAM_TITLE.search(stated):
        return stated
    heading = next((block.heading[0] for block in blocks if block.heading), "")
    return heading or PurePosixPath(name).stem or name


def _unwanted() -> dict[int, str]:
    """Control characters to nothing or a blank; soft hyphens and ligatures would hide a word from search."""
    controls = {
        code: ""
        for code in range(0xA0)
        if unicodedata.category(chr(code)) == "Cc" and chr(code) not in "\n\t"
    }
    blanks = dict.fromkeys(map(ord, "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")
    hidden = {0xAD: "", 0xFEFF: "", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}
    ligatures = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
    return {**controls, **blanks, **hidden, **ligatures}


def _repaired(text: str) -> str:
    if not _MOJIBAKE.search(text):
        return text
    from ftfy import fix_encoding

    return fix_encoding(text)
