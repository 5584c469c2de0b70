"""Cuts a document into chunks of a size that the embedder reads whole.

Rules
    * Cuts fall on sentence borders; a sentence is broken, at a clause or word, only if it alone is too long.
    * A chunk stays within one heading's section, unless a section is tiny and its neighbour is a relative.
    * A chunk never holds text of two places (slides, cell ranges, attachments).
    * Nothing is lost and nothing doubled: all chunks together are the text of all blocks, up to white space.
    * The same document, version and tokenizer give the same chunks with the same ids.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil
from operator import attrgetter

from grounding.documents import Block, Chunk, LoadedDocument

_TINY = 40
"""Tokens. A section below this says too little to be found by itself."""

_CONTEXT_CHARACTERS = 120
"""Ceiling for title and headings before a chunk. No tokenizer we use makes more tokens than characters."""

_CHARACTERS_PER_TOKEN = 16
"""WordPiece makes one token of any word over 100 characters; without this, a chunk could be megabytes."""

_BORDER = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+\s++(?=[\"'“‘«(\[]*[^\W_a-zß-öø-ÿ])"  # not before a lower-case letter
    r"|[。！？]+[”’」』）]*\s*"
    r"|\n(?=[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t])"  # the next line is a list item
)
_LAST_WORD = re.compile(r"[\w.]+$")
_CLAUSE = re.compile(r"[;:,–—][\"'”’)\]]*\s+|[，、；：]")
_SPACE = re.compile(r"\s+")

_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        """
        mr mrs ms dr prof st rev hon gen col capt lt sgt jr sr inc ltd co corp plc dept est ave blvd rue
        no nos vol vols ed eds fig figs eq sec sect ch art arts para paras p pp approx ca cf vs viz resp
        incl excl max min avg tel ext ref al jan feb mar apr jun jul aug sep sept oct nov dec
        mon tue wed thu fri sat sun e.g i.e a.m p.m u.s u.k
        bzw evtl ggf nr str abs bd hr fr z.b d.h u.a o.ä vgl av
        """,
    )
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of one that is too long: characters `start` to `end` of its block."""

    block: Block
    start: int
    end: int
    cost: int

    @property
    def blank(self) -> bool:
        return not self.block.text[self.start : self.end].strip()


@dataclass(frozen=True, slots=True)
class _Section:
    """Pieces that may share a chunk, and the heading path that is true of all of them."""

    heading: tuple[str, ...]
    pieces: tuple[_Piece, ...]

    @property
    def place(self) -> str:
        return self.pieces[0].block.place

    @property
    def cost(self) -> int:
        return sum(piece.cost for piece in self.pieces)

    @property
    def is_only_its_heading(self) -> bool:
        return bool(self.heading) and all(p.block.text == self.heading[-1] for p in self.pieces)


def chunk(
    document: LoadedDocument,
    *,
    version: str,
    count_tokens: Callable[[str], int],
    target: int = 220,
    most: int = 250,
) -> tuple[Chunk, ...]:
    """Chunks of about `target` and at most `most` tokens, counted with what `embedding_text` adds.

    `version` names the content (its hash, say) and goes into the ids. `count_tokens` may include special
    tokens; they are counted once a chunk. It is called about once a sentence.
    """
    ruler = _Ruler(count_tokens)
    pieces = [
        _Piece(block, start, end, ruler.cost(block.text[start:end]))
        for block in document.blocks
        for start, end in _sentence_spans(block.text)
    ]
    found: list[Chunk] = []
    for section in _merged(pieces, target):
        context = ruler.cost(_context((document.title, *section.heading))) + ruler.special
        room = max(most - context, most // 3, 1)
        aim = min(max(target - context, room // 2, 1), room)
        parts = [part for piece in section.pieces for part in _divided(piece, ruler, room)]
        for packed in _packed([part for part in parts if not part.blank], aim, room):
            found.append(_chunk(packed, section.heading, version, len(found)))
    return tuple(found)


def embedding_text(title: str, chunk: Chunk) -> str:
    """What is embedded: title and headings first, because a passage alone seldom names its subject."""
    names = (title, *chunk.heading)
    opens_with_last_name = bool(names[-1]) and chunk.text.startswith(names[-1])
    context = _context(names[:-1] if opens_with_last_name else names)
    return f"{context}\n{chunk.text}" if context else chunk.text


def sentences(text: str) -> list[str]:
    """`text` cut into sentences, each with the white space behind it; joined they are `text` again."""
    return [text[start:end] for start, end in _sentence_spans(text)]


class _Ruler:
    """Measures text in tokens without the special ones, which a chunk pays only once."""

    def __init__(self, count_tokens: Callable[[str], int]) -> None:
        self._count = count_tokens
        self.special = count_tokens("")

    def cost(self, text: str) -> int:
        if not text:
            return 0
        return max(1, self._count(text) - self.special, ceil(len(text) / _CHARACTERS_PER_TOKEN))


def _context(names: Sequence[str]) -> str:
    """Title and heading path on one line; if it is too long, the headings in the middle go first."""
    short = [" ".join(name.split()) for name in dict.fromkeys(names) if name.strip()]
    title_and_last = 2
    while len(short) > title_and_last and len(" > ".join(short)) > _CONTEXT_CHARACTERS:
        del short[1]
    line = " > ".join(short)
    if len(line) <= _CONTEXT_CHARACTERS:
        return line
    share = _CONTEXT_CHARACTERS // len(short) - len(" > ")
    return " > ".join(name[:share].rstrip() for name in short)


def _divided(piece: _Piece, ruler: _Ruler, room: int) -> Iterator[_Piece]:
    """The piece, or parts of it if it alone is over `room` tokens."""
    waiting = [piece]
    while waiting:
        part = waiting.pop()
        if part.cost <= room or part.end - part.start <= 1:
            yield part
            continue
        borders = _even_borders(part, ceil(part.cost / room) + 1)
        cut = [
            _Piece(part.block, start, end, ruler.cost(part.block.text[start:end]))
            for start, end in pairwise(borders)
        ]
        waiting += reversed(cut)


def _even_borders(piece: _Piece, parts: int) -> list[int]:
    """Borders of about `parts` even parts, each moved back to a clause or a word border if one is near."""
    step = max(1, (piece.end - piece.start) // parts)
    borders = [piece.start]
    while borders[-1] + step < piece.end:
        last = borders[-1] + step
        first = last - step // 2
        window = piece.block.text[first:last]
        near = [*_CLAUSE.finditer(window)] or [*_SPACE.finditer(window)]
        borders.append(first + near[-1].end() if near else last)
    return [*borders, piece.end]


def _sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for border in _BORDER.finditer(text):
        if not _abbreviates(text, border):
            yield start, border.end()
            start = border.end()
    if start < len(text):
        yield start, len(text)


def _abbreviates(text: str, border: re.Match[str]) -> bool:
    """Whether the full stop belongs to a word: "Dr.", "e.g.", or the initial of a name."""
    if not border[0].startswith(".") or border[0].startswith(".."):
        return False
    word = _LAST_WORD.search(text, max(0, border.start() - 20), border.start())
    if word is None:
        return False
    is_initial = len(word[0]) == 1 and word[0].isalpha() and word[0].isupper()
    return is_initial or word[0].lower() in _ABBREVIATIONS


def _merged(pieces: Sequence[_Piece], target: int) -> Iterator[_Section]:
    """Sections in order, tiny ones joined with the relative that follows them."""
    held: _Section | None = None
    for (heading, _), own in groupby(pieces, key=attrgetter("block.heading", "block.place")):
        section = _Section(heading, tuple(own))
        joined = held and _joined(held, section, target)
        if held and not joined:
            yield held
        held = joined or section
    if held:
        yield held


def _joined(first: _Section, second: _Section, target: int) -> _Section | None:
    """Both as one section, or None if they should stay apart."""
    if first.place != second.place:
        return None
    pieces = first.pieces + second.pieces
    if first.is_only_its_heading and second.heading[: len(first.heading)] == first.heading:
        return _Section(second.heading, pieces)
    shorter, longer = sorted((first.heading, second.heading), key=len)
    are_siblings = len(shorter) == len(longer) > 0 and shorter[:-1] == longer[:-1]
    are_parent_and_child = len(longer) == len(shorter) + 1 and longer[: len(shorter)] == shorter and shorter
    if not (are_siblings or are_parent_and_child):
        return None
    if min(first.cost, second.cost) >= _TINY or first.cost + second.cost > target:
        return None
    return _Section(shorter[:-1] if are_siblings else shorter, pieces)


def _packed(pieces: Sequence[_Piece], aim: int, room: int) -> Iterator[list[_Piece]]:
    """Runs of pieces of about even size: a short rest at the end would be found by nobody."""
    left = sum(piece.cost for piece in pieces)
    held: list[_Piece] = []
    cost = 0
    even = left / max(1, ceil(left / aim))
    for piece in pieces:
        is_full = cost + piece.cost > room or cost + piece.cost / 2 > even
        is_good_border = bool(held) and held[-1].block is not piece.block and cost >= even * 0.85
        if held and (is_full or is_good_border):
            yield held
            left -= cost
            even = left / max(1, ceil(left / aim))
            held, cost = [], 0
        held.append(piece)
        cost += piece.cost
    if held:
        yield held


def _chunk(pieces: Sequence[_Piece], heading: tuple[str, ...], version: str, ordinal: int) -> Chunk:
    runs = [list(run) for _, run in groupby(pieces, key=lambda piece: id(piece.block))]
    text = "\n".join(run[0].block.text[run[0].start : run[-1].end].strip() for run in runs)
    lines = [line for piece in (pieces[0], pieces[-1]) for line in _lines(piece) if line is not None]
    return Chunk(
        id=hashlib.sha256(f"{version}\0{ordinal}\0{text}".encode()).hexdigest()[:32],
        ordinal=ordinal,
        text=text,
        heading=heading,
        page=pieces[0].block.page,
        line_start=min(lines, default=None),
        line_end=max(lines, default=None),
        place=pieces[0].block.place,
    )


def _lines(piece: _Piece) -> tuple[int | None, int | None]:
    """First and last line: of the piece where the block keeps its line breaks, else of the block."""
    block = piece.block
    if block.line_start is None or block.line_end is None:
        return block.line_start, block.line_end
    if block.text.count("\n") != block.line_end - block.line_start:
        return block.line_start, block.line_end
    last = piece.start + len(block.text[piece.start : piece.end].rstrip())
    first = block.line_start + block.text.count("\n", 0, piece.start)
    return first, max(first, block.line_start + block.text.count("\n", 0, last))
