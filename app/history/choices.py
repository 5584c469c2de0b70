"""What the person chose about the history as a whole, sealed in it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.errors import UsageError
from app.history.core import Core

MOST_DAYS = 36_500
SEARCHES, SEARCH_LIMIT = 30, 300
"""Searches that are remembered, and characters of one."""

_CONSENT, _HOLD, _RETENTION = "consent", "hold", "retention"
_REMEMBER, _SEARCHES = "remember searches", "searches"
_ON = b"on"


@dataclass(frozen=True, slots=True)
class Choices:
    """Each is off until it is switched on, except that searches are remembered."""

    core: Core

    @property
    def consent(self) -> bool:
        """Whether conversations may be used as training or evaluation data."""
        return self._is_on(_CONSENT)

    def put_consent(self, *, on: bool) -> None:
        """Allow or forbid that."""
        self._switch(_CONSENT, on=on)

    @property
    def hold(self) -> bool:
        """Whether nothing may be destroyed for the time being, by the person's word or the site's policy."""
        return self.core.rules.hold or self._is_on(_HOLD)

    def put_hold(self, *, on: bool) -> None:
        """Begin or end that time."""
        self._switch(_HOLD, on=on)
        self.core.tell("history.hold", int(on))

    @property
    def retention_days(self) -> int | None:
        """After how many days without a new turn a conversation is erased; None: never."""
        with self.core.at_work() as vault:
            stored = vault.setting(_RETENTION)
        return None if stored is None else int(stored)

    def put_retention_days(self, days: int | None) -> None:
        """1 to 36,500 days, or None for never. Raises UsageError."""
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise UsageError(f"A retention has 1 to {MOST_DAYS} days.", "Give a number in between, or off.")
        with self.core.at_work() as vault:
            vault.put_setting(_RETENTION, None if days is None else str(days).encode())

    @property
    def remembers_searches(self) -> bool:
        """Whether searches in the history are remembered."""
        return not self._is_on(_REMEMBER)

    def put_remembers_searches(self, *, on: bool) -> None:
        """Remember them, or forget them and remember none."""
        with self.core.at_work() as vault:
            self._switch(_REMEMBER, on=not on)
            if not on:
                vault.put_setting(_SEARCHES, None)

    def searches(self) -> list[str]:
        """What was searched for, newest first."""
        with self.core.at_work() as vault:
            stored = vault.setting(_SEARCHES)
        return [] if stored is None else [str(query) for query in json.loads(stored)]

    def remember_search(self, query: str) -> None:
        """Put it in front of the others, if they are remembered."""
        wanted = " ".join(query.split())[:SEARCH_LIMIT]
        with self.core.at_work() as vault:
            if not wanted or not self.remembers_searches:
                return
            kept = [wanted, *(one for one in self.searches() if one != wanted)][:SEARCHES]
            vault.put_setting(_SEARCHES, json.dumps(kept).encode())

    def forget_searches(self) -> None:
        """Forget those there are."""
        with self.core.at_work() as vault:
            vault.put_setting(_SEARCHES, None)

    def _is_on(self, name: str) -> bool:
        with self.core.at_work() as vault:
            return vault.setting(name) == _ON

    def _switch(self, name: str, *, on: bool) -> None:
        with self.core.at_work() as vault:
            vault.put_setting(name, _ON if on else None)
