"""Files from the wild: each gives text or a reason, never a crash and never silence.

The files may not be passed on, so they are no part of the project; the test says so where they are missing.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from app.workers.jailed_reader import JailedReader
from grounding.errors import IntakeError
from grounding.intake import admit

EVAL = Path(__file__).parents[4] / "shared" / "eval"
PARSERS, PARITY = EVAL / "p05_parsers", EVAL / "p06_parity"


def rows(folder: Path) -> list[dict[str, str]]:
    """What the folder holds; empty where it is absent."""
    index = folder / "index.csv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def words(path: Path) -> Counter[str]:
    """Of the body: the mails differ in whom they are to."""
    document = JailedReader().read(admit(path))
    texts = (block.text for block in document.blocks if not block.text.startswith("Subject: "))
    return Counter(re.findall(r"[^\W_]+", " ".join(texts).lower()))


def outcome(path: Path) -> str:
    """ "text", or the name of the error that says why there is none."""
    try:
        return "text" if JailedReader().read(admit(path)).characters else "silence"
    except IntakeError as error:
        return type(error).__name__


pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PARSERS.exists(), reason="the public test files are not there (../shared/eval)"),
]


@pytest.mark.parametrize("row", rows(PARSERS), ids=lambda row: row["path"])
def test_a_file_gives_text_or_the_reason_it_has_none(row: dict[str, str]) -> None:
    found = outcome(PARSERS / row["path"])

    assert found == {"empty": "FileEmptyError", "encrypted": "FileRefusedError"}.get(row["note"], "text") or (
        row["path"].endswith("copy-protected.pdf") and found == "text"
    )


@pytest.mark.parametrize(
    "row", [row for row in rows(PARITY) if row["reference"] == "no"], ids=lambda row: row["path"]
)
def test_the_same_text_comes_out_of_each_format(row: dict[str, str]) -> None:
    reference = next(r for r in rows(PARITY) if r["group"] == row["group"] and r["reference"] == "yes")

    expected, found = words(PARITY / reference["path"]), words(PARITY / row["path"])

    assert expected - found == Counter()


def test_text_that_lies_in_base64_is_read() -> None:
    document = JailedReader().read(admit(PARSERS / "files/hebrew-text-base64-iso88598i.txt"))

    assert document.blocks[0].text == "עדכון Tesla - נדרשת חתימה על הבקשה לרישום"
