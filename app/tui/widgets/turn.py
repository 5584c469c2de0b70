"""One exchange in the transcript: the question, the answer as it grows, and what must be known about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from typing_extensions import override

from app.contract import AskShape, PassageShape, RatingShape, TurnShape
from app.tui.answer_text import Sources, clean, marked, origin_line, quote_of, source_line, sources_of
from app.tui.verdicts import summary
from app.tui.widgets.answer import AnswerMarkdown
from app.tui.wording import Trouble
from safety.terminal import safe_line, safe_text

_LABELS = {
    "not_in_documents": ("Not in your documents", "warning"),
    "refused": ("Refused", "error"),
    "stopped": ("Stopped: this is what was written until then", "warning"),
    "failed": ("Failed", "error"),
    "interrupted": ("Interrupted: Inhouse ended before this answer was complete", "warning"),
}
_FALLBACK = {
    "not_in_documents": "Nothing in your documents answers this question.",
    "stopped": "Nothing had been written yet.",
    "interrupted": "Nothing had been written yet.",
}

_CUT_OFF = frozenset({"interrupted", "stopped", "failed"})
_NOT_SAVED = "⚠ NOT SAVED: this is on the screen only. Ctrl+S saves it again, without asking anew."


@dataclass(frozen=True, slots=True)
class Place:
    """Where an exchange stands in the tree of its conversation."""

    turn: str | None = None
    """None until it is known."""

    parent: str | None = None
    """The exchange that it follows; None for the first."""

    siblings: tuple[str, ...] = ()
    """Exchanges that follow the same one, oldest first, this one included; empty if it is alone."""

    def sibling(self, step: int) -> str | None:
        """The branch before or after this one; None at the end."""
        if self.turn not in self.siblings:
            return None
        place = self.siblings.index(self.turn) + step
        return self.siblings[place] if 0 <= place < len(self.siblings) else None


class TurnView(Vertical):
    """Paints one exchange; told about it piece by piece or all at once."""

    class Chosen(Message):
        """The person wants to see the sources of this exchange."""

        def __init__(self, view: TurnView) -> None:
            super().__init__()
            self.view = view

    def __init__(self, prompt: str, kept: TurnShape | None = None) -> None:
        super().__init__(classes="turn")
        self.prompt = prompt
        self.result: AskShape | None = kept.result if kept else None
        self.sources = Sources()
        self.place = Place(kept.id, kept.parent, tuple(kept.siblings)) if kept else Place()
        self.rating: RatingShape | None = kept.rating if kept else None
        self._notes: list[str] = []
        self._kept = kept
        self._branch = Static("", classes="branch", markup=False)
        self._unsaved = Static(_NOT_SAVED, classes="unsaved", markup=False)
        self._rated = Static("", classes="rated", markup=False)
        self._label = Static("", classes="outcome", markup=False)
        self._working = Static("", classes="working", markup=False)
        self._quote = Static("", classes="quote", markup=False)
        self._answer = AnswerMarkdown()
        self._remarks = Static("", classes="remarks", markup=False)
        self._origins = Static("", classes="origins", markup=False)

    @override
    def compose(self) -> ComposeResult:
        yield Static(Content(clean(self.prompt)), classes="asked")
        yield self._branch
        yield self._unsaved
        yield self._label
        yield self._working
        yield self._quote
        yield self._answer
        yield self._remarks
        yield self._origins
        yield self._rated

    async def on_mount(self) -> None:
        """Parts without content take no room."""
        for part in self.query(Static):
            part.display = part.has_class("asked")
        self._answer.display = False
        self._show_place()
        self.rate(self.rating)
        if self._kept is not None:
            await self._show_kept(self._kept)

    @property
    def can_go_on(self) -> bool:
        """Whether its answer was cut off, so that it can be continued."""
        if self.result is not None:
            return self.result.outcome in {"stopped", "failed"}
        return self._kept is not None and self._kept.state in _CUT_OFF

    def know(self, kept: TurnShape) -> None:
        """Take over where it stands among its siblings, which others may have joined."""
        self.place = Place(kept.id, kept.parent, tuple(kept.siblings))
        self._show_place()

    def rate(self, rating: RatingShape | None) -> None:
        """Show what the person thought of the answer."""
        self.rating = rating
        _fill(self._rated, _rating(rating))

    def mark_unsaved(self, *, unsaved: bool) -> None:
        """Say that what stands here is on the screen only."""
        self._unsaved.display = unsaved

    def _show_place(self) -> None:
        turn, siblings = self.place.turn, self.place.siblings
        number = siblings.index(turn) + 1 if turn in siblings else 0
        said = f"‹ {number}/{len(siblings)} ›" if number and len(siblings) > 1 else ""
        hint = ("  Alt+Left, Alt+Right: the other versions", "$secondary") if said else ""
        _fill(self._branch, Content.assemble((said, "bold $accent"), hint))

    def on_click(self) -> None:
        """A click anywhere in the exchange chooses it."""
        self.post_message(self.Chosen(self))

    def working(self, doing: str) -> None:
        """Say what is going on until the first piece of the answer arrives."""
        if not self._answer.display:
            _fill(self._working, Content(f"{doing}…"))

    def found(self, passages: Sequence[PassageShape]) -> None:
        """The passages that the answer will be written from."""
        self.sources = sources_of(passages)

    def quote(self, text: str, passage: str) -> None:
        """The best sentence of the documents, there before the model writes."""
        every = (*self.sources.used, *self.sources.others)
        shape = next((each for each in every if each.id == passage), None)
        _fill(self._quote, _quoted(text, origin_line(shape) if shape else ""))

    def note(self, text: str) -> None:
        """Something the person must know now; the outcome brings it once more."""
        self._notes.append(text)
        _fill(self._remarks, Content(_list(self._notes)))

    async def add(self, piece: str) -> None:
        """Append a piece of the answer."""
        self._working.display = False
        self._answer.display = True
        await self._answer.add(piece)

    async def finish(self, result: AskShape) -> None:
        """Show the outcome; what was streamed is rendered once more in full."""
        self.result = result
        self._working.display = False
        self.place = replace(self.place, turn=result.turn)
        reasons = _reasons(result)
        self._name_outcome(result.outcome, reasons)
        self.sources = replace(
            sources_of(result.passages, result.sentences, result.quote),
            left_out=tuple(result.left_out),
            free=result.mode == "free",
        )
        text = marked(result).strip() or _FALLBACK.get(result.outcome, "")
        self._answer.display = bool(text)
        await self._answer.complete(text)
        _fill(self._quote, _quoted(*quote_of(result)))
        _fill(self._remarks, Content("" if reasons else _list(_remarks(result))))
        _fill(self._origins, _origins(self.sources, summary(result.sentences)))

    async def fail(self, trouble: Trouble) -> None:
        """Show why there is no answer; what was streamed until then stays."""
        self._working.display = False
        self._name_outcome("failed", [trouble.message, trouble.remedy])
        await self._answer.settle()

    async def _show_kept(self, kept: TurnShape) -> None:
        if kept.result is not None:
            await self.finish(kept.result)
            return
        self._name_outcome("answered" if kept.state == "complete" else kept.state)
        if self.can_go_on:
            _fill(self._remarks, Content("F9 continues this answer from here."))
        text = clean(kept.answer).strip() or _FALLBACK.get(kept.state, "")
        self._answer.display = bool(text)
        await self._answer.complete(text)

    def _name_outcome(self, outcome: str, reasons: Sequence[str] = ()) -> None:
        label, look = _LABELS.get(outcome, ("", ""))
        said = "\n".join(safe_text(reason) for reason in reasons if reason)
        style = f"bold ${look}" if look else ""
        _fill(self._label, Content.assemble((label, style), f"\n{said}" if said else ""))


def _rating(rating: RatingShape | None) -> Content:
    if rating is None:
        return Content("")
    mark = ("✓ rated good", "$success") if rating.rating == "good" else ("✗ rated bad", "$warning")
    reason = safe_line(rating.reason, 300)
    return Content.assemble(mark, (f": {reason}" if reason else "", "$secondary"))


def _fill(part: Static, content: Content) -> None:
    part.update(content)
    part.display = bool(content.plain)


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"• {safe_text(line)}" for line in lines)


def _quoted(text: str, origin: str) -> Content:
    if not text:
        return Content("")
    if origin.startswith("["):
        return Content.assemble(f"“{clean(text)}” ", (clean(origin), "$primary"))
    return Content.assemble(f"“{clean(text)}”", (f"\n{clean(origin)}" if origin else "", "$secondary"))


def _remarks(result: AskShape) -> list[str]:
    """Notices, and what was searched for where that is not what was typed."""
    query = result.query
    searched = "" if result.mode == "free" else query.searched or query.standalone
    if not searched or searched in {query.original.strip(), query.normalised}:
        return list(result.notices)
    return [f"Searched for: {searched} (Ctrl+E to edit)", *result.notices]


def _reasons(result: AskShape) -> list[str]:
    """Why there is no answer; belongs above whatever was written."""
    if result.outcome == "failed":
        return list(result.notices)
    if result.outcome != "refused":
        return []
    verdicts = (result.safety.prompt, result.safety.answer, result.safety.passages)
    blocking = [finding for verdict in verdicts for finding in verdict.findings if finding.action == "block"]
    reasons = [f"{safe_line(finding.reason, 300)} ({safe_line(finding.check, 60)})" for finding in blocking]
    return [*reasons, *result.notices]


def _origins(sources: Sources, checked: str) -> Content:
    parts = [
        Content.styled(source_line(number, passage), "$warning" if passage.stale else "$secondary")
        for number, passage in enumerate(sources.used, 1)
    ]
    if checked:
        parts.append(Content.styled(checked, "$secondary"))
    return Content("\n").join(parts)
