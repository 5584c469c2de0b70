"""Ready-made results in the shape of the contract, about the company of the sample handbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.contract import (
    AskShape,
    BudgetShape,
    ConversationShape,
    FindingShape,
    ModelShape,
    PassageShape,
    QueryShape,
    QuoteShape,
    SafetyShape,
    SentenceShape,
    TokensShape,
    TurnShape,
    VerdictShape,
)
from app.contract.explain import CandidateShape, CorrectionShape, ExplainShape
from app.turn import Mode, Outcome

_ALLOW = VerdictShape(action="allow", findings=[])

TRAVEL_2026 = PassageShape(
    id="chunk-meals-2026",
    document="handbook/travel_and_expenses_2026.docx",
    title="Travel and Expenses Policy 2026",
    page=None,
    line_start=22,
    line_end=24,
    text="The daily meal allowance for business trips is 52 euros for a full day. On the day of departure "
    "and on the day of return, the daily meal allowance is 26 euros. The allowance is reduced by 20 percent "
    "for each meal that a host pays.",
    score=0.0328,
    dense=0.81,
    heading=["Meals"],
    lexical=11.4,
    used=True,
)
HANDBOOK = PassageShape(
    id="chunk-handbook",
    document="handbook/employee_handbook_2026.pdf",
    title="Employee Handbook 2026",
    page=7,
    line_start=None,
    line_end=None,
    text="Costs of business trips are refunded under the Travel and Expenses Policy. "
    "Claims are made in Ledgerly.",
    score=0.0301,
    dense=0.63,
    lexical=6.2,
    used=True,
)
TRAVEL_2024 = PassageShape(
    id="chunk-meals-2024",
    document="handbook/travel_policy_2024.txt",
    title="Travel Policy 2024",
    page=None,
    line_start=51,
    line_end=55,
    text="Under the Travel Policy 2024 the daily meal allowance is 45 euros for a full day and 22 euros for "
    "the day of departure and the day of return.",
    score=0.0294,
    dense=0.79,
    lexical=None,
    used=False,
)

ANSWER = (
    "The daily meal allowance is **52 euros** for a full day, and 26 euros on the days of departure "
    "and return. It is reduced by 20 percent for each meal that a host pays.\n\n"
    "- Claims are made in Ledgerly within a month.\n"
    "- Meals on the train are always refunded in full.\n"
)
SENTENCES = [
    SentenceShape(
        text="The daily meal allowance is **52 euros** for a full day, and 26 euros on the days of departure "
        "and return.",
        citations=[TRAVEL_2026.id],
        support="supported",
    ),
    SentenceShape(
        text="It is reduced by 20 percent for each meal that a host pays.",
        citations=[TRAVEL_2026.id],
        support="supported",
    ),
    SentenceShape(
        text="Claims are made in Ledgerly within a month.", citations=[HANDBOOK.id], support="partly"
    ),
    SentenceShape(text="Meals on the train are always refunded in full.", citations=[], support="not_found"),
]


@dataclass(frozen=True, kw_only=True)
class Script:
    """What the desk does with one prompt."""

    outcome: Outcome = "answered"
    answer: str = ANSWER
    sentences: Sequence[SentenceShape] = field(default=tuple(SENTENCES))
    passages: Sequence[PassageShape] = (TRAVEL_2026, HANDBOOK, TRAVEL_2024)
    refused_because: str = ""
    notices: Sequence[str] = ()
    quote: QuoteShape | None = None
    searched: str = ""
    """What was searched for, where that is not the prompt."""

    left_out: Sequence[SentenceShape] = ()
    mode: Mode = "documents_only"
    error: Exception | None = None
    """Raised instead of a result, after the pieces."""


def result_of(script: Script, prompt: str, *, conversation: str, turn: str, written: str) -> AskShape:
    """The result of a scripted turn that came to its end with `written` on the screen."""
    finding = FindingShape(check="secrets", action="block", reason=script.refused_because, start=0, end=9)
    refused = VerdictShape(action="block", findings=[finding])
    return AskShape(
        outcome=script.outcome,
        answer=written,
        sentences=[] if script.outcome == "stopped" else list(script.sentences),
        passages=list(script.passages),
        query=QueryShape(original=prompt, normalised=prompt, standalone=script.searched or prompt),
        entities=[],
        safety=SafetyShape(
            prompt=refused if script.refused_because else _ALLOW, passages=_ALLOW, answer=_ALLOW
        ),
        model=ModelShape(
            name="SmolLM2-135M-Instruct", sha256="0" * 64, backend="cpu", layers=30, offloaded=0
        ),
        budget=_budget(script),
        tokens=_tokens(script),
        timings_ms={"find_passages": 41.0, "write_answer": 2210.0, "first_token": 640.0, "total": 2904.0},
        notices=list(script.notices),
        quote=script.quote,
        left_out=list(script.left_out),
        mode=script.mode,
        conversation=conversation,
        turn=turn,
    )


def _without_model(script: Script) -> bool:
    return script.outcome in {"not_in_documents", "refused"}


def _budget(script: Script) -> BudgetShape:
    if _without_model(script):
        return BudgetShape(context=0, system=0, documents=0, history=0, prompt=0, reserved=0, left_out=[])
    return BudgetShape(
        context=2048, system=140, documents=612, history=0, prompt=31, reserved=384, left_out=[]
    )


def _tokens(script: Script) -> TokensShape:
    if _without_model(script):
        return TokensShape(prompt=0, reused=0, evaluated=0, generated=0, per_second=0.0)
    return TokensShape(prompt=783, reused=140, evaluated=643, generated=71, per_second=38.4)


NOT_IN_DOCUMENTS = Script(
    outcome="not_in_documents",
    answer="Your documents do not say.",
    sentences=(),
    passages=(TRAVEL_2024,),
)
REFUSED = Script(
    outcome="refused",
    answer="",
    sentences=(),
    passages=(),
    refused_because="the prompt holds something that looks like an API key",
)


def kept_turn(number: int, state: str = "complete", answer: str | None = None) -> TurnShape:
    """A turn of an earlier run, behind the one with the number before."""
    prompt = f"Earlier question {number}"
    written = f"Earlier answer {number}." if answer is None else answer
    script = Script(answer=written, sentences=())
    result = result_of(script, prompt, conversation="c-old", turn=f"t-{number}", written=written)
    return TurnShape.model_validate(
        {
            "id": f"t-{number}",
            "parent": f"t-{number - 1}" if number else None,
            "state": state,
            "started": "2026-11-20T09:00:00+00:00",
            "prompt": prompt,
            "answer": written,
            "result": result if state == "complete" else None,
        }
    )


def conversation(identity: str, title: str, updated: str = "2026-11-20T09:00:00+00:00") -> ConversationShape:
    """An entry of the list of conversations."""
    return ConversationShape(id=identity, title=title, created=updated, updated=updated, turns=1)


def explained(question: str) -> ExplainShape:
    """What was weighed for a question: one passage, and one candidate that was too far away."""
    kept = CandidateShape(
        id=TRAVEL_2026.id,
        document=TRAVEL_2026.document,
        place="lines 22 to 24",
        heading=["Meals"],
        dense=0.81,
        lexical=11.4,
        entity=None,
        fused=0.0328,
        score=1.14,
        dropped="",
        source="of the last turn",
        moved="moved up with it",
    )
    far = kept.model_copy(
        update={"document": "handbook/office_guide.md", "dropped": "too far away", "source": "", "moved": ""}
    )
    return ExplainShape(
        query=question,
        searched=question,
        terms=["meal", "allowance"],
        corrections=[CorrectionShape(written="alowance", read_as="allowance")],
        entities=["Travel Policy"],
        context="meal allowance",
        candidates=[kept, far],
        passages=[TRAVEL_2026],
        index="chroma",
        notice="",
        timings_ms={"dense": 12.0},
    )
