"""Searching the catalog: nothing typed is syntax, and nobody finds what he may not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from grounding.catalog import Catalog
from grounding.library.writer import writing
from grounding.passages import Principal
from tests.grounding.small_library import DIMENSION, put

ANYONE = Principal("anyone")
HR = Principal("harriet", frozenset({"hr"}))
SALES_AND_HR = Principal("sam", frozenset({"hr", "sales"}))


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "kb")


def found(catalog: Catalog, *terms: str, principal: Principal = ANYONE) -> list[str]:
    with catalog.read() as view:
        names = [name for name, _ in view.lexical(terms, principal, 10)]
        passages = view.passages(names, principal)
    return [passages[name].text for name in names]


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "leave OR",
        "NEAR(leave days)",
        "title:leave",
        "leave*",
        "-leave",
        "(leave",
        "leave AND NOT",
        "{leave}",
        "^leave",
        "leave + days",
        "'; DROP TABLE chunks; --",
        "\x00leave",
        "\ud800",
        "",
        "   ",
    ],
)
def test_no_query_is_ever_read_as_syntax(catalog: Catalog, query: str) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "leave.md", "Leave of thirty days.")

    expected = ["Leave of thirty days."] if "leave" in query.lower() else []

    assert found(catalog, query) in (expected, []), query
    assert found(catalog, query, "thirty") == ["Leave of thirty days."]


@pytest.mark.parametrize(
    ("principal", "readable"),
    [
        pytest.param(ANYONE, {"everyone"}, id="without groups only what is open to all"),
        pytest.param(HR, {"everyone", "hr", "either"}, id="with one group its documents too"),
        pytest.param(SALES_AND_HR, {"everyone", "hr", "sales", "either"}, id="with two, those of both"),
        pytest.param(
            Principal("x", frozenset({'["hr"]', "h", "HR", "%"})), {"everyone"}, id="lookalikes open nothing"
        ),
    ],
)
def test_the_canary_of_each_group_sings_for_that_group_alone(
    catalog: Catalog, principal: Principal, readable: set[str]
) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "everyone", "canary of everyone")
        put(writer, "hr", "canary of hr", groups=frozenset({"hr"}))
        put(writer, "sales", "canary of sales", groups=frozenset({"sales"}))
        put(writer, "either", "canary of either", groups=frozenset({"sales", "hr"}))

    with catalog.read() as view:
        every, _ = view.vectors()
        by_words = view.lexical(["canary"], principal, 10)
        by_vector, vectors = view.vectors(principal)
        quoted = view.passages(every, principal)

        assert {passage.document for passage in quoted.values()} == readable
        assert {name for name, _ in by_words} == set(quoted) == set(by_vector)
        assert vectors.shape == (len(readable), DIMENSION)
        assert view.readable_chunks(principal) == len(readable)


def test_bm25_is_larger_for_the_better_text(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "a.md", "Parking permits cost twelve euros.", "Bicycles park free.", "Nothing else.")
    with catalog.read() as view:
        (first, best), (_, second) = view.lexical(["parking", "permit"], ANYONE, 5)

        assert view.passages([first], ANYONE)[first].text.startswith("Parking permits")
        assert best > second > 0


def test_texts_are_read_one_by_one_by_those_who_may_read_them(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "leave.md", "One.", "Two.", "Three.")
        put(writer, "pay.md", "Four.", groups=frozenset({"hr"}))
        put(writer, "old.md", "Five.")
        writer.retire("id-old.md")

    with catalog.read() as view:
        assert [one.text for one in view.readable_texts(ANYONE)] == ["One.", "Two.", "Three."]
        assert [one.text for one in view.readable_texts(HR)] == ["One.", "Two.", "Three.", "Four."]
        assert [one.text for one in view.readable_texts(HR, every=2)] == ["One.", "Three."]
        assert (view.readable_characters(ANYONE), view.readable_characters(HR)) == (14, 19)
        assert view.readable_documents(ANYONE) == {"id-leave.md"}
        assert view.readable_documents(HR) == {"id-leave.md", "id-pay.md"}
