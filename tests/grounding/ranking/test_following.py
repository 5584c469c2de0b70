"""A question of a conversation is searched for by itself first; the conversation helps to order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from grounding.follow_up import FollowUp
from grounding.passages import Passage, Retrieval
from grounding.ranking.explaining import in_final_order
from grounding.ranking.explanation import ExplainedCandidate, Explanation
from grounding.ranking.following import find_following


class Shelf:
    """Answers each text with the scores that were laid down for it, and remembers what it was asked."""

    def __init__(self, **scores: Mapping[str, float]) -> None:
        self._scores = {text.replace("_", " "): given for text, given in scores.items()}
        self.asked: list[str] = []

    def find(self, text: str, limit: int) -> Retrieval:
        self.asked.append(text)
        order = sorted(self._scores[text].items(), key=lambda item: -item[1])[:limit]
        passages = (
            Passage(id=name, document_id=name, document=name, title="", text=text, score=score)
            for name, score in order
        )
        return Retrieval(passages=tuple(passages), too_far=3, index="exact")


def names(retrieval: Retrieval) -> list[str]:
    return [passage.id for passage in retrieval.passages]


def test_without_a_context_there_is_one_search() -> None:
    shelf = Shelf(fees={"a": 1.0, "b": 0.5})

    assert names(find_following(shelf.find, FollowUp("fees", leans=False), 2)) == ["a", "b"]
    assert shelf.asked == ["fees"]


def test_the_conversation_decides_between_passages_that_suit_the_question_alike() -> None:
    shelf = Shelf(fees={"bank": 1.0, "library": 0.95}, fees_library={"library": 1.4, "bank": 0.9})
    found = find_following(shelf.find, FollowUp("fees", leans=False, context="library"), 2)

    assert names(found) == ["library", "bank"]
    assert shelf.asked == ["fees", "fees library"]


def test_the_question_itself_weighs_more_than_the_conversation() -> None:
    shelf = Shelf(fees={"bank": 1.4, "library": 0.6}, fees_library={"library": 1.4, "bank": 0.6})

    assert names(find_following(shelf.find, FollowUp("fees", leans=False, context="library"), 1)) == ["bank"]


def test_a_passage_that_only_the_conversation_brings_has_a_place() -> None:
    shelf = Shelf(why={"a": 0.5, "b": 0.4}, why_leave={"leave": 1.5, "a": 0.2})
    found = find_following(shelf.find, FollowUp("why", leans=False, context="leave"), 3)

    assert names(found) == ["leave", "a", "b"]


def test_evidence_and_notices_are_those_of_the_question_alone() -> None:
    shelf = Shelf(fees={"bank": 1.0}, fees_library={"bank": 0.9})
    found = find_following(shelf.find, FollowUp("fees", leans=False, context="library"), 5)

    assert (found.passages[0].text, found.too_far, found.index) == ("fees", 3, "exact")
    assert found.passages[0].score == pytest.approx(1.45)


def test_nothing_found_is_nothing_found() -> None:
    shelf = Shelf(fees={}, fees_library={})

    assert not find_following(shelf.find, FollowUp("fees", leans=False, context="library"), 5).passages


def test_the_search_with_the_conversation_may_know_more() -> None:
    alone = Shelf(fees={"bank": 1.0, "library": 0.9})
    within = Shelf(fees_library={"library": 1.4, "bank": 0.2})
    question = FollowUp("fees", leans=False, context="library")

    assert names(find_following(alone.find, question, 2, within=within.find)) == ["library", "bank"]
    assert (alone.asked, within.asked) == (["fees"], ["fees library"])


def told(*names: str, dropped: str = "") -> Explanation:
    """An explanation with candidates by name."""
    candidates = tuple(
        ExplainedCandidate(
            id=name,
            document=f"{name}.md",
            place="",
            dense=None,
            lexical=None,
            entity=None,
            fused=0.1,
            score=0.0,
            dropped=dropped,
        )
        for name in names
    )
    return Explanation(
        query="fees",
        searched="fees",
        terms=("fees",),
        candidates=candidates,
        milliseconds={"dense": 2.0, "spelling": 1.0},
    )


def test_an_explanation_tells_what_the_conversation_moved_and_brought() -> None:
    shelf = Shelf(
        fees={"bank": 1.0, "library": 0.95, "far": 0.1},
        fees_library={"library": 1.4, "new": 1.2, "bank": 0.2},
    )
    explained = {"fees": told("bank", "library", "far"), "fees library": told("library", "new", "bank")}

    def find(text: str, limit: int) -> Retrieval:
        return replace(shelf.find(text, limit), explanation=explained[text])

    found = find_following(find, FollowUp("fees", leans=False, context="library"), 3)

    assert names(found) == ["library", "bank", "new"]
    assert found.explanation is not None
    assert found.explanation.context == "library"
    assert {one.id: (one.source, one.moved) for one in found.explanation.candidates} == {
        "library": ("", "the conversation speaks for it"),
        "bank": ("", ""),
        "far": ("", ""),
        "new": ("from the conversation", ""),
    }
    assert found.explanation.milliseconds == {"dense": 4.0, "spelling": 2.0}
    last = in_final_order(found.explanation, found.passages)
    assert [(one.id, one.dropped) for one in last.candidates] == [
        ("library", ""),
        ("bank", ""),
        ("new", ""),
        ("far", "beyond the limit"),
    ]


def test_what_was_joined_to_a_passage_in_the_end_is_said_to_be() -> None:
    whole = Passage(id="a", document_id="d", document="d.md", title="", text="", joined=("a", "b"))

    last = in_final_order(told("b", "a", "c", dropped="too far away"), [whole])

    assert [(one.id, one.dropped) for one in last.candidates] == [
        ("a", ""),
        ("b", "joined to a"),
        ("c", "too far away"),
    ]
