"""What a person typed into the search, as a full-text query that cannot be malformed. Pure.

Words must all occur; `contr*` stands for every word that begins so; `"sick leave"` for words side by
side. Nothing else is syntax: every term reaches SQLite inside quotation marks, so that no operator,
column name or bracket of the query language of FTS5 (https://www.sqlite.org/fts5.html, section 3) can be
typed, on purpose or by accident.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.errors import UsageError
from safety.terminal import safe_text

QUERY_LIMIT = 1_000
"""Characters."""

MOST_TERMS = 32

# A quotation mark that is never closed opens a phrase up to the end: a person is still typing it.
_TERM = re.compile(r'["“”„]([^"“”„]*)(?:["“”„](\*?)|$)|([^\s"“”„]+)')


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase that must occur."""

    text: str = field(repr=False)
    prefix: bool = False
    """Whether longer words than the last one match too."""

    def quoted(self) -> str:
        """As FTS5 reads it."""
        return '"' + self.text.replace('"', '""') + '"' + (" *" if self.prefix else "")


def terms_of(query: str) -> tuple[Term, ...]:
    """The terms in their order; none for a query without a letter or digit.

    Raises UsageError for more than 1,000 characters or 32 terms.
    """
    if len(query) > QUERY_LIMIT:
        raise UsageError(
            f"The search has {len(query)} characters; the limit is {QUERY_LIMIT}.", "Search for fewer words."
        )
    found = [_term(match) for match in _TERM.finditer(safe_text(unicodedata.normalize("NFC", query)))]
    terms = tuple(dict.fromkeys(term for term in found if _has_a_word(term.text)))
    if len(terms) > MOST_TERMS:
        raise UsageError(
            f"The search has {len(terms)} terms; the limit is {MOST_TERMS}.", "Search for fewer words."
        )
    return terms


def matching(terms: Sequence[Term], *, anywhere: Sequence[str], somewhere: Sequence[str]) -> str:
    """An FTS5 expression: all terms in the columns `anywhere`, at least one of them in `somewhere`."""
    everything = " AND ".join(term.quoted() for term in terms)
    anything = " OR ".join(term.quoted() for term in terms)
    return f"({_columns(anywhere)}: ({everything})) AND ({_columns(somewhere)}: ({anything}))"


def _term(match: re.Match[str]) -> Term:
    phrase, star, word = match.groups()
    if word is None:
        return Term(phrase.strip(), prefix=bool(star))
    return Term(word.rstrip("*"), prefix=word.endswith("*"))


def _has_a_word(text: str) -> bool:
    """Letters, digits and private characters are what the tokenizer unicode61 makes words of."""
    return any(unicodedata.category(character)[0] in "LN" for character in text)


def _columns(names: Sequence[str]) -> str:
    return "{" + " ".join(names) + "}"
