"""One document with a word of its own for each group: whoever asks finds exactly those he may read.

Every subset of the groups asks in every way there is to a passage.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from grounding.catalog import Catalog
from grounding.ingest import Ingest
from grounding.library.writer import writing
from grounding.passages import Principal
from grounding.retriever import HybridRetriever, RetrieverSettings
from tests.grounding.small_library import HashingEmbedder, InProcessReader, put

CANARIES = {"hr": "xylophone", "sales": "quagmire", "board": "zeppelin", "it": "marmalade"}
OPEN = "dandelion"
SUBSETS = [
    frozenset(chosen) for size in range(len(CANARIES) + 1) for chosen in combinations(sorted(CANARIES), size)
]


def told(word: str) -> tuple[str, str]:
    return f"The canary sings of the {word}.", f"Its nest is beside the {word} too."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library in which every canary has a past: an older version, and a neighbour that was removed."""
    place = tmp_path_factory.mktemp("canaries")
    catalog = Catalog(place / "kb")
    for group, word in ({"": OPEN} | CANARIES).items():
        readers = frozenset({group} - {""})
        with writing(catalog, "add") as writer:
            put(writer, f"{group}.md", *told("dodo"), groups=readers)
            put(writer, f"{group} gone.md", *told(f"{word} that was"), groups=readers)
        with writing(catalog, "sync") as writer:
            put(writer, f"{group}.md", *told(word), groups=readers)
            writer.retire(f"id-{group} gone.md")
    Ingest(catalog, HashingEmbedder(), InProcessReader(), place / "index").rebuild_index()
    return place


@pytest.fixture(scope="module")
def retriever(home: Path) -> Iterator[HybridRetriever]:
    settings = RetrieverSettings(least_evidence=-9.0)
    one = HybridRetriever(home / "kb", HashingEmbedder(), home / "index", settings)
    yield one
    one.close()


def words_in(*texts: str) -> set[str]:
    known = {OPEN, "dodo", "was", *CANARIES.values()}
    return {word for word in known for text in texts if word in text}


@pytest.mark.parametrize("groups", SUBSETS, ids=lambda groups: "+".join(sorted(groups)) or "nobody")
class TestCanaries:
    def expected(self, groups: frozenset[str]) -> set[str]:
        return {OPEN} | {CANARIES[group] for group in groups}

    def test_each_reading_of_the_catalog(self, home: Path, groups: frozenset[str]) -> None:
        who = Principal("somebody", groups | {"everyone", "%", '["hr"]'})
        with Catalog(home / "kb").read() as view:
            every, _ = view.vectors()
            own, vectors = view.vectors(who)
            quoted = view.passages(every, who)
            beside = view.neighbours(every, 5, 5, who)
            by_word = {
                name for word in CANARIES.values() for name, _ in view.lexical([word, "canary"], who, 100)
            }
            around = [passage.text for name in every for passage in view.around(name, 5, 5, who)]

            assert words_in(*(passage.text for passage in quoted.values())) == self.expected(groups)
            assert by_word | {name for name, _ in view.lexical(["nest"], who, 100)} == set(own)
            assert set(own) == set(quoted) == set(beside)
            assert words_in(*around) == self.expected(groups)
            assert view.readable_chunks(who) == len(own) == len(vectors) == 2 * (len(groups) + 1)

    def test_a_question_and_its_explanation(self, retriever: HybridRetriever, groups: frozenset[str]) -> None:
        query = f"canary nest dodo {' '.join(CANARIES.values())}"

        found = retriever.find(query, principal=Principal("somebody", groups), limit=50, explain=True)

        assert found.explanation is not None
        explained = {candidate.document for candidate in found.explanation.candidates}
        assert explained == {".md"} | {f"{group}.md" for group in groups}
        assert words_in(*(passage.text for passage in found.passages)) == self.expected(groups)
        assert {passage.collection for passage in found.passages} == {"documents", *groups}
