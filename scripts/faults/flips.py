"""T2: no altered byte of a cell or slot goes unnoticed, and none hides more than its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.vault import pages
from app.vault.checking import Report
from app.vault.errors import VaultError
from app.vault.opening import FILE
from faults.bench import PASSPHRASE, Contents, fresh, made, state, state_untouched, workshop
from faults.registry import Result

Records = list[bytes | None]
MESSAGES = 200
_TABLE_LEAF, _INDEX_LEAF = 0x0D, 0x0A
_OPENED_FOR_WRITING = 20
"""Every so many-th flip."""


def run(size: int, chance: Random) -> Result:
    """`size` places chosen by chance, or all of them for 0; at each, one bit of the byte."""
    result = Result()
    for what in ("flips", "undetected", "wrong plaintext", "tracebacks"):
        result.count(what, 0)
    with workshop() as folder:
        source = made(folder / "made", MESSAGES, longest=240)
        whole, _ = state(fresh(source, folder / "work"))
        file = bytes((source / FILE).read_bytes())
        places = sorted(places_of(file))
        chosen = places if size == 0 else sorted(chance.sample(places, min(size, len(places))))
        slots = _slot_places(file)
        work = fresh(source, folder / "work")
        for number, place in enumerate(chosen):
            look = _Look(work, PASSPHRASE if place in slots else None, number % _OPENED_FOR_WRITING == 0)
            bit = chance.randrange(8)
            _flip(work, place, bit)
            _judge(result, look, whole, place)
            if look.writes:
                fresh(source, work)
            else:
                _flip(work, place, bit)
    result.count("places", len(places))
    result.expect("a flip was not noticed", holds=not result.counts["undetected"])
    result.expect("altered text was shown", holds=not result.counts["wrong plaintext"])
    result.expect("something other than our own errors came out", holds=not result.counts["tracebacks"])
    return result


def places_of(file: bytes) -> set[int]:
    """Every byte of a cell in every leaf, of a pointer to one, and of the overflow behind it."""
    found: set[int] = set()
    for start in range(0, len(file), pages.PAGE):
        page = file[start : start + pages.PAGE]
        begin = 100 if start == 0 else 0
        if page[begin] not in {_TABLE_LEAF, _INDEX_LEAF} or start == 0:
            continue
        for number, cell in enumerate(pages.cells(page)):
            found |= {start + 8 + 2 * number, start + 9 + 2 * number}
            found |= set(range(start + cell, start + cell + _length(page, cell)))
    return found


def _length(page: bytes, cell: int) -> int:
    size, at = pages.varint(page, cell)
    if page[0] == _TABLE_LEAF:
        _, at = pages.varint(page, at)
        local = pages.local_bytes(size, pages.PAGE)
        return at - cell + local + 4 * (local < size)
    return at - cell + size  # names are short, so no entry of an index overflows


def _slot_places(file: bytes) -> set[int]:
    """Where passphrase slots lie: those are only looked at by whoever has the passphrase."""
    found: set[int] = set()
    for start in range(0, len(file), pages.PAGE):
        page = file[start : start + pages.PAGE]
        if start == 0 or page[0] != _TABLE_LEAF:
            continue
        for cell in pages.cells(page):
            body = page[cell : cell + _length(page, cell)]
            if len(body) in range(140, 160) and body[-126:-123] == b"\x01\x01\x01":
                found |= set(range(start + cell, start + cell + len(body)))
    return found


def _flip(folder: Path, place: int, bit: int) -> None:
    with (folder / FILE).open("r+b") as file:
        file.seek(place)
        [byte] = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))


@dataclass(frozen=True)
class _Look:
    """How the altered vault is opened."""

    folder: Path
    passphrase: str | None
    writes: bool
    """As a window does, which keeps what it notices; otherwise as a copy, which is faster."""

    def take(self) -> tuple[Contents, Report]:
        return (state if self.writes else state_untouched)(self.folder, self.passphrase)


def _judge(result: Result, look: _Look, whole: Contents, place: int) -> None:
    result.count("flips")
    try:
        found, report = look.take()
    except VaultError:
        result.count("refused to open")
        return
    except Exception as error:  # noqa: BLE001 - a traceback is what is looked for
        result.count("tracebacks")
        result.failures.append(f"byte {place}: {type(error).__name__}")
        return
    pairs = [(one, text) for key, all_of in whole.items() for one, text in _beside(found.get(key), all_of)]
    hidden = sum(one is None for one, _ in pairs)
    wrong = sum(one is not None and one != text for one, text in pairs)
    result.count("wrong plaintext", wrong)
    result.counts["most messages hidden by one flip"] = max(
        hidden, result.counts.get("most messages hidden by one flip", 0)
    )
    if report.whole:
        result.count("undetected")
        result.failures.append(f"byte {place} (page {place // pages.PAGE + 1}) was not noticed")


def _beside(found: Records | None, whole: Records) -> list[tuple[bytes | None, bytes | None]]:
    padded = [*(found or []), *([None] * len(whole))][: max(len(whole), len(found or []))]
    expected = [*whole, *([None] * (len(padded) - len(whole)))]
    return list(zip(padded, expected, strict=True))
