"""What office formats have in common: protection by password, and the date a document gives itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

from grounding.errors import FileRefusedError

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))
_CORE = "docProps/core.xml"
_TEMPLATES = ("2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z", "2013-01-27T09:15:58Z")
"""When the templates of python-docx and python-pptx were made; what these libraries write keeps it."""

_MADE_UP = re.compile(
    r"(?i)(?:pr[eé]sentation|presentación|presentazione|apresentação)?\W*(?:d[eio]\s+)?powerpoint"
    r"\W*(?:pr[äe]sentation|presentatie|presentasjon|-esitys)?"
)
_EARLIEST = 1980
_DEFAULT = re.compile(
    r"(?i)(?:sheet|table|tabelle|feuil|feuille|hoja|foglio|planilha|blad|ark|arkusz|лист)\s?\d{0,4}"
)
_DAY = re.compile(r"\s*(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?!\d)")


def refuse_compound(data: bytes, *, ending: str) -> None:
    """Raises FileRefusedError for the container that holds protected and old binary office files."""
    if not data.startswith(_COMPOUND):
        return
    if any(mark in data for mark in _PROTECTED):
        raise FileRefusedError(
            "It is protected by a password.", "Save it without the password and add it again."
        )
    raise FileRefusedError(
        f"It is named .{ending}, but has an old binary format.", f"Open it, save it as {ending} and add that."
    )


@dataclass(frozen=True, slots=True)
class Stated:
    """What the properties of an office document say of it."""

    title: str = field(default="", repr=False)
    dated: str | None = None


def stated_by(data: bytes) -> Stated:
    """Core properties of a Word, Excel or PowerPoint archive; nothing where it has none or broken ones.

    The libraries for these formats make up the present moment where a document states no date.
    """
    from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped] # it has no types
    from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped] # it has no types

    with ZipFile(BytesIO(data)) as archive:
        if _CORE not in archive.namelist():
            return Stated()
        try:
            found = {
                str(element.tag).rpartition("}")[2]: element.text
                for element in fromstring(archive.read(_CORE))
            }
        except (ParseError, DefusedXmlException):
            return Stated()
    title = found.get("title") or ""
    dates = [stated for name in ("modified", "created") if (stated := found.get(name)) not in _TEMPLATES]
    return Stated("" if _MADE_UP.fullmatch(title.strip()) else title, first_date(dates))


def first_date(stated: Iterable[object]) -> str | None:
    """The first sane date of several, the best first: a year before 1980 or after the next is a default."""
    return next(filter(None, map(_sane, stated)), None)


def _sane(stated: object) -> str | None:
    if isinstance(stated, date):  # a datetime is one too
        return stated.isoformat()[: len("2026-03-01")] if _is_near(stated.year) else None
    found = _DAY.match(str(stated or ""))
    if not found or not _is_near(int(found[1])):
        return None
    parts = [part for part in found.groups() if part]
    try:
        date(int(parts[0]), *map(int, [*parts[1:], "01", "01"][:2]))
    except ValueError:
        return parts[0]
    return "-".join(parts)


def _is_near(year: int) -> bool:
    return _EARLIEST <= year <= datetime.now(UTC).year + 1


def is_default_name(name: str) -> bool:
    """Whether a program made up this name of a sheet: it says nothing as a heading."""
    return bool(_DEFAULT.fullmatch(name.strip()))
