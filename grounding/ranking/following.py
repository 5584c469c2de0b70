"""A search for a question of a conversation: by itself, and once more with the nouns it follows on.

Both searches propose, and a passage is ordered by its score for the question plus half of its score with the
conversation. Measured on 150 questions of MTRAG over 350 passages and on SQuAD questions made to follow
(`scripts/eval_follow_ups`): any weight from a quarter to one serves nearly alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from grounding.follow_up import FollowUp
from grounding.passages import Passage, Retrieval
from grounding.ranking.explaining import with_conversation

CONTEXT_WEIGHT = 0.5
"""Of the score with the conversation beside that of the question alone, which weighs 1."""

_LOOKED_AT = 20
"""Passages of each search, at least."""


Find = Callable[[str, int], Retrieval]
"""Takes a text and how many passages to bring."""


def find_following(find: Find, question: FollowUp, limit: int, *, within: Find | None = None) -> Retrieval:
    """At most `limit` passages, best first.

    Without a context `find` is asked once. `within` is asked for the question with its context, if it is
    given. What both searches bring keeps its place and evidence from the search for the question alone.
    """
    if not question.context:
        return find(question.text, limit)
    most = max(limit, _LOOKED_AT)
    alone = find(question.text, most)
    also = (within or find)(f"{question.text} {question.context}", most)
    passages = _blended(alone, also)[:limit]
    told = alone.explanation
    if told and also.explanation:
        told = with_conversation(
            told, also.explanation, question.context, before=alone.passages, after=passages
        )
    return replace(alone, passages=passages, explanation=told)


def _blended(alone: Retrieval, within: Retrieval) -> tuple[Passage, ...]:
    first, second = _scores(alone), _scores(within)
    passages = {one.id: one for one in (*within.passages, *alone.passages)}
    scores = {
        name: first.get(name, _floor(first)) + CONTEXT_WEIGHT * second.get(name, _floor(second))
        for name in passages
    }
    order = sorted(passages, key=lambda name: (-scores[name], name))
    return tuple(replace(passages[name], score=scores[name]) for name in order)


def _scores(retrieval: Retrieval) -> Mapping[str, float]:
    return {passage.id: passage.score for passage in retrieval.passages}


def _floor(scores: Mapping[str, float]) -> float:
    """What a passage that a search left out had there at most."""
    return min(scores.values(), default=0.0)
