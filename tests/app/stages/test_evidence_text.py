"""What the model is told of earlier answers."""

from __future__ import annotations

import pytest

from app.stages.evidence_text import as_said

DISAGREE = 'Your documents disagree: "140 euros." stands against "120 euros."; the first is newer.'


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param("Up to 140 euros.", "Up to 140 euros.", id="an answer"),
        pytest.param(f"Up to 140 euros.\n\n{DISAGREE}", "Up to 140 euros.", id="what the program added"),
        pytest.param("One.\n\nTwo.", "One.\n\nTwo.", id="paragraphs"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_the_program_added_to_an_answer_is_not_told_as_the_models_own_words(
    answer: str, said: str
) -> None:
    assert as_said(answer) == said
