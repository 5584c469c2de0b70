"""Puts an opened history under the policy of the site, and records that it was opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.administration.last_seen import LastSeen
from app.errors import HistoryLockedError
from app.history.rules import HistoryRules

if TYPE_CHECKING:
    from app.administration.policy import PublishedPolicy
    from app.administration.role import Administration
    from app.history.history import History


def rules_of(policy: PublishedPolicy) -> HistoryRules:
    """What the policy says about histories. Raises NotSignedError, AdminError or SettingsError."""
    said = policy.current().history
    return HistoryRules(
        hold=said.hold,
        export=said.export,
        keyring=said.keyring,
        bin_days=said.bin_days,
        retention_days=said.retention_days,
    )


@contextmanager
def recorded(administration: Administration) -> Iterator[None]:
    """Records a passphrase, code or keyring that did not open the history."""
    try:
        yield
    except HistoryLockedError:
        administration.record("history.refused")
        raise


def govern(history: History, policy: PublishedPolicy, administration: Administration) -> None:
    """Call it with every history that was opened. Where the policy cannot be trusted, it is closed again."""
    try:
        history.core.rules = rules_of(policy)
        history.core.tell = lambda event, number: administration.record(
            event, subject=history.vault_id, counts={"number": number}
        )
    except BaseException:
        history.close()
        raise
    administration.record("history.unlock", subject=history.vault_id)
    older = _refresh(history, LastSeen(administration.locations.last_seen))
    if number := history.incidents + older:
        administration.record("history.incident", subject=history.vault_id, counts={"number": number})


def _refresh(history: History, seen: LastSeen) -> int:
    """Warn of a history that is older than when it was last open; 1 if it is."""
    before, found = seen.of(history.vault_id), history.generation

    def keep(generation: int) -> None:
        seen.remember(history.vault_id, generation)

    history.core.closing = keep
    if trouble := seen.remember(history.vault_id, found):
        history.warn(trouble)
    if found >= before:
        return 0
    history.warn(
        f"This is an older copy of your history: it stands at change {found}, and change {before} was seen "
        "here before. What came in between is not in it. If you did not restore a copy, somebody else did."
    )
    return 1
