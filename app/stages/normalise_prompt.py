"""Repairs what typing, pasting and encodings do to a prompt; the original stays what is shown and stored."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import ClassVar

from app.errors import UsageError
from app.stages.stage import Channel
from app.turn import Turn

_KEPT = frozenset("\n\t")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = "\u200c\u200d"
_MOST_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class NormalisePrompt:
    """Mojibake repaired (ftfy), compatibility forms folded (NFKC), invisible characters dropped."""

    name: ClassVar[str] = "normalise_prompt"
    needs: ClassVar[frozenset[str]] = frozenset({"prompt"})
    fills: ClassVar[frozenset[str]] = frozenset({"normalised"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `normalised`. Raises UsageError if nothing readable is left."""
        del channel
        text = turn.prompt
        # What an invisible character kept apart can be repaired or composed once that is gone.
        for _ in range(_MOST_ROUNDS):
            before, text = text, _repaired(text)
            if text == before:
                break
        if not text.strip(_JOINERS):
            raise UsageError("The prompt holds nothing that can be read.", "Type a question.")
        return replace(turn, normalised=text)


def _repaired(text: str) -> str:
    # Importing ftfy costs 30 ms, which the first paint need not wait for.
    import ftfy

    # ftfy would also turn typographic quotes into straight ones; they may be meant.
    repaired = ftfy.fix_text(text, normalization="NFKC", uncurl_quotes=False)
    return "".join(filter(_is_visible, repaired)).strip()


def _is_visible(character: str) -> bool:
    # Joiners belong to the spelling of Persian, Hindi and others.
    return character in _KEPT or character in _JOINERS or unicodedata.category(character) not in _INVISIBLE
