"""Which conversation of an export or of another program one was imported from. Pure.

The id stands in the first record, so that it comes and goes together with what was imported.
"""

from __future__ import annotations

import json
from collections.abc import Sequence


def with_origin(record: bytes, conversation: str) -> bytes:
    """A first record that says where its conversation came from."""
    said = json.loads(record)
    return json.dumps(said | {"origin": conversation}, separators=(",", ":")).encode()


def origin_of(records: Sequence[bytes | None]) -> str | None:
    """The id it had; None for a conversation that began here, or where the first record does not open."""
    if not records or records[0] is None:
        return None
    origin = json.loads(records[0]).get("origin")
    return origin if isinstance(origin, str) else None
