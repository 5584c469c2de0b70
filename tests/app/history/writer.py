"""Writes turns until it is killed; says on standard output what is safe, after it is safe.

Run as `python -m tests.app.history.writer FOLDER PHRASE SEED`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from tests.app.history.rings import opened


def main() -> None:
    folder, phrase, seed = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    chance = Random(seed)
    history = opened(folder)
    conversation = None
    for number in range(10_000):
        handle = history.begin_turn(conversation, f"{phrase} asks {seed}.{number}")
        say("prompt", handle.conversation, handle.turn, f"{seed}.{number}")
        for piece in range(chance.randrange(1, 8)):
            history.append(handle.turn, f"{phrase}.{piece}." + "x" * chance.randrange(2_000))
            say("piece", handle.turn, str(piece))
        history.finish(handle.turn, f'"{phrase} result"', state="complete")
        say("end", handle.turn)
        conversation = handle.conversation if chance.random() < 0.8 else None


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
