"""What was typed and not sent, sealed."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import UsageError
from app.history.core import Core, id_of
from app.vault.errors import RecordUnreadableError

DRAFT_LIMIT = 200_000
"""Characters; four times the longest prompt."""

_NEW = "draft"


@dataclass(frozen=True, slots=True)
class Drafts:
    """One per conversation, and one for a new one."""

    core: Core

    def draft(self, conversation: str | None) -> str:
        """What was typed there; empty if nothing."""
        with self.core.at_work() as vault:
            return (vault.setting(_name(conversation)) or b"").decode("utf-8", "surrogatepass")

    def keep(self, conversation: str | None, text: str) -> None:
        """Seal it in place of what was there; an empty text forgets it. Raises UsageError if too long."""
        if len(text) > DRAFT_LIMIT:
            raise UsageError(
                f"A draft has at most {DRAFT_LIMIT} characters.",
                "Put long text into a document and add it with `inhouse docs add`.",
            )
        with self.core.at_work() as vault:
            name, kept = _name(conversation), text.encode("utf-8", "surrogatepass") or None
            if conversation is not None:
                vault.summary(id_of(conversation))  # refuses a conversation that is not there
            if vault.setting(name) != kept:
                vault.put_setting(name, kept)

    def forget(self, conversation: bytes) -> None:
        """Before its conversation is erased; inside `at_work`."""
        name = _name(conversation.hex())
        try:
            is_there = self.core.vault.setting(name) is not None
        except RecordUnreadableError:
            is_there = True
        if is_there:
            self.core.vault.put_setting(name, None)

    def forget_all(self) -> None:
        """Those too whose conversation does not open; inside `at_work`."""
        settings, _ = self.core.vault.settings()
        for name in settings:
            if name == _NEW or name.startswith(f"{_NEW} "):
                self.core.vault.put_setting(name, None)


def _name(conversation: str | None) -> str:
    return _NEW if conversation is None else f"{_NEW} {id_of(conversation).hex()}"
