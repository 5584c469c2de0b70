"""Turns a checked answer into what is painted: Markdown with our own marks, and plain text to copy.

Marks are put between two private characters, which are taken out of everything foreign first. So a mark
on the screen is always ours: a model that writes "[1]" cannot forge one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.contract import AskShape, ConflictShape, PassageShape, QuoteShape, SentenceShape
from app.tui.wording import place_of, stale_words, title_of
from safety.terminal import safe_line, safe_text

OPEN, CLOSE = "\ue0f0", "\ue0f1"
CITED, PARTLY, MISSING = "c", "p", "m"
"""First character of a mark: what kind it is."""

NOT_FOUND = "⚠ not found in your documents"

_OURS = str.maketrans("", "", OPEN + CLOSE)
_WRITTEN_MARKER = re.compile(r"[ \t]*\[\d{1,3}\]")
_EMPHASIS = frozenset("*_`")
_CLOSING = re.compile(r"[*_`\"'”’»)]*")
_FENCE = re.compile(r"^[ ]{0,3}(```|~~~)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sources:
    """The passages of one answer: those it cites, numbered from 1, and those only looked at."""

    used: tuple[PassageShape, ...] = field(default=(), repr=False)
    others: tuple[PassageShape, ...] = field(default=(), repr=False)
    sentences: tuple[SentenceShape, ...] = field(default=(), repr=False)
    """What was judged in the answer."""

    quote: QuoteShape | None = field(default=None, repr=False)
    left_out: tuple[SentenceShape, ...] = field(default=(), repr=False)
    """What the model wrote and the answer does not show."""

    free: bool = False
    """Whether the answer was written without looking at documents."""

    @property
    def numbers(self) -> dict[str, int]:
        """Chunk id to the number shown for it."""
        return {passage.id: number for number, passage in enumerate(self.used, 1)}

    def __bool__(self) -> bool:
        return bool(self.used or self.others)


def sources_of(
    passages: Sequence[PassageShape],
    sentences: Sequence[SentenceShape] = (),
    quote: QuoteShape | None = None,
) -> Sources:
    """Used passages in the order in which the answer first cites them, the others as they were found."""
    order = list(dict.fromkeys(chunk for sentence in sentences for chunk in sentence.citations))
    rank = {chunk: place for place, chunk in enumerate(order)}
    used = [passage for passage in passages if passage.used or passage.id in rank]
    used.sort(key=lambda passage: rank.get(passage.id, len(order)))
    others = [passage for passage in passages if not passage.used and passage.id not in rank]
    return Sources(tuple(used), tuple(others), tuple(sentences), quote)


def clean(text: str) -> str:
    """Foreign text, harmless and without characters that only our marks may use."""
    return safe_text(text).translate(_OURS)


def marked(result: AskShape) -> str:
    """The answer as Markdown, each judged sentence followed by its mark."""
    numbers = sources_of(result.passages, result.sentences).numbers
    answer = clean(result.answer)
    out, done, unplaced = [], 0, []
    for sentence in result.sentences:
        mark = _mark(sentence, numbers)
        span = _find(clean(sentence.text), answer, done)
        if span is None:
            unplaced.append((sentence, mark))
            continue
        start, end = span
        end = _CLOSING.match(answer, end).end()  # type: ignore[union-attr]  # it matches the empty string too
        after = _after_written_markers(answer, end)
        said = _WRITTEN_MARKER.sub("", answer[start:end])
        if disagreement := _disagreement(said, sentence, result.conflicts, numbers):
            out += [answer[done:start], disagreement]
            done = after
            continue
        out += [answer[done:start], said]
        if _inside_fence(answer, end):
            unplaced.append((sentence, mark))
        else:
            out.append(mark)
        done = after
    out.append(answer[done:])
    out += [f"\n\n{_quoted(sentence)}{mark}" for sentence, mark in unplaced if mark]
    return "".join(out)


def _disagreement(
    said: str, sentence: SentenceShape, conflicts: Sequence[ConflictShape], numbers: dict[str, int]
) -> str:
    """The two statements below each other, each with its number; empty if the sentence is another one."""
    told = next((one for one in conflicts if _tells_of(said, sentence, one)), None)
    if told is None:
        return ""
    sides = ((told.preferred_text, told.preferred), (told.other_text, told.other))
    marked_sides = [
        f'- "{clean(text)}"' + (f" {OPEN}{CITED}[{numbers[chunk]}]{CLOSE}" if chunk in numbers else "")
        for text, chunk in sides
    ]
    reason = clean(told.reason[:1].upper() + told.reason[1:])
    return "\n".join(["**Your documents disagree:**", "", *marked_sides, "", f"{reason}."])


def _tells_of(said: str, sentence: SentenceShape, conflict: ConflictShape) -> bool:
    words = " ".join(said.split())
    quoted = (" ".join(clean(text).split()) for text in (conflict.preferred_text, conflict.other_text))
    return sentence.citations == [conflict.preferred, conflict.other] and all(
        text and f'"{text}"' in words for text in quoted
    )


def _quoted(sentence: SentenceShape) -> str:
    return f"“{safe_line(sentence.text, 80).translate(_OURS)}”"


def _mark(sentence: SentenceShape, numbers: dict[str, int]) -> str:
    cited = "".join(f"[{numbers[chunk]}]" for chunk in sentence.citations if chunk in numbers)
    if sentence.support == "not_found":
        both = f"{NOT_FOUND} {cited}".rstrip()
        return f" {OPEN}{MISSING}{both}{CLOSE}"
    if sentence.support == "partly":
        return f" {OPEN}{PARTLY}~{cited}{CLOSE}"
    return f" {OPEN}{CITED}{cited}{CLOSE}" if cited else ""


def _find(sentence: str, answer: str, begin: int) -> tuple[int, int] | None:
    # The check of the sentences takes emphasis out, the answer still has it.
    kept = [place for place in range(begin, len(answer)) if answer[place] not in _EMPHASIS]
    words = "".join(sign for sign in sentence if sign not in _EMPHASIS).split()
    pattern = r"\s+".join(map(re.escape, words))
    found = re.search(pattern, "".join(answer[place] for place in kept)) if words else None
    return (kept[found.start()], kept[found.end() - 1] + 1) if found else None


def _after_written_markers(answer: str, end: int) -> int:
    while written := _WRITTEN_MARKER.match(answer, end):
        end = written.end()
    return end


def _inside_fence(answer: str, end: int) -> bool:
    return len(_FENCE.findall(answer, 0, end)) % 2 == 1


def source_line(number: int, passage: PassageShape) -> str:
    """A source with its number, title and place: [1] Travel policy, page 3."""
    return f"[{number}] {origin_line(passage)}"


def origin_line(passage: PassageShape) -> str:
    """Title and place of a passage, and what became of its file: Travel policy, page 3."""
    words = (title_of(passage), place_of(passage), stale_words(passage))
    return ", ".join(word for word in words if word)


def quote_of(result: AskShape) -> tuple[str, str]:
    """The best quoted sentence and its number, or its place if not cited; empty if the answer holds it."""
    quote = result.quote
    if quote is None or result.outcome != "answered" or quote.text in result.answer:
        return "", ""
    numbers = sources_of(result.passages, result.sentences).numbers
    passage = next((each for each in result.passages if each.id == quote.citation), None)
    if passage is None:
        return quote.text, ""
    if quote.citation in numbers:
        return quote.text, f"[{numbers[quote.citation]}]"
    return quote.text, origin_line(passage)


def to_copy(result: AskShape) -> str:
    """Answer with its marks and a list of sources, without a newline at the end."""
    text = marked(result)
    for kind in (CITED, PARTLY, MISSING):
        text = text.replace(OPEN + kind, "")
    text = text.replace(CLOSE, "").strip()
    quoted, origin = quote_of(result)
    if quoted:
        said = origin if origin.startswith("[") or not origin else f"({origin})"
        text = f"“{clean(quoted)}” {said}\n\n{text}"
    sources = sources_of(result.passages, result.sentences)
    lines = [
        f"{source_line(number, passage)} ({safe_line(passage.document, 200)})"
        for number, passage in enumerate(sources.used, 1)
    ]
    return "\n".join([text, "", "Sources:", *lines]) if lines else text
