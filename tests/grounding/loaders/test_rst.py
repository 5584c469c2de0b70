"""reStructuredText: headings, lists, tables and directives with their lines; nothing is fetched for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.grounding.loaders.reading import placed, read, texts


def test_headings_stand_above_what_follows_and_lines_are_those_of_the_file() -> None:
    document = read("rst", "Leave\n=====\n\nAnnual\n------\n\nIt is\n25 days.\n")

    assert document.title == "Leave"
    assert placed(document) == [("Leave", 1, 1), ("Annual", 4, 4), ("It is\n25 days.", 7, 8)]
    assert document.blocks[-1].heading == ("Leave", "Annual")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("* a\n* b\n\n  c", ["- a", "- b", "c"], id="list"),
        pytest.param("3. a\n4. b", ["3. a", "4. b"], id="numbered list"),
        pytest.param("term\n  what it is", ["term", "what it is"], id="definition"),
        pytest.param("some *marked* ``words``", ["some marked words"], id="marks"),
        pytest.param("=== ===\nA   B\n=== ===\n1   2\n=== ===", ["A: 1; B: 2"], id="table"),
        pytest.param(
            ".. list-table:: Prices\n   :header-rows: 1\n\n   * - Item\n     - Price\n   * - Bag\n     - 90",
            ["Prices", "Item: Bag; Price: 90"],
            id="list table",
        ),
        pytest.param(".. note:: Be careful.", ["Be careful."], id="note"),
        pytest.param("see :doc:`the policy <leave>`", ["see the policy"], id="role of another program"),
        pytest.param(
            ".. versionadded:: 1.2\n   New days.", ["1.2\nNew days."], id="directive of another program"
        ),
        pytest.param("Code::\n\n  a = 1", ["Code:", "a = 1"], id="literal block"),
        pytest.param(".. a comment\n\nwords", ["words"], id="comment"),
        pytest.param(".. image:: x.png\n   :alt: The office", ["The office"], id="picture"),
        pytest.param("a ``broken mark", ["a ``broken mark"], id="wrong markup"),
    ],
)
def test_each_construct_as_text(source: str, expected: list[str]) -> None:
    assert texts(read("rst", source)) == expected


def test_a_date_field_dates_the_document() -> None:
    assert read("rst", ":Date: 2026-03-01\n:Author: Ann\n\nwords").dated == "2026-03-01"


@pytest.mark.parametrize(
    "directive",
    [
        ".. include:: {}",
        ".. literalinclude:: {}",
        ".. raw:: html\n   :file: {}",
        ".. csv-table:: t\n   :file: {}",
        ".. include:: {}\n   :parser: markdown",
    ],
)
def test_no_other_file_is_read(tmp_path: Path, directive: str) -> None:
    (tmp_path / "secret.txt").write_text("HUNTER2", encoding="utf-8")

    document = read("rst", "words\n\n" + directive.format(tmp_path / "secret.txt"))

    assert "HUNTER2" not in " ".join(texts(document))


def test_a_settings_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docutils.conf").write_text("[general]\nfile_insertion_enabled: yes\n", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("HUNTER2", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert "HUNTER2" not in " ".join(texts(read("rst", "words\n\n.. include:: secret.txt")))


@pytest.mark.parametrize("module", ["this", "recommonmark", "sphinx.addnodes"])
def test_a_document_cannot_have_a_module_imported(module: str) -> None:
    """docutils takes the name of a parser for that of any module, and imports it."""
    before = set(sys.modules)

    assert "words" in texts(read("rst", f"words\n\n.. include:: other.txt\n   :parser: {module}"))

    assert not {name for name in set(sys.modules) - before if name.split(".")[0] in {"this", "sphinx"}}
    assert "docutils.parsers.recommonmark_wrapper" not in sys.modules
