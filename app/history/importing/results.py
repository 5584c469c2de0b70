"""The sealed result of a turn that another program answered. Pure."""

from __future__ import annotations

from app.contract import (
    AskShape,
    BudgetShape,
    ModelShape,
    QueryShape,
    SafetyShape,
    TokensShape,
    VerdictShape,
)

_NOT_JUDGED = VerdictShape(action="allow", findings=[])


def result_of(program: str, prompt: str, answer: str, model: str) -> str:
    """JSON of an `AskShape` without sentences, passages or verdicts: nothing of it was checked here."""
    return AskShape(
        outcome="answered",
        answer=answer,
        sentences=[],
        passages=[],
        # What was never screened has no form that may go to a model as an earlier question.
        query=QueryShape(original=prompt, normalised="", standalone=""),
        entities=[],
        safety=SafetyShape(prompt=_NOT_JUDGED, passages=_NOT_JUDGED, answer=_NOT_JUDGED),
        model=ModelShape(name=model, sha256="", backend=program, layers=0, offloaded=0) if model else None,
        budget=BudgetShape(context=0, system=0, documents=0, history=0, prompt=0, reserved=0, left_out=[]),
        tokens=TokensShape(prompt=0, reused=0, evaluated=0, generated=0, per_second=0.0),
        timings_ms={},
        notices=[f"Imported from {program}. Nothing in this answer was checked against documents here."],
        mode="free",
        from_documents=False,
        conversation="",
        turn="",
    ).model_dump_json()
