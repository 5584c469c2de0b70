"""Conversations with everything that can be kept of one, for search, export and import."""

from __future__ import annotations

import json

from app.history.history import History
from app.history.importing.results import result_of

HOSTILE = "<script>alert(1)</script> ![x](http://evil.example/x.png) \x1b[31m\u202e"
PASSAGE = {
    "id": "chunk-7",
    "document": "hr/leave.md",
    "title": "Leave policy",
    "page": None,
    "line_start": 3,
    "line_end": 5,
    "text": f"Sick pay lasts six weeks. {HOSTILE}",
    "score": 1.0,
    "dense": None,
    "lexical": 2.0,
    "used": True,
}
SENTENCES = [
    {"text": "Sick pay lasts six weeks.", "citations": ["chunk-7"], "support": "supported"},
    {"text": "It is doubled in May.", "citations": [], "support": "not_found"},
    {"text": "Apply by post.", "citations": ["chunk-7"], "support": "partly"},
    {"text": "Reworded afterwards.", "citations": [], "support": "not_found"},
]
ANSWER = "Sick pay lasts six weeks. It is doubled in May. Apply by post."


def result(answer: str = ANSWER) -> str:
    """A sealed result with a passage and verdicts."""
    told = json.loads(result_of("nobody", "q", answer, "small")) | {
        "notices": ["One passage is old."],
        "passages": [PASSAGE],
        "sentences": SENTENCES,
        "timings_ms": {"total": 1500.0},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def tell(history: History) -> str:
    """A conversation with branches, a rating, tags and an answer that was cut off; its id."""
    first = history.begin_turn(None, f"How long is sick pay? {HOSTILE}")
    history.append(first.turn, "Sick pay lasts")
    history.finish(first.turn, result(), state="complete")
    second = history.begin_turn(first.conversation, "And in Zürich?")
    history.append(second.turn, "The same applies th")
    other = history.begin_turn(first.conversation, "And in Rome?", after=first.turn)
    history.append(other.turn, "None.")
    history.finish(other.turn, result("None."), state="stopped")
    history.rate(first.conversation, first.turn, "bad", "May is wrong")
    history.shelf.tag(first.conversation, ["Health", "pay"])
    history.shelf.pin(first.conversation, pinned=True)
    history.choose_branch(first.conversation, second.turn)
    return first.conversation
