"""What is done by itself once a day: emptying the bin, erasing what is old; both off by default."""

from __future__ import annotations

from dataclasses import dataclass

from app.history.choices import Choices
from app.history.core import Core
from app.history.erasing import Erased, Erasing


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was destroyed by itself."""

    out_of_bin: Erased
    over: Erased

    @property
    def words(self) -> str:
        """For the person; empty if nothing was destroyed."""
        said = [
            f"{one.conversations} {why}"
            for one, why in ((self.out_of_bin, "from the bin"), (self.over, "whose time was over"))
            if one.conversations
        ]
        return f"Conversations erased: {', '.join(said)}." if said else ""


def tidy(core: Core) -> Tidied:
    """Call it after unlocking and once a day. Nothing happens while a hold is on.

    Of the site's retention and the person's own, the shorter one holds.
    """
    rules = core.rules
    chosen = Choices(core).retention_days
    days = min((one for one in (rules.retention_days, chosen or 0) if one > 0), default=0)
    erasing = Erasing(core)
    return Tidied(
        erasing.empty_bin(rules.bin_days) if rules.bin_days > 0 else Erased(),
        erasing.retire(days) if days else Erased(),
    )
