"""The documents are searched for the complete question, with what the conversation leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from typing_extensions import override

from app.stages.find_passages import FindPassages
from app.stages.rewrite_follow_up import RewriteFollowUp
from app.stages.screen_passages import ScreenPassages
from app.turn import Exchange, Turn
from grounding.passages import Principal, Retrieval
from grounding.ranking.conversation import Told, pairs_of, shown_last
from safety.policy import Policy
from tests.app.scripted import QUESTION, Heard, Knows

ANNA = Principal(user="anna")
FOLLOWING = "And in 2024?"
COMPLETE = "How high is the meal allowance in 2024?"


def following(**known: Any) -> Turn:
    """A question that follows on two others."""
    earlier = (Exchange("Who pays?", "Finance.", ("z",)), Exchange(QUESTION, "52 euros.", ("a", "b")))
    return Turn(conversation="c", id="t", prompt=FOLLOWING, screened=FOLLOWING, earlier=earlier, **known)


@dataclass
class Hears(Knows):
    """Remembers which conversation a search was done for."""

    earlier: list[Sequence[Told]] = field(default_factory=list)

    @override
    def find(
        self, query: str, *, principal: Principal, limit: int, earlier: Sequence[Told] = ()
    ) -> Retrieval:
        self.earlier.append(earlier)
        return super().find(query, principal=principal, limit=limit)


@pytest.mark.parametrize(
    ("standalone", "last"),
    [
        pytest.param(COMPLETE, ("a", "b"), id="a question that leans"),
        pytest.param(FOLLOWING, (), id="a question that stands alone"),
    ],
)
def test_what_the_last_turn_showed_stays_a_candidate_for_a_question_that_leans(
    standalone: str, last: tuple[str, ...]
) -> None:
    hears = Hears()

    FindPassages(hears, ANNA, 8).run(following(standalone=standalone), Heard().channel)

    [earlier] = hears.earlier
    assert pairs_of(earlier) == [("Who pays?", "Finance."), (QUESTION, "52 euros.")]
    assert shown_last(earlier) == last


def test_in_free_mode_nothing_is_searched_for_and_nothing_is_said() -> None:
    knows, heard = Knows(standing=COMPLETE), Heard()
    turn = following(mode="free")

    for stage in (RewriteFollowUp(knows), FindPassages(knows, ANNA, 8), ScreenPassages(Policy(()))):
        turn = stage.run(turn, heard.channel)

    assert (knows.asked, heard.events, turn.passages) == ([], [], ())
    assert turn.standalone == FOLLOWING
