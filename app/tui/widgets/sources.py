"""The passages of one answer: those it cites, those only looked at, and the text of the chosen one.

In the text, the sentences that the answer rests on are highlighted. A last entry gives the verdict on each
sentence of the answer, with the reasons.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from app.contract import PassageShape
from app.tui.answer_text import Sources, clean
from app.tui.pointing import flowing, pointed_at
from app.tui.verdicts import doubtful, offer, verdicts
from app.tui.wording import place_of, scores_of, short_place_of, stale_words, title_of
from safety.terminal import safe_line

_CHECK = "check"
_FREE = "This answer was written freely: no documents were looked at."
_POINTED = "bold on $primary 20%"
_ABOVE = 2
"""Rows of the passage that stay visible above what is pointed at."""


class SourcesPane(Vertical):
    """A list above, the highlighted passage in full below."""

    def __init__(self) -> None:
        super().__init__(id="sources")
        self._passages: list[PassageShape] = []
        self._sources = Sources()
        self._text, self._begin = Content(""), 0
        self._choice = OptionList(id="source-list", markup=False, compact=True)
        self._detail = Static("", id="source-text", markup=False)

    @override
    def compose(self) -> ComposeResult:
        yield Static("Sources", classes="pane-title")
        yield self._choice
        with VerticalScroll(id="source-scroll"):
            yield self._detail

    def show(self, sources: Sources) -> None:
        """List the passages of another answer."""
        self._choice.clear_options()
        self._sources = sources
        self._passages = [*sources.used, *sources.others]
        options: list[Option] = []
        for place, passage in enumerate(sources.used):
            options.append(Option(_entry(f"[{place + 1}] ", passage, strong=True), id=f"source-{place}"))
        if sources.others:
            options.append(
                Option(
                    Content.styled("Also looked at" if sources.used else "Looked at", "$secondary italic"),
                    disabled=True,
                )
            )
        for place, passage in enumerate(sources.others, len(sources.used)):
            options.append(Option(_entry(" ·  ", passage, strong=False), id=f"source-{place}"))
        if sources.sentences or sources.left_out:
            look = "$warning" if doubtful(sources.sentences) else "$secondary"
            said = offer(sources.sentences, len(sources.left_out))
            options.append(Option(Content.styled(said, look), id=_CHECK))
        self._choice.add_options(options)
        self._choice.display = bool(options)
        if self._passages:
            self._choice.highlighted = self._choice.get_option_index("source-0")
        elif options:
            self._choice.highlighted = 0
        else:
            self._detail.update(_FREE if sources.free else "Nothing to show yet: ask a question.")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the passage under the cursor."""
        event.stop()
        if event.option_id == _CHECK:
            told = self._sources
            self._show_text(verdicts(told.sentences, told.numbers, told.left_out), 0)
        elif event.option_id is not None:
            passage = self._passages[int(event.option_id.removeprefix("source-"))]
            self._show_text(*_detail(passage, self._sources))

    def _show_text(self, text: Content, begin: int) -> None:
        """Paint `text` and scroll so far that what stands at `begin` is seen."""
        self._detail.update(text)
        self._text, self._begin = text, begin
        self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        width = max(self._detail.size.width, 1)
        row = len(self._text[: self._begin].wrap(width)) - 1 if self._begin else 0
        scroll = self.query_one("#source-scroll")
        fits = row < scroll.size.height // 2
        scroll.scroll_to(y=0 if fits else row - _ABOVE, animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter goes into the passage, so that it can be scrolled."""
        event.stop()
        self.query_one("#source-scroll").focus()

    def take_focus(self) -> None:
        """Put the keyboard on the list, or on the text when there is no list."""
        # A pane that was hidden when its text came had no width to measure it by.
        self.call_after_refresh(self._reveal)
        self.screen.set_focus(self._choice if self._choice.display else self.query_one("#source-scroll"))


def _entry(mark: str, passage: PassageShape, *, strong: bool) -> Content:
    # The place comes first: several passages of one document differ in nothing else.
    return Content.assemble(
        (mark, "$primary" if strong else "$secondary"),
        (f"{short_place_of(passage):<10} ", "$secondary"),
        ("⚠ " if passage.stale else "", "bold $warning"),
        (title_of(passage), "" if strong else "$secondary"),
    )


def _detail(passage: PassageShape, sources: Sources) -> tuple[Content, int]:
    """A passage in full, and where in it stands what the answer rests on; 0 if nothing does."""
    heads = [head for head in passage.heading if head.strip() != passage.title.strip()]
    heading = safe_line(" › ".join(heads), 120)
    dated = f"dated {safe_line(passage.dated, 10)}" if passage.dated else ""
    where = " · ".join(part for part in (heading, place_of(passage), dated) if part)
    lines = [
        Content.styled(title_of(passage), "bold"),
        Content.styled(safe_line(passage.document, 200), "$secondary"),
    ]
    if where:
        lines.append(Content.styled(where, "$secondary"))
    if passage.stale:
        lines.append(Content.styled(stale_words(passage), "bold $warning"))
    head = Content("\n").join([*lines, Content(""), Content("")])
    text, begin = _pointed(passage, sources)
    scores = Content.styled(scores_of(passage), "$secondary")
    whole = Content("").join([head, text, Content("\n\n"), scores])
    return whole, len(head.plain) + begin if begin else 0


def _pointed(passage: PassageShape, sources: Sources) -> tuple[Content, int]:
    text = flowing(clean(passage.text))
    quote = sources.quote
    quoted = quote.text if quote is not None and quote.citation == passage.id else ""
    citing = [sentence for sentence in sources.sentences if passage.id in sentence.citations]
    spans = pointed_at(text, clean(quoted), citing)
    content = Content(text)
    for start, end in spans:
        content = content.stylize(_POINTED, start, end)
    return content, spans[0][0] if spans else 0
