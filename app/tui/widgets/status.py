"""The line of facts above the keys: what runs, on what, how full, how fast, how fresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from app.contract import AskShape
from app.tui.desk import Loading, Status
from app.tui.wording import age, count, mode_label
from app.turn import Mode
from safety.terminal import safe_line

_LOADING = {"model": "loading the model…", "documents": "reading the documents' index…"}
_FAILED = {"model": "no model", "documents": "no search"}
_GAP = " · "


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the line can say; whatever is empty is left out."""

    status: Status = field(default_factory=Status)
    loading: dict[str, Loading] = field(default_factory=dict)
    stage: str = ""
    """What is being done for the person, in words."""

    seconds: int = 0
    job: str = ""
    """Something else that runs, such as documents being added."""

    editing: str = ""
    """That the question box holds an earlier question, and what Enter does with it."""

    lock: str = ""
    """Why the window does not lock although nobody is there."""

    tokens_used: int = 0
    context: int = 0
    per_second: float = 0.0
    unsaved: bool = False
    mode: Mode | None = None
    """Chosen for this conversation; None is the way of the settings."""


class StatusLine(Static):
    """Paints `Facts`, most urgent first, on one row or two."""

    facts: reactive[Facts] = reactive(Facts(), layout=True)
    now: reactive[datetime | None] = reactive(None)

    def __init__(self, loading: Mapping[str, Loading]) -> None:
        super().__init__("", id="status", markup=False)
        self.set_reactive(StatusLine.facts, Facts(loading=dict(loading)))

    def change(self, **changes: Any) -> None:
        """Replace some of the facts."""
        self.facts = replace(self.facts, **changes)

    def heard(self, loading: Loading) -> None:
        """Take note of a part that loads, is ready or failed."""
        self.change(loading={**self.facts.loading, loading.part: loading})

    def answered(self, result: AskShape) -> None:
        """Take over the figures of a finished turn; without the model the last ones stay."""
        budget = result.budget
        if not budget.context:
            return
        used = budget.system + budget.documents + budget.history + budget.prompt + result.tokens.generated
        self.change(tokens_used=used, context=budget.context, per_second=result.tokens.per_second)

    def render(self) -> RenderResult:
        """Segments packed into rows; one is never broken in the middle unless it is longer than a row."""
        segments = [segment for segment in _segments(self.facts, self.now) if segment.plain]
        return Content("\n").join(_packed(segments, max(self.size.width, self.container_size.width) - 2))


def _packed(segments: list[Content], width: int) -> list[Content]:
    rows: list[Content] = []
    for segment in segments:
        if rows and rows[-1].cell_length + len(_GAP) + segment.cell_length <= width:
            rows[-1] = Content(_GAP).join([rows[-1], segment])
        else:
            rows.append(segment)
    return rows


def _segments(facts: Facts, now: datetime | None) -> list[Content]:
    status = facts.status
    return [
        Content.styled("NOT SAVED" if facts.unsaved else "", "bold $error"),
        Content.styled(mode_label(facts.mode or status.mode), "bold $warning"),
        Content.styled(f"{facts.stage} {facts.seconds} s" if facts.stage else "", "$accent"),
        Content.styled(facts.editing, "bold $accent"),
        Content.styled(facts.job, "$accent"),
        Content.styled(facts.lock, "$warning"),
        Content.styled(
            f"admin for {status.admin_minutes} min" if status.admin_minutes else "", "bold $accent"
        ),
        Content.styled(safe_line(status.rules.trouble, 200), "bold $error"),
        *_loading(facts.loading),
        Content(safe_line(status.model, 60)),
        Content(safe_line(status.device, 80)),
        Content(f"{facts.per_second:.1f} tokens/s" if facts.per_second else ""),
        Content(_context(facts)),
        Content(_documents(status, now)),
        Content.styled(safe_line(status.index_notice, 160), "$warning"),
    ]


def _loading(parts: dict[str, Loading]) -> list[Content]:
    pending = " · ".join(_LOADING[part] for part, now in parts.items() if now.state == "loading")
    failed = [
        Content.styled(f"{_FAILED[part]}: {safe_line(now.detail, 160)}".rstrip(": "), "bold $error")
        for part, now in parts.items()
        if now.state == "failed"
    ]
    return [*failed, Content.styled(pending, "$accent")]


def _context(facts: Facts) -> str:
    context = facts.context or facts.status.context
    if not context:
        return ""
    if not facts.tokens_used:
        return f"context {context:,}"
    return f"context {facts.tokens_used:,}/{context:,} ({100 * facts.tokens_used / context:.0f} %)"


def _documents(status: Status, now: datetime | None) -> str:
    if not status.documents:
        return "no documents"
    updated = age(status.updated, now) if now else ""
    generation = f", generation {status.generation:,}" if status.generation else ""
    return count(status.documents, "document") + (f", updated {updated}" if updated else "") + generation
