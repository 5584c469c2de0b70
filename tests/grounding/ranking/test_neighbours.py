"""Neighbours of a hit become one passage with it; nobody reads a neighbour that is closed to him."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from grounding.catalog import Catalog
from grounding.documents import Chunk
from grounding.library.writer import writing
from grounding.passages import Passage, Principal
from grounding.ranking.evidence import Candidate
from grounding.ranking.neighbours import Chosen, readable, without_overlap
from grounding.ranking.second_look import Signs
from tests.grounding.small_library import HashingEmbedder, placed, put, version_of

ANNA, HARRIET = Principal("anna"), Principal("harriet", frozenset({"hr"}))
LONG = "This rule is explained at length. " * 20


def store(folder: Path, *chunks: Chunk) -> Catalog:
    embedder = HashingEmbedder()
    version = version_of("rules.md", *(chunk.text for chunk in chunks))
    with writing(Catalog(folder), "add") as writer:
        writer.bind_embedder(embedder.name, embedder.dimension)
        writer.put(version, placed("rules.md"), chunks, embedder.embed([chunk.text for chunk in chunks]))
    return Catalog(folder)


def chunk(number: int, text: str, **more: object) -> Chunk:
    return Chunk(id=f"c{number}", ordinal=number, text=text, **more)  # type: ignore[arg-type]  # a test's short form


def chosen(catalog: Catalog, ids: Sequence[str], *, limit: int = 8, who: Principal = ANNA) -> Chosen:
    with catalog.read() as view:
        known = view.passages(ids, who)
        near = [
            Candidate(passage=known[one], signs=Signs(), lexical=None, entity=None, fused=0.0, score=1.0 - at)
            for at, one in enumerate(ids)
            if one in known
        ]
        return readable(view, near, limit=limit, principal=who)


def test_a_short_hit_takes_in_its_sections_neighbours(tmp_path: Path) -> None:
    catalog = store(
        tmp_path,
        *(chunk(n, f"Line {n}.", heading=("Rules",), line_start=n + 1, line_end=n + 1) for n in range(5)),
    )

    [passage] = chosen(catalog, ["c2"]).passages

    assert passage.id == "c2"
    assert passage.joined == ("c1", "c2", "c3")
    assert passage.text == "Line 1.\nLine 2.\nLine 3."
    assert (passage.line_start, passage.line_end) == (2, 4)


def test_a_long_hit_stays_alone(tmp_path: Path) -> None:
    catalog = store(tmp_path, chunk(0, "Before."), chunk(1, LONG), chunk(2, "Behind."))

    [passage] = chosen(catalog, ["c1"]).passages

    assert passage.text == LONG
    assert passage.joined == ()


def test_adjacent_hits_are_one_passage_under_the_better_ones_id(tmp_path: Path) -> None:
    catalog = store(tmp_path, chunk(0, LONG + "a"), chunk(1, LONG + "b"), chunk(2, "Other.", heading=("X",)))

    found = chosen(catalog, ["c1", "c0"])

    [passage] = found.passages
    assert passage.id == "c1"
    assert passage.joined == ("c0", "c1")
    assert found.dropped == {"c0": "joined to c1"}


def test_adjacent_hits_of_two_sections_stay_two_passages(tmp_path: Path) -> None:
    catalog = store(
        tmp_path,
        chunk(0, "First.", heading=("Rules", "Leave")),
        chunk(1, "Second.", heading=("Rules", "Travel")),
        chunk(2, "Third.", heading=("Rules",)),
    )

    found = chosen(catalog, ["c1", "c0", "c2"])

    assert [(one.id, one.joined) for one in found.passages] == [("c1", ()), ("c0", ()), ("c2", ())]


@pytest.mark.parametrize(
    ("sizes", "joined"),
    [
        pytest.param((400, 300, 798), ("c0", "c1", "c2"), id="as long as a passage may be"),
        pytest.param((400, 300, 799), ("c1", "c2"), id="what stands before would be too much"),
        pytest.param((400, 300, 1_300), ("c0", "c1"), id="what follows would be too much"),
        pytest.param((900, 1_600, 100), (), id="a chunk that is longer by itself stays whole"),
    ],
)
def test_a_joined_passage_has_at_most_1500_characters(
    tmp_path: Path, sizes: tuple[int, ...], joined: tuple[str, ...]
) -> None:
    texts = [(f"rule{number} " * size)[:size] for number, size in enumerate(sizes)]
    catalog = store(tmp_path, *(chunk(number, text) for number, text in enumerate(texts)))

    passage = chosen(catalog, ["c1", "c0", "c2"]).passages[0]

    assert passage.joined == joined
    assert len(passage.text) <= max(1_500, sizes[1])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"page": 2}, id="of another page"),
        pytest.param({"page": 1, "place": "slide 2"}, id="of another place"),
        pytest.param({"page": 1, "heading": ("Elsewhere",)}, id="of another section"),
    ],
)
def test_what_stands_elsewhere_is_not_joined(tmp_path: Path, other: dict[str, object]) -> None:
    catalog = store(tmp_path, chunk(0, "Here.", page=1), chunk(1, "There.", **other))

    [passage] = chosen(catalog, ["c0"]).passages

    assert passage.text == "Here."


def test_the_same_words_are_shown_once(tmp_path: Path) -> None:
    catalog = store(tmp_path, chunk(0, LONG), chunk(1, LONG + LONG), chunk(2, LONG.upper()))

    found = chosen(catalog, ["c0", "c2"])

    assert [one.id for one in found.passages] == ["c0"]
    assert found.dropped == {"c2": "same text as c0"}


def test_what_is_beyond_the_limit_is_said_to_be(tmp_path: Path) -> None:
    catalog = store(tmp_path, *(chunk(n, LONG + str(n), page=n + 1) for n in range(4)))

    found = chosen(catalog, ["c0", "c1", "c2"], limit=2)

    assert [one.id for one in found.passages] == ["c0", "c1"]
    assert found.dropped == {"c2": "beyond the limit"}


def test_nothing_is_joined_that_the_principal_may_not_read(tmp_path: Path) -> None:
    with writing(Catalog(tmp_path), "add") as writer:
        put(writer, "closed.md", "First.", "Second.", groups=frozenset({"hr"}))
    name = f"{version_of('closed.md', 'First.', 'Second.').id}-0"

    assert chosen(Catalog(tmp_path), [name]).passages == ()
    [passage] = chosen(Catalog(tmp_path), [name], who=HARRIET).passages
    assert passage.text == "First.\nSecond."


def test_two_searches_that_joined_alike_chunks_show_them_once() -> None:
    def one(name: str, *joined: str) -> Passage:
        return Passage(id=name, document_id="d", document="d.md", title="", text=name, joined=joined)

    kept = without_overlap([one("a", "a", "b"), one("b", "a", "b"), one("c"), one("a"), one("d", "c", "d")])

    assert [passage.id for passage in kept] == ["a", "c"]
