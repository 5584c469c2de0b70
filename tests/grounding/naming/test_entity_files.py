"""A list of entities is taken as a whole, or refused with the line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from grounding.errors import EntityFileError
from grounding.naming import entity_files
from grounding.naming.entity_files import read_entities


def written(folder: Path, text: str, name: str = "list.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_csv_and_yaml_say_the_same(tmp_path: Path) -> None:
    table = written(tmp_path, "name,aliases,kind,description\nAcme Ltd,Acme|ACM,supplier,Makes screws\n")
    listed = written(
        tmp_path,
        "- name: Acme Ltd\n  aliases: [Acme, ACM]\n  kind: supplier\n  description: Makes screws\n",
        "list.yaml",
    )

    [entry] = read_entities(table).entries

    assert entry.aliases == ("Acme", "ACM")
    assert read_entities(listed).entries == (entry,)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        pytest.param("title\nAcme\n", "a.csv", "line 1", id="no name column"),
        pytest.param("name,kind\nAcme,firm,more\n", "a.csv", "line 2", id="too many fields"),
        pytest.param('name\n"Acme\n', "a.csv", "line 2", id="an open quote"),
        pytest.param(f"name\nAcme\n{'x' * 201}\n", "a.csv", "line 3", id="a name too long"),
        pytest.param("name,kind\n,firm\n", "a.csv", "line 2", id="an empty name"),
        pytest.param("id,name\n1,Acme\n1,Other\n", "a.csv", "line 3", id="one id for two"),
        pytest.param("- name: A1\n- just text\n", "a.yaml", "line 2", id="no mapping"),
        pytest.param("- &x {name: A1}\n- *x\n", "a.yaml", "line 2", id="a reference"),
        pytest.param("name: A1\n", "a.yaml", "line 1", id="no list"),
        pytest.param("- {name: A1", "a.yaml", "line", id="no YAML"),
        pytest.param("name\n", "a.txt", "neither", id="another kind of file"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, name: str, said: str) -> None:
    with pytest.raises(EntityFileError) as refusal:
        read_entities(written(tmp_path, text, name))

    assert said in str(refusal.value)
    assert refusal.value.remedy


def test_rows_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entity_files, "MOST_ENTRIES", 2)

    with pytest.raises(EntityFileError, match="more than 2"):
        read_entities(written(tmp_path, "name\nA1\nA2\nA3\n"))


def test_repeats_clashes_and_unread_columns_are_said(tmp_path: Path) -> None:
    file = written(tmp_path, "name,aliases,kind,ticker\nAcme,Ace,firm,A\nAcme,,firm,A\nAce,,product,B\n")

    said = " / ".join(read_entities(file).warnings)

    assert "'ticker' is not read" in said
    assert "line 3 repeats line 2" in said
    assert "'ace' names 2 entries: Ace, Acme" in said
