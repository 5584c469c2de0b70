"""Full-text index over conversations, in memory only; it is gone when it is closed.

Promises
    * Nothing of it reaches a disk: the database is `:memory:`, and sorting spills to memory too.
    * No query is a syntax error, whatever was typed.
    * Several threads may search while one puts conversations in.

Not promised
    * That the freed memory is overwritten; Python and the operating system decide about that.
    * Words inside text without blanks between them (Chinese, Japanese, Thai): such a run counts as one word.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from app.contract import HitShape, SearchFilters
from app.contract.history import SearchedPart
from app.history.search_filters import conditions
from app.history.search_query import Term, matching
from app.history.search_snippet import CLOSE, OPEN, Marked, best_of
from safety.terminal import safe_text

_SCHEMA = """
CREATE TABLE conversation (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, archived INTEGER NOT NULL
);
CREATE TABLE tag (conversation INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (conversation, name))
    WITHOUT ROWID;
CREATE TABLE entry (
    number INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, turn TEXT, time TEXT NOT NULL,
    model TEXT NOT NULL, rating TEXT NOT NULL, sources INTEGER NOT NULL
);
CREATE INDEX entry_of ON entry (conversation);
CREATE TABLE collection (entry INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (entry, name)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (
    title, tag, prompt, answer, source, tokenize = "unicode61 remove_diacritics 2"
);
"""
_HEAD: tuple[SearchedPart, ...] = ("title", "tag")
_BODY: tuple[SearchedPart, ...] = ("prompt", "answer", "source")
_PARTS = (*_HEAD, *_BODY)
# What a person wrote says more than what was written for them, and that more than what was quoted.
_WEIGHTS = "8.0, 8.0, 4.0, 2.0, 1.0"


_ALL = "words JOIN entry e ON e.number = words.rowid JOIN conversation c ON c.number = e.conversation"
_MARKS = ", ".join(f"highlight(words, {at}, '{OPEN}', '{CLOSE}')" for at in range(len(_PARTS)))
# Which rows are best is settled before their words are marked, which costs many times more. The "+"
# lets SQLite walk through the finds once; it would look up a prefix again for each row otherwise. No
# text of a person is ever put into these; braces hold conditions of `search_filters` and whole numbers.
_RANKED = (
    f"SELECT e.number, bm25(words, {_WEIGHTS}) AS badness FROM {_ALL}"  # noqa: S608 - see above
    " WHERE words MATCH ? AND {kind}{narrowed}"
    " ORDER BY badness, e.time DESC LIMIT ?"
)
_MARKED = (
    f"SELECT words.rowid, c.id, c.title, e.turn, e.time, {_MARKS} FROM {_ALL}"  # noqa: S608 - see above
    " WHERE words MATCH ? AND +words.rowid IN ({numbers})"
)
_NEWEST = (
    f"SELECT 0, c.id, c.title, e.turn, e.time, '', '', words.prompt, '', '' FROM {_ALL}"  # noqa: S608 - see above
    " WHERE e.turn IS NOT NULL{narrowed} ORDER BY e.time DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedTurn:
    """What is searched of a turn."""

    id: str
    time: str
    """ISO 8601, UTC."""

    prompt: str = field(repr=False)
    answer: str = field(repr=False)
    sources: str = field(default="", repr=False)
    """Names and text of the passages that were shown."""

    model: str = ""
    rating: str = ""
    collections: tuple[str, ...] = ()
    has_sources: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedConversation:
    """What is searched of a conversation."""

    id: str
    title: str = field(repr=False)
    updated: str
    tags: tuple[str, ...] = field(default=(), repr=False)
    archived: bool = False
    turns: tuple[IndexedTurn, ...] = field(default=(), repr=False)


class SearchIndex:
    """One per unlocked history. Every method takes the lock for as long as it works."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._database: sqlite3.Connection | None = None

    def put(self, conversation: IndexedConversation) -> None:
        """Index a conversation, in place of what was known of it."""
        with self._lock:
            database = self._opened()
            with database:
                _remove(database, conversation.id)
                _insert(database, conversation)

    def remove(self, conversation: str) -> None:
        """Forget a conversation; harmless if it is unknown."""
        with self._lock:
            database = self._opened()
            with database:
                _remove(database, conversation)

    def find(self, terms: Sequence[Term], filters: SearchFilters, limit: int) -> list[HitShape]:
        """Best first, newer before older where they are as good; without terms newest first."""
        with self._lock:
            found = _found(self._opened(), terms, filters, limit)
        return [_hit(score, row) for score, row in found]

    def turns(self) -> int:
        """How many turns are in it."""
        with self._lock:
            query = "SELECT count(*) FROM entry WHERE turn IS NOT NULL"
            return int(self._opened().execute(query).fetchone()[0])

    def close(self) -> None:
        """Drop it all; what is put in afterwards begins a new one."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            # The lock serialises the threads.
            self._database = sqlite3.connect(":memory:", check_same_thread=False)
            self._database.execute("PRAGMA temp_store = MEMORY")
            self._database.executescript(_SCHEMA)
        return self._database


def _remove(database: sqlite3.Connection, conversation: str) -> None:
    known = database.execute("SELECT number FROM conversation WHERE id = ?", (conversation,)).fetchone()
    if known is None:
        return
    entries = database.execute("SELECT number FROM entry WHERE conversation = ?", known).fetchall()
    database.executemany("DELETE FROM words WHERE rowid = ?", entries)
    database.executemany("DELETE FROM collection WHERE entry = ?", entries)
    for table in ("entry", "tag"):
        database.execute(f"DELETE FROM {table} WHERE conversation = ?", known)  # noqa: S608 - two fixed names
    database.execute("DELETE FROM conversation WHERE number = ?", known)


def _insert(database: sqlite3.Connection, one: IndexedConversation) -> None:
    title, tags = safe_text(one.title), [safe_text(tag) for tag in dict.fromkeys(one.tags)]
    number = database.execute(
        "INSERT INTO conversation (id, title, archived) VALUES (?, ?, ?)", (one.id, title, one.archived)
    ).lastrowid
    database.executemany(
        "INSERT OR IGNORE INTO tag VALUES (?, ?)", [(number, tag.casefold()) for tag in tags]
    )
    head = (title, " · ".join(tags))
    _insert_entry(database, (number, None, one.updated, "", "", False), (*head, "", "", ""))
    for turn in one.turns:
        about = (number, turn.id, turn.time, turn.model, turn.rating, turn.has_sources)
        body = (safe_text(turn.prompt), safe_text(turn.answer), safe_text(turn.sources))
        entry = _insert_entry(database, about, (*head, *body))
        database.executemany(
            "INSERT OR IGNORE INTO collection VALUES (?, ?)", [(entry, name) for name in turn.collections]
        )


def _insert_entry(database: sqlite3.Connection, about: Iterable[object], words: Iterable[str]) -> int | None:
    entry = database.execute(
        "INSERT INTO entry (conversation, turn, time, model, rating, sources) VALUES (?, ?, ?, ?, ?, ?)",
        tuple(about),
    ).lastrowid
    database.execute(
        "INSERT INTO words (rowid, title, tag, prompt, answer, source) VALUES (?, ?, ?, ?, ?, ?)",
        (entry, *words),
    )
    return entry


_Row = tuple[int, str, str, str | None, str, str, str, str, str, str]


def _found(
    database: sqlite3.Connection, terms: Sequence[Term], filters: SearchFilters, limit: int
) -> list[tuple[float, _Row]]:
    narrowed, values = conditions(filters)
    if not terms:
        newest = database.execute(_NEWEST.format(narrowed=narrowed), (*values, limit))
        return [(0.0, row) for row in newest]
    found: list[tuple[float, _Row]] = []
    for kind, expression in _expressions(terms):
        ranked = _RANKED.format(kind=kind, narrowed=narrowed)
        badness: dict[int, float] = dict(database.execute(ranked, (expression, *values, limit)))
        marked = _MARKED.format(numbers=", ".join(str(number) for number in badness))
        rows = database.execute(marked, (expression,)).fetchall() if badness else []
        found += [(-badness[row[0]], row) for row in rows]
    found.sort(key=lambda one: (one[0], one[1][4]), reverse=True)
    return found[:limit]


def _expressions(terms: Sequence[Term]) -> tuple[tuple[str, str], ...]:
    """A turn is found by what stands in it, the title helping; a conversation by title and tags alone."""
    return (
        ("e.turn IS NOT NULL", matching(terms, anywhere=_PARTS, somewhere=_BODY)),
        ("e.turn IS NULL", matching(terms, anywhere=_HEAD, somewhere=_HEAD)),
    )


def _hit(score: float, row: _Row) -> HitShape:
    _, conversation, title, turn, time, *texts = row
    parts = _HEAD if turn is None else _BODY
    shown = [Marked(part, text) for part, text in zip(_PARTS, texts, strict=True) if part in parts]
    best = best_of(shown)
    return HitShape(
        conversation=conversation,
        title=title,
        turn=turn,
        part=best.part,
        time=time,
        snippet=best.snippet,
        highlights=best.highlights,
        score=score,
    )
