"""Conversations as JSON that can be imported again. Pure.

The same conversations always give the same bytes: neither the time of the export nor the vault it came
from is written down. ASCII only, so that no character steers a terminal in which the file is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from app.contract import ExportedConversation
from app.contract.history_transfer import FORMAT

VERSION = 1


def json_of(conversations: Iterable[ExportedConversation]) -> Iterator[str]:
    """The pieces of one file, for as many conversations as there are; one at a time is in memory."""
    yield f'{{\n"format": "{FORMAT}",\n"version": {VERSION},\n"conversations": ['
    between = "\n"
    for conversation in conversations:
        yield between + json.dumps(conversation.model_dump(mode="json"), indent=1)
        between = ",\n"
    yield "\n]\n}\n"
