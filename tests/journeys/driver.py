"""The program without its window: orders as JSON lines on standard input, what happens as JSON lines out.

Run as `python -m tests.journeys.driver`. The real desk with its real children stands behind it, opened with
INHOUSE_PASSPHRASE_FILE. A piece of the answer is said after the desk announced it, as the window paints it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from threading import Event
from typing import Any

from app.stages.stage import Channel
from app.turn import AnswerPiece, StageStarted, TurnEvent
from app.workers.confine import confine


def main() -> None:
    confine()
    from app.assembly import assemble
    from app.desk import AssembledDesk

    parts = assemble()
    desk = AssembledDesk(parts, os.environ)
    desk.unlock_without_asking()
    desk.warm(lambda loading: say(loading=f"{loading.part} {loading.state} {loading.detail}".strip()))
    say(ready={"engine": parts.engine.pid, "grounding": parts.grounding.pid})
    for line in sys.stdin:
        order = json.loads(line)
        result = desk.ask(order["prompt"], order.get("conversation"), channel_for(order))
        say(result=result.model_dump())
    desk.close()


def channel_for(order: dict[str, Any]) -> Channel:
    """Says what is announced; at the moment `at`, before the line goes on, kills or stops as ordered."""
    stop = Event()
    said: Counter[str] = Counter()

    def announce(event: TurnEvent) -> None:
        if isinstance(event, AnswerPiece):
            say(piece=event.text)
            said["piece"] += 1
            reached = f"piece {said['piece']}"
        elif isinstance(event, StageStarted):
            say(stage=event.stage)
            reached = event.stage
        else:
            return
        if reached == order.get("at"):
            if "kill" in order:
                os.kill(order["kill"], signal.SIGKILL)
            if order.get("stop"):
                stop.set()

    return Channel(announce, stop)


def say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
