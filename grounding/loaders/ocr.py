"""Reads pictures of pages with Tesseract, where the site has it installed.

Promises
    * Nothing is written to disk: a page goes to Tesseract through a pipe and comes back as text.
    * Number, size and time of pages have ceilings; the process that Tesseract runs in inherits the limits
      and the blocked network of this one.

Not promised
    * That the text is right. Every page that was read so is named in a warning.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from math import inf
from typing import Any

from grounding.loaders.limits import LIMITS

PROGRAM = "tesseract"
ADVICE = "install tesseract-ocr"
"""Stands in every report on pages that were not read for want of Tesseract."""

_DOTS_PER_INCH = 250
_POINTS_PER_INCH = 72
_MOST_PIXELS = 25_000_000
"""Of a page: A3 at 250 dots an inch has 12 million. Larger pages are drawn smaller."""

_PAGE_SECONDS = 60.0
_LISTING_SECONDS = 20.0
_CPU_SHARE = 0.6
"""Of this process's computing time that drawing may use; the rest is for the loader."""

_NO_LANGUAGE = frozenset({"osd", "equ"})
_MOST_LANGUAGES = 4
_PREFERRED = ("eng", "deu", "fra", "spa", "ita", "por", "nld", "pol")
"""The order in which languages are tried first; every one more costs time."""


def was_missing(said: str) -> bool:
    """Whether a report of earlier asks for Tesseract, which is there by now."""
    return ADVICE in said and program() is not None


def program() -> str | None:
    """Path of Tesseract, or None where it is not installed."""
    return shutil.which(PROGRAM)


def read_pages(data: bytes, pages: Sequence[int]) -> dict[int, str]:
    """Text of these pages of a PDF, counted from 1: of those that can be drawn, within the ceilings.

    Empty where Tesseract is not installed or has no language.
    """
    found = program()
    languages = _languages(found) if found and pages else ""
    if not found or not languages:
        return {}
    texts: dict[int, str] = {}
    ends = time.monotonic() + LIMITS.ocr_seconds
    for number, picture in _drawn(data, pages[: LIMITS.ocr_pages]):
        left = min(_PAGE_SECONDS, ends - time.monotonic())
        if left <= 0 or time.process_time() > _CPU_SHARE * _cpu_limit():
            break
        text = _recognised(
            [found, "stdin", "stdout", "-l", languages, "--dpi", str(_DOTS_PER_INCH)], picture, left
        )
        if text.strip():
            texts[number] = text
    return texts


def _cpu_limit() -> float:
    """Seconds of computing that this process may take in all; without end where nothing limits it."""
    try:
        import resource
    except ImportError:
        return inf
    soft, _ = resource.getrlimit(resource.RLIMIT_CPU)
    return inf if soft == resource.RLIM_INFINITY else float(soft)


def _languages(found: str) -> str:
    """Those that are installed, joined as Tesseract wants them; empty if there is none."""
    listed = _run([found, "--list-langs"], b"", _LISTING_SECONDS).split("\n")[1:]
    names = {line.strip() for line in listed if line.strip().replace("_", "").isalnum()} - _NO_LANGUAGE
    ordered = [*(name for name in _PREFERRED if name in names), *sorted(names.difference(_PREFERRED))]
    return "+".join(ordered[:_MOST_LANGUAGES])


def _recognised(command: list[str], picture: bytes, seconds: float) -> str:
    return _run(command, picture, seconds).replace("\f", "")


def _run(command: list[str], given: bytes, seconds: float) -> str:
    """What the program prints; nothing if it fails or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - the installed program, by its full path
            command,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _drawn(data: bytes, pages: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Number and picture (PGM) of each page that can be drawn."""
    import pypdfium2  # type: ignore[import-untyped] # it has no types

    document = pypdfium2.PdfDocument(data)
    try:
        for number in pages:
            with contextlib.suppress(pypdfium2.PdfiumError, IndexError, ValueError):
                yield number, _picture(document, number)
    finally:
        document.close()


def _picture(document: Any, number: int) -> bytes:
    page = document[number - 1]
    width, height = page.get_size()
    scale = _DOTS_PER_INCH / _POINTS_PER_INCH
    pixels = width * height * scale * scale
    if pixels > _MOST_PIXELS:
        scale *= (_MOST_PIXELS / pixels) ** 0.5
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        rows = memoryview(bitmap.buffer).cast("B")
        lines = (
            rows[at : at + bitmap.width] for at in range(0, bitmap.height * bitmap.stride, bitmap.stride)
        )
        return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(lines)
    finally:
        bitmap.close()
        page.close()
