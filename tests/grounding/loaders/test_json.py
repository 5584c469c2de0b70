"""JSON and JSON lines: records as blocks, paths as headings, numbers as they are written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.errors import FileEmptyError, FileUnreadableError
from tests.grounding.loaders.reading import placed, read, texts

RECORDS = """{
  "title": "Rates", "updated": "2026-01-02",
  "rates": [
    {"city": "Oslo", "rate": 1.10, "tags": ["a", "b"]},
    {"city": "Rome", "breakfast": {"paid": true, "by": null}}
  ]
}"""


def test_each_record_is_a_block_below_its_path_with_its_lines() -> None:
    document = read("json", RECORDS)

    assert (document.title, document.dated) == ("Rates", "2026-01-02")
    assert placed(document) == [
        ("title: Rates\nupdated: 2026-01-02", 2, 2),
        ("city: Oslo\nrate: 1.10\ntags: a, b", 4, 4),
        ("city: Rome\nbreakfast.paid: true", 5, 5),
    ]
    assert document.blocks[1].heading == ("rates",)


def test_lines_of_json_are_records_with_their_line() -> None:
    assert placed(read("json", '{"a": 1}\n\n{"a": 2}\n')) == [("a: 1", 1, 1), ("a: 2", 3, 3)]


def test_a_wrong_line_is_named_and_costs_no_other() -> None:
    document = read("json", '{"a": 1}\nbroken\n{"a": 2}')

    assert texts(document) == ["a: 1", "a: 2"]
    assert document.warnings == ("No valid JSON, and left out: 1 lines (2).",)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param('{"a": 1, "a": 2}', ["a: 1\na: 2"], id="doubled key"),
        pytest.param('{"a": NaN, "b": -Infinity}', ["a: NaN\nb: -Infinity"], id="no numbers"),
        pytest.param('{"a": 1.10e5}', ["a: 1.10e5"], id="as written"),
        pytest.param('{"a": ' + "9" * 5_000 + "}", ["a: " + "9" * 5_000], id="huge number"),
        pytest.param('"words"', ["words"], id="one text"),
        pytest.param('["a", "b"]', ["a, b"], id="plain list"),
        pytest.param("[[1, 2], [3]]", ["1, 2", "3"], id="lists in a list"),
        pytest.param('\ufeff{"a": "K\\u00f6ln"}', ["a: Köln"], id="mark and escape"),
    ],
)
def test_values_as_text(source: str, expected: list[str]) -> None:
    assert texts(read("json", source)) == expected


def test_a_large_object_is_divided_along_its_keys() -> None:
    document = read("json", json.dumps({"leave": {"text": "word " * 300}, "pay": {"day": 25}, "x": 1}))

    assert [block.heading for block in document.blocks] == [("leave",), ("pay",), ()]


@pytest.mark.parametrize("source", ["{}", "[]", '{"a": null}', '[{"a": ""}]'])
def test_json_without_values_is_empty(source: str) -> None:
    with pytest.raises(FileEmptyError):
        read("json", source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param('{"a": 1,\n"b"', "no valid JSON.*line 2", id="breaks off"),
        pytest.param("[" * 100_000, "nested", id="deep and open"),
        pytest.param("[" * 100_000 + "]" * 100_000, "nested", id="deep"),
        pytest.param('{"a":' * 300 + "1" + "}" * 300, "nested more than 200", id="deep objects"),
    ],
)
def test_what_is_no_json_or_too_deep_has_a_reason(source: str, reason: str) -> None:
    with pytest.raises(FileUnreadableError, match=reason):
        read("json", source)


values = st.recursive(
    st.text("abcä ", min_size=1).filter(str.strip) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("xyz", min_size=1), inner, max_size=4)
    ),
    max_leaves=30,
)


@given(values, st.sampled_from([None, 1]))
def test_no_value_is_lost(value: object, indent: int | None) -> None:
    source = json.dumps(value, indent=indent)
    plain = [str(leaf).split() for leaf in leaves(value)]
    if not plain:
        return

    found = " ".join(texts(read("json", source)))

    assert all(word in found for words in plain for word in words)


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value]
