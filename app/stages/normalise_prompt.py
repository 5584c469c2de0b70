"""Repairs what typing, pasting and encodings do to a prompt; the original stays what is shown and stored."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import Turn

_KEPT = frozenset("\n\t")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class NormalisePrompt:
    """Mojibake repaired (ftfy), compatibility forms folded (NFKC), invisible characters dropped."""

    name: ClassVar[str] = "normalise_prompt"
    needs: ClassVar[frozenset[str]] = frozenset({"prompt"})
    fills: ClassVar[frozenset[str]] = frozenset({"normalised"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `normalised`."""
        del channel
        # Importing ftfy costs 30 ms, which the first paint need not wait for.
        import ftfy

        # ftfy would also turn typographic quotes into straight ones; they may be meant.
        repaired = ftfy.fix_text(turn.prompt, normalization="NFKC", uncurl_quotes=False)
        return replace(turn, normalised="".join(filter(_is_visible, repaired)).strip())


def _is_visible(character: str) -> bool:
    # Joiners belong to the spelling of Persian, Hindi and others.
    return character in _KEPT or character in _JOINERS or unicodedata.category(character) not in _INVISIBLE
