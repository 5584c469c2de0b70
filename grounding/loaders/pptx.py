"""PowerPoint presentations: each slide under its title, with tables, diagrams, charts and speaker's notes.

A slide is the page of a presentation: `page` is its number and `place` says it in words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError, FileUnreadableError
from grounding.loaders.drawn_text import Drawn, attached_texts, texts_of
from grounding.loaders.limits import LIMITS
from grounding.loaders.office import refuse_compound, stated_by

_MOST_SLIDES = 5_000
_MOST_LISTED = 12


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text with slides. Raises FileRefusedError if protected, and whatever python-pptx raises."""
    refuse_compound(data, ending="pptx")
    import pptx

    presentation = pptx.Presentation(BytesIO(data))
    if len(presentation.slides) > _MOST_SLIDES:
        raise FileUnreadableError(
            f"It has more than {_MOST_SLIDES:,} slides.", "Split it into several files and add those."
        )
    reader = _Reader()
    for number, slide in enumerate(presentation.slides, start=1):
        reader.read(number, slide)
    if not reader.blocks:
        raise FileEmptyError(
            f"{_count(len(presentation.slides), 'slide')} without text, only pictures perhaps.",
            "Add a presentation with text in it.",
        )
    stated = stated_by(data)
    return LoadedDocument(
        title=stated.title,
        kind="pptx",
        blocks=tuple(reader.blocks),
        pages=len(presentation.slides),
        dated=stated.dated,
        warnings=reader.warnings(),
    )


@dataclass(slots=True)
class _Reader:
    """Turns slides into blocks."""

    blocks: list[Block] = field(default_factory=list)
    _characters: int = 0
    _empty: list[int] = field(default_factory=list)
    _hidden: list[int] = field(default_factory=list)
    _hides_shapes: bool = False

    def read(self, number: int, slide: Any) -> None:
        drawn = texts_of(slide.element)
        self._hides_shapes = self._hides_shapes or drawn.hides
        place = f"slide {number}"
        heading = (drawn.title,) if drawn.title else ()
        before = len(self.blocks)
        for text in (*drawn.texts, *attached_texts(slide.part)):
            self._add(Block(text=text, heading=heading, page=number, place=place))
        for text in _notes(slide).texts:
            self._add(Block(text=text, heading=heading, page=number, place=f"{place}, notes"))
        if len(self.blocks) == before:
            self._empty.append(number)
        elif slide.element.get("show") in {"0", "false"}:
            self._hidden.append(number)

    def warnings(self) -> tuple[str, ...]:
        """What a person should know about how it was read."""
        told = []
        if self._hidden:
            told.append(f"Hidden slides were read too: {_listed(self._hidden)}.")
        if self._empty:
            told.append(f"No text on slides: {_listed(self._empty)}.")
        if self._hides_shapes:
            told.append("Hidden shapes were left out.")
        return tuple(told)

    def _add(self, block: Block) -> None:
        self._characters += len(block.text)
        if self._characters > LIMITS.text_characters:
            raise FileUnreadableError(
                f"It holds more than {LIMITS.text_characters:,} characters of text.",
                "Split it into several files and add those.",
            )
        self.blocks.append(block)


def _notes(slide: Any) -> Drawn:
    """The speaker's notes."""
    if not slide.has_notes_slide:
        return Drawn()
    return texts_of(slide.notes_slide.element)


def _listed(numbers: list[int]) -> str:
    more = len(numbers) - _MOST_LISTED
    return ", ".join(map(str, numbers[:_MOST_LISTED])) + (f" and {more:,} more" if more > 0 else "")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
