"""Turns a finished turn into the shape that is printed, shown and sealed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from app.contract import (
    AskShape,
    BudgetShape,
    ConflictShape,
    EntityShape,
    FindingShape,
    ModelShape,
    PassageShape,
    QueryShape,
    QuoteShape,
    SafetyShape,
    SentenceShape,
    TokensShape,
    VerdictShape,
)
from app.turn import Turn
from grounding.passages import Passage
from grounding.support import JudgedSentence
from safety.verdict import Verdict


def shape_of(turn: Turn) -> AskShape:
    """The public record of a turn, whatever became of it."""
    cited = {chunk for sentence in turn.sentences if sentence.shown for chunk in sentence.citations}
    notices = list(turn.notices)
    if turn.failure is not None:
        notices.append(f"{turn.failure.message} {turn.failure.remedy}".strip())
    return AskShape(
        outcome=turn.outcome or "failed",
        answer=turn.answer,
        sentences=[_sentence(one) for one in turn.sentences if one.shown],
        left_out=[_sentence(one) for one in turn.sentences if not one.shown],
        passages=[passage_shape(passage, used=passage.id in cited) for passage in turn.passages],
        query=QueryShape(
            original=turn.prompt,
            normalised=turn.normalised,
            standalone=turn.standalone or turn.screened,
            searched=turn.retrieval.searched,
        ),
        entities=[EntityShape(**asdict(entity)) for entity in turn.entities],
        safety=SafetyShape(
            prompt=_verdict(turn.prompt_verdict),
            passages=_verdict(turn.passages_verdict),
            answer=_verdict(turn.answer_verdict),
        ),
        model=_model(turn),
        budget=BudgetShape(**asdict(turn.budget) | {"left_out": list(turn.budget.left_out)}),
        tokens=_tokens(turn),
        timings_ms=_timings(turn),
        notices=notices,
        mode=turn.mode,
        from_documents=turn.from_documents,
        quote=_quote(turn),
        conflicts=_conflicts(turn),
        exit_code=turn.failure.exit_code if turn.failure else 0,
        conversation=turn.conversation,
        turn=turn.id,
    )


def passage_shape(passage: Passage, *, used: bool = False) -> PassageShape:
    """A passage as it is printed."""
    return PassageShape(
        id=passage.id,
        document=passage.document,
        title=passage.title,
        page=passage.page,
        line_start=passage.line_start,
        line_end=passage.line_end,
        text=passage.text,
        score=round(passage.score, 6),
        dense=None if passage.dense is None else round(passage.dense, 4),
        lexical=None if passage.lexical is None else round(passage.lexical, 4),
        entity=passage.entity,
        heading=list(passage.heading),
        place=passage.place,
        dated=passage.dated,
        collection=passage.collection,
        stale=passage.stale,
        used=used,
    )


def _verdict(verdict: Verdict) -> VerdictShape:
    action: Literal["allow", "warn", "mask", "block"] = verdict.action.value
    return VerdictShape(
        action=action,
        findings=[
            FindingShape(
                check=finding.check,
                action=finding.action.value,
                reason=finding.reason,
                start=finding.start,
                end=finding.end,
            )
            for finding in verdict.findings
        ],
    )


def _sentence(one: JudgedSentence) -> SentenceShape:
    return SentenceShape(
        text=one.text,
        citations=list(one.citations),
        support=one.support,
        score=one.score,
        reasons=list(one.reasons),
    )


def _conflicts(turn: Turn) -> list[ConflictShape]:
    return [
        ConflictShape(
            what=f'"{one.preferred.text}" or "{one.other.text}"',
            preferred=one.preferred.passage,
            other=one.other.passage,
            preferred_text=one.preferred.text,
            other_text=one.other.text,
            reason=one.reason,
        )
        for one in turn.conflicts
    ]


def _quote(turn: Turn) -> QuoteShape | None:
    if not turn.quotes:
        return None
    return QuoteShape(text=turn.quotes[0].text, citation=turn.quotes[0].passage)


def _model(turn: Turn) -> ModelShape | None:
    if turn.model is None:
        return None
    return ModelShape(
        name=turn.model.name,
        sha256=turn.model.sha256,
        backend=turn.model.backend,
        layers=turn.model.layers,
        offloaded=turn.model.offloaded,
    )


def _tokens(turn: Turn) -> TokensShape:
    usage = turn.usage
    if usage is None:
        return TokensShape(prompt=0, reused=0, evaluated=0, generated=0, per_second=0.0)
    speed = usage.generated_tokens / usage.decode_seconds if usage.decode_seconds > 0 else 0.0
    return TokensShape(
        prompt=usage.prompt_tokens,
        reused=usage.reused_tokens,
        evaluated=usage.prompt_tokens - usage.reused_tokens,
        generated=usage.generated_tokens,
        per_second=round(speed, 2),
    )


def _timings(turn: Turn) -> dict[str, float]:
    timings = {stage: round(seconds * 1000, 2) for stage, seconds in turn.seconds}
    before = 0.0
    for stage, seconds in turn.seconds:
        if stage == "write_answer":
            break
        before += seconds
    if turn.first_token_seconds is not None:
        timings["first_token"] = round((before + turn.first_token_seconds) * 1000, 2)
    timings["total"] = round(sum(seconds for _, seconds in turn.seconds) * 1000, 2)
    return timings
