"""The words around evidence and question, as the model reads them."""

from __future__ import annotations

from collections.abc import Sequence

from grounding.quotes import Quote
from safety.checks.template_tokens import without_template_tokens

SYSTEM = "You are a helpful assistant. Answer the question with a short sentence taken from the text."
GENERAL_SYSTEM = "You are a helpful assistant. Answer in a few short sentences. Say so if you do not know."

DISAGREEMENT = "Your documents disagree:"
"""How a paragraph begins that names two passages and which to believe."""


def with_evidence(question: str, quotes: Sequence[Quote]) -> str:
    """Quotes first, best first, the question after them: what stands last is followed best."""
    text = "\n".join(without_template_tokens(one.text) for one in quotes)
    return f"{text}\n\nQuestion: {question}" if text else f"Question: {question}"


def as_said(answer: str) -> str:
    """An earlier answer without what the program added about disagreements: a small model repeats it."""
    return "\n\n".join(part for part in answer.split("\n\n") if not part.startswith(DISAGREEMENT))
