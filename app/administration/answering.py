"""Searching, where an admin signs what may be answered from."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.administration.publishing import KnowledgeSeal
from app.errors import AdminError
from app.workers.remote_grounding import RemoteGrounding

if TYPE_CHECKING:
    from grounding.passages import Principal, Retrieval


class SealedGrounding(RemoteGrounding):
    """Finds nothing in documents that the admin did not sign, however the search is done."""

    def __init__(
        self, configuration: dict[str, Any], *, principal: Principal, log: Path, seal: KnowledgeSeal
    ) -> None:
        super().__init__(configuration, principal=principal, log=log)
        self._seal = seal

    def warm(self) -> None:
        """As `RemoteGrounding.warm`; reads everything that is signed, so that no question waits for it."""
        with suppress(AdminError):  # told with the first question
            self._seal.check()
        super().warm()

    def find(self, query: str, **asked: Any) -> Retrieval:
        """As `RemoteGrounding.find`. Raises NotSignedError, AdminChangedError or AdminError as well."""
        self._seal.check()
        return super().find(query, **asked)
