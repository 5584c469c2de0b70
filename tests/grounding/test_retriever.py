"""Passages come from what is live and readable, best first, whatever became of the vector index."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from grounding.catalog import Catalog, CatalogView
from grounding.errors import EmbedderMismatchError, IndexUnusableError
from grounding.index.own_copy import OpenIndex
from grounding.ingest import Ingest
from grounding.library.writer import writing
from grounding.passages import Principal, Retrieval
from grounding.ranking.fusion import reciprocal_rank_fusion
from grounding.ranking.helpers import Helpers
from grounding.ranking.leads import Leads
from grounding.ranking.rarity import LibraryRarity
from grounding.ranking.second_look import Known
from grounding.retriever import HybridRetriever, RetrieverSettings
from grounding.spelling import Spelling
from grounding.text.terms import content_words, match_any
from tests.grounding.small_library import HashingEmbedder, InProcessReader, put, write_files

ANYONE = Principal("anyone")
FILES = {
    "leave.md": "# Leave\n\nEmployees may carry five days of leave into the next year.\n",
    "canteen.md": "# Canteen\n\nThe canteen opens at noon and serves soup.\n",
    "travel.md": "# Travel\n\nTrain tickets are booked by the travel office in Leeds.\n",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    ingest(home).add([write_files(tmp_path / "papers", FILES)])
    return home


@pytest.fixture
def retriever(home: Path) -> Iterator[HybridRetriever]:
    retriever = retriever_of(home)
    yield retriever
    retriever.close()


def ingest(home: Path) -> Ingest:
    return Ingest(Catalog(home / "kb"), HashingEmbedder(), InProcessReader(), home / "index")


def retriever_of(home: Path, settings: RetrieverSettings | None = None) -> HybridRetriever:
    return HybridRetriever(home / "kb", HashingEmbedder(), home / "index", settings)


def ask(retriever: HybridRetriever, query: str, principal: Principal = ANYONE, limit: int = 5) -> Retrieval:
    return retriever.find(query, principal=principal, limit=limit)


def documents(retrieval: Retrieval) -> list[str]:
    return [passage.document for passage in retrieval.passages]


def test_the_passage_that_answers_comes_first_with_its_evidence(retriever: HybridRetriever) -> None:
    retrieval = ask(retriever, "How many days of leave may employees carry over?")

    best = retrieval.passages[0]
    assert best.document == "papers/leave.md"
    assert best.dense is not None
    assert best.dense > 0
    assert best.lexical is not None
    assert best.lexical > 0
    assert (retrieval.index, retrieval.notice) == ("chroma", "")


def test_scores_never_rise_down_the_list(home: Path) -> None:
    retriever = retriever_of(home, RetrieverSettings(least_evidence=-2.0))

    scores = [passage.score for passage in ask(retriever, "canteen travel leave").passages]

    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    retriever.close()


def test_what_nothing_connects_with_the_question_is_dropped_and_counted(retriever: HybridRetriever) -> None:
    retrieval = ask(retriever, "zebra migration across continents")

    assert retrieval.passages == ()
    assert retrieval.too_far > 0


def test_a_text_found_by_its_words_alone_still_has_its_similarity(home: Path) -> None:
    settings = RetrieverSettings(least_evidence=-2.0)

    found = retriever_of(home, settings).find(
        "canteen soup",
        principal=ANYONE,
        limit=5,
        leads=Leads(known=(Known("canteen", "Canteen", ("Leeds",)),)),
    )

    assert all(passage.dense is not None for passage in found.passages)
    assert "papers/travel.md" in documents(found)


def test_the_same_question_always_has_the_same_answer(retriever: HybridRetriever) -> None:
    assert ask(retriever, "travel leave canteen") == ask(retriever, "travel leave canteen")


@pytest.mark.parametrize("query", ["", "   ", "?!", "\x00", "🙂"])
def test_a_query_without_words_finds_nothing(retriever: HybridRetriever, query: str) -> None:
    assert ask(retriever, query).passages == ()


def test_a_very_long_query_is_answered_from_its_beginning(retriever: HybridRetriever) -> None:
    assert documents(ask(retriever, "canteen soup noon " + "filler " * 5_000))[0] == "papers/canteen.md"


def test_an_empty_library_says_so(tmp_path: Path) -> None:
    retriever = retriever_of(tmp_path / "nowhere")
    retriever.warm()

    assert "no documents" in ask(retriever, "anything").notice
    assert retriever.status().documents == 0


def test_no_more_passages_than_asked_for(retriever: HybridRetriever) -> None:
    assert len(ask(retriever, "canteen travel leave", limit=1).passages) == 1


def test_the_same_words_in_two_documents_are_quoted_once(home: Path, tmp_path: Path) -> None:
    twin = FILES["canteen.md"].replace("soup.", "soup!\n\n")
    ingest(home).add([write_files(tmp_path / "papers", {"canteen twin.md": twin})])

    assert len(documents(ask(retriever_of(home), "canteen soup noon"))) == 1


def test_another_embedder_is_refused(home: Path) -> None:
    retriever = HybridRetriever(home / "kb", HashingEmbedder("another@2"), home / "index")

    with pytest.raises(EmbedderMismatchError):
        ask(retriever, "leave")


def test_a_new_generation_is_noticed_without_a_restart(
    home: Path, tmp_path: Path, retriever: HybridRetriever
) -> None:
    ask(retriever, "leave")
    added = write_files(
        tmp_path / "more", {"parking.md": "# Parking\n\nA parking permit costs twelve euros.\n"}
    )

    ingest(home).add([added])

    retrieval = ask(retriever, "parking permit")
    assert documents(retrieval) == ["more/parking.md"]
    assert (retrieval.index, retrieval.notice) == ("chroma", "")
    ingest(home).remove(["parking.md"])
    assert ask(retriever, "parking permit").passages == ()


def test_an_index_a_little_behind_the_catalog_answers_with_what_came_since(home: Path) -> None:
    with writing(Catalog(home / "kb"), "add") as writer:
        put(writer, "parking", "A parking permit costs twelve euros.")
    retriever = retriever_of(home)

    retrieval = ask(retriever, "parking permit costs")

    assert documents(retrieval) == ["parking"]
    assert (retrieval.index, retrieval.notice) == ("chroma", "")
    assert (retriever.status().index, retriever.status().notice) == ("chroma", "")
    retriever.close()


def test_while_the_index_holds_what_was_erased_exact_search_answers(home: Path) -> None:
    with writing(Catalog(home / "kb"), "remove") as writer:
        writer.erase(writer.view.named("canteen.md").id)
    retriever = retriever_of(home)

    retrieval = ask(retriever, "carry days of leave")

    assert retrieval.index == "exact"
    assert "erased" in retrieval.notice
    assert retriever.status().notice == retrieval.notice


def alter(home: Path) -> None:
    [database] = home.glob("index/gen-*/index/chroma.sqlite3")
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 1
    database.write_bytes(bytes(content))


def unlist(home: Path) -> None:
    (home / "index" / "CURRENT").unlink()


def erase(home: Path) -> None:
    shutil.rmtree(home / "index")


@pytest.mark.parametrize("damage", [alter, unlist, erase])
def test_without_a_whole_index_exact_search_answers_and_says_why(
    home: Path, damage: Callable[[Path], None]
) -> None:
    damage(home)
    retriever = retriever_of(home)
    retriever.warm()

    retrieval = ask(retriever, "carry days of leave")

    assert documents(retrieval)[0] == "papers/leave.md"
    assert retrieval.index == "exact"
    assert "Exact search answers" in retrieval.notice
    assert retriever.status().index == "exact"
    assert retriever.status().notice == retrieval.notice


def test_an_index_that_fails_at_a_question_is_given_up_for_exact_search(
    retriever: HybridRetriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = documents(ask(retriever, "canteen soup"))

    def fail(*_: object) -> list[tuple[str, float]]:
        raise IndexUnusableError("The vector index failed (PanicException).")

    monkeypatch.setattr(OpenIndex, "search", fail)
    retrieval = ask(retriever, "canteen soup")

    assert documents(retrieval) == usual
    assert retrieval.index == "exact"
    assert "PanicException" in retrieval.notice


def test_chroma_and_exact_search_give_the_same_passages(home: Path, tmp_path: Path) -> None:
    texts = {f"{n}.md": f"# Note {n}\n\nRoom {n} holds {n * 7} chairs and lamp {n % 5}.\n" for n in range(60)}
    ingest(home).add([write_files(tmp_path / "notes", texts)])
    with_chroma = retriever_of(home)
    questions = [f"chairs in room {n}" for n in range(0, 60, 7)]
    expected = [ask(with_chroma, question) for question in questions]
    with_chroma.close()
    unlist(home)

    found = [ask(retriever_of(home), question) for question in questions]

    assert {retrieval.index for retrieval in expected} == {"chroma"}
    assert {retrieval.index for retrieval in found} == {"exact"}
    assert [documents(retrieval) for retrieval in found] == [documents(retrieval) for retrieval in expected]


@pytest.mark.parametrize("with_index", [True, False], ids=["with the index", "without it"])
@pytest.mark.parametrize(
    ("groups", "readable"),
    [
        pytest.param(set(), {"open"}, id="nobody in particular"),
        pytest.param({"hr"}, {"open", "hr"}, id="one group"),
        pytest.param({"hr", "sales"}, {"open", "hr", "sales"}, id="both groups"),
    ],
)
def test_the_canary_of_a_group_is_never_quoted_to_others(
    tmp_path: Path, groups: set[str], readable: set[str], *, with_index: bool
) -> None:
    home = tmp_path / "home"
    for group in ("open", "hr", "sales"):
        folder = write_files(tmp_path / group, {"canary.md": f"# Canary\n\nThe canary of {group} sings.\n"})
        with writing(Catalog(home / "kb"), "collection") as writer:
            writer.put_collection(group, frozenset() if group == "open" else frozenset({group}))
        ingest(home).add([folder], collection=group)
    if not with_index:
        unlist(home)
    retriever = retriever_of(home, RetrieverSettings(least_evidence=-2.0))

    found = ask(retriever, "canary sings hr sales", Principal("somebody", frozenset(groups)))

    assert {document.split("/")[0] for document in documents(found)} == readable
    assert found.too_far == 0
    retriever.close()


def test_closing_leaves_no_working_copy(home: Path) -> None:
    retriever = retriever_of(home)
    retriever.warm()
    assert list((home / "index").glob("open-*"))

    retriever.close()

    assert not list((home / "index").glob("open-*"))


def test_fusion_adds_the_reciprocals_of_the_ranks() -> None:
    scores = reciprocal_rank_fusion([["a", "b"], ["b", "c"]])

    assert scores == pytest.approx({"a": 1 / 61, "b": 1 / 62 + 1 / 61, "c": 1 / 62})
    assert max(scores, key=lambda name: scores[name]) == "b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How many days of leave do I get?", ("days", "leave")),
        ("Who is who?", ("who", "is")),
        ("R&D budget 2024, budget", ("budget", "2024")),
    ],
)
def test_content_words_say_what_a_question_is_about(text: str, expected: tuple[str, ...]) -> None:
    assert set(expected) <= set(content_words(text))
    assert "of" not in content_words(text)


def test_an_expression_consists_of_quoted_words_only() -> None:
    assert match_any(['five "days" OR', "NEAR("]) == '"five days or" OR "near"'
    assert match_any(["?", ""]) == ""


class Reverser:
    """A re-ranker that likes best what stands last."""

    name = "reverser"

    def warm(self) -> None:
        """Nothing to load."""

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.linspace(0.1, 0.9, len(texts), dtype=np.float32)


def with_helpers(home: Path, helpers: Helpers) -> HybridRetriever:
    settings = RetrieverSettings(least_evidence=-2.0)
    return HybridRetriever(home / "kb", HashingEmbedder(), home / "index", settings, helpers)


def test_a_reranker_has_the_last_word(home: Path) -> None:
    plain, turned = (with_helpers(home, Helpers(reranker=one)) for one in (None, Reverser()))

    usual, other = ask(plain, "canteen soup leave"), ask(turned, "canteen soup leave")

    assert documents(other) == documents(usual)[::-1]
    scores = [passage.score for passage in other.passages]
    assert scores == sorted(scores, reverse=True)
    plain.close()
    turned.close()


def test_a_typing_error_is_repaired_before_searching_and_said(home: Path) -> None:
    retriever = with_helpers(home, Helpers(speller=Spelling(Catalog(home / "kb"))))

    retrieval = retriever.find("When does the cantene open?", principal=ANYONE, limit=1, explain=True)

    assert retrieval.searched == "When does the canteen open?"
    assert documents(retrieval) == ["papers/canteen.md"]
    assert retrieval.explanation is not None
    [correction] = retrieval.explanation.corrections
    assert (correction.written, correction.read_as) == ("cantene", "canteen")
    assert ask(retriever, "When does the canteen open?").searched == ""
    retriever.close()


def test_an_explanation_tells_of_every_candidate_what_became_of_it(home: Path) -> None:
    retriever = retriever_of(home)

    retrieval = retriever.find(
        "Which travel office books train tickets?",
        principal=ANYONE,
        limit=1,
        leads=Leads(known=(Known("travel office", "Travel Office", ("TO",)),)),
        explain=True,
    )

    told = retrieval.explanation
    assert told is not None
    assert told.entities == ("Travel Office",)
    assert {"travel", "tickets", "TO"} <= set(told.terms)
    kept = [one for one in told.candidates if not one.dropped]
    assert [one.id for one in kept] == [passage.id for passage in retrieval.passages]
    assert kept[0].entity == 1.0
    assert {one.dropped for one in told.candidates[1:]} <= {"too far away", "beyond the limit"}
    assert {"embedding", "dense", "lexical", "second look", "neighbours"} <= set(told.milliseconds)
    assert ask(retriever, "travel").explanation is None
    retriever.close()


def told_of(retriever: HybridRetriever, query: str, *last: str, who: Principal = ANYONE) -> Retrieval:
    """What a query finds when the answer before it was shown with these chunks."""
    return retriever.find(query, principal=who, limit=5, leads=Leads(last=last), explain=True)


@pytest.fixture
def narrow(home: Path) -> Iterator[HybridRetriever]:
    """Looks at one hit of each search only."""
    narrow = retriever_of(home, RetrieverSettings(candidates=1, least_evidence=-2.0))
    yield narrow
    narrow.close()


def test_what_the_last_turn_showed_is_weighed_though_no_search_brings_it(narrow: HybridRetriever) -> None:
    [travel] = ask(narrow, "train tickets and the travel office").passages

    retrieval = told_of(narrow, "When does the canteen open?", travel.id)

    assert documents(retrieval) == ["papers/canteen.md", "papers/travel.md"]
    assert retrieval.explanation is not None
    assert [(one.id, one.source) for one in retrieval.explanation.candidates] == [
        (retrieval.passages[0].id, ""),
        (travel.id, "from the last turn"),
    ]


def test_that_it_was_shown_earns_a_passage_nothing(home: Path, narrow: HybridRetriever) -> None:
    wide = retriever_of(home, RetrieverSettings(least_evidence=-2.0))
    query = "When does the canteen open?"
    earned = {one.id: one.score for one in ask(wide, query).passages}

    shown = told_of(narrow, query, *earned)

    assert documents(shown)[0] == "papers/canteen.md"
    assert all(one.score <= earned[one.id] for one in shown.passages[1:])
    [alone] = ask(narrow, query).passages
    assert shown.passages[0].score == alone.score, "it takes nothing from others either"
    wide.close()


def test_what_the_last_turn_showed_needs_the_same_evidence_as_anything(retriever: HybridRetriever) -> None:
    [travel] = ask(retriever, "train tickets and the travel office", limit=1).passages

    retrieval = told_of(retriever, "When does the canteen open?", travel.id)

    assert documents(retrieval) == ["papers/canteen.md"]


def test_what_has_been_removed_or_closed_since_the_last_turn_is_passed_over(home: Path) -> None:
    hr = Principal("harriet", frozenset({"hr"}))
    with writing(Catalog(home / "kb"), "add") as writer:
        put(writer, "closed.md", "Salaries are paid on the last day.", groups=frozenset({"hr"}))
    retriever = retriever_of(home, RetrieverSettings(least_evidence=-2.0))
    [salaries] = ask(retriever, "When are salaries paid?", hr, limit=1).passages
    [canteen] = ask(retriever, "When does the canteen open?", limit=1).passages
    ingest(home).remove(["papers/canteen.md"])

    for who, expected in ((ANYONE, False), (hr, True)):
        found = told_of(retriever, "When are they paid?", salaries.id, canteen.id, "no-such-chunk", who=who)
        assert found.explanation is not None
        told = {one.id for one in found.explanation.candidates}
        assert (salaries.id in told) is expected
        assert canteen.id not in told
    retriever.close()


EDITIONS = {
    "rules_2024.md": "# Rules\n\nThe meal allowance is 40 euros a day for every trip.\n",
    "rules_2026.md": "# Rules\n\nThe meal allowance is 52 euros a day for every trip.\n",
}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("What is the current meal allowance?", "rules_2026.md", id="what is current"),
        pytest.param("How high was the meal allowance in 2024?", "rules_2024.md", id="the year asked for"),
    ],
)
def test_of_two_editions_the_one_that_is_meant_comes_first(
    tmp_path: Path, question: str, expected: str
) -> None:
    home = tmp_path / "home"
    ingest(home).add([write_files(tmp_path / "papers", EDITIONS)])
    retriever = retriever_of(home)

    assert documents(ask(retriever, question))[0] == f"papers/{expected}"
    retriever.close()


def test_in_a_large_library_the_commonest_words_are_not_searched_for() -> None:
    class View:
        def chunks_with(self, term: str, ids: Sequence[str]) -> tuple[int, frozenset[str]]:
            return {"policy": 30_000, "office": 9_000, "canteen": 12, "soup": 3}.get(term, 0), frozenset()

    rarity = LibraryRarity(cast("CatalogView", View()), 100_000, {})

    assert rarity.telling(("policy", "canteen", "soup", "Paid Time Off")) == (
        "canteen",
        "soup",
        "Paid Time Off",
    )
    assert rarity.telling(("policy", "office", "zebra")) == ("policy", "office", "zebra")
    assert rarity.of("zebra") == rarity.highest > rarity.of("soup") > rarity.of("policy")
    small = LibraryRarity(cast("CatalogView", View()), 9_000, {})
    assert small.telling(("policy", "canteen", "soup")) == ("policy", "canteen", "soup")
