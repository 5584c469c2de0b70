"""SIGKILL at any moment loses nothing that was acknowledged, and leaves no clear text behind."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from tests.app.history.rings import opened
from tests.app.vault.makings import KEYRING_KEY, PASSPHRASE, read_all

CYCLES = 25
PHRASE = "quokka-7731-marmalade"


@dataclass
class Acknowledged:
    """What the killed writers had said was safe."""

    prompts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Turn to conversation and number."""

    pieces: Counter[str] = field(default_factory=Counter)
    ended: set[str] = field(default_factory=set)

    def take(self, line: str) -> None:
        match line.split():
            case ["prompt", conversation, turn, number]:
                self.prompts[turn] = (conversation, number)
            case ["piece", turn, _]:
                self.pieces[turn] += 1
            case ["end", turn]:
                self.ended.add(turn)


@pytest.mark.real
def test_kills_at_random_moments_lose_nothing_and_leak_nothing(folder: Path) -> None:
    """The writer is killed after a random number of acknowledgements, so within a later call of its."""
    chance, safe = Random(2026), Acknowledged()
    for cycle in range(CYCLES):
        _write_and_kill(folder, cycle, chance.randrange(1, 60), safe)
        assert _files_with(folder, PHRASE) == []
        _check(folder, safe)

    assert len(safe.prompts) > CYCLES
    assert sum(safe.pieces.values()) > CYCLES
    _, told, sound = read_all(folder)
    assert (told, sound) == ([], True)


def test_a_phrase_is_nowhere_in_clear(folder: Path) -> None:
    """Neither as text nor as JSON, base64 or hex; neither the passphrase nor the keyring's key."""
    with opened(folder) as history:
        handle = history.begin_turn(None, f"{PHRASE}: where?")
        history.append(handle.turn, PHRASE * 50)
        history.finish(handle.turn, f'{{"answer": "{PHRASE}"}}', state="complete")
        history.begin_turn(handle.conversation, PHRASE)
        while_open = shutil.copytree(folder, folder.parent / "while open")
    keys = (PASSPHRASE, KEYRING_KEY.hex(), handle.conversation, handle.turn)
    for place in (folder, while_open):
        for secret in (PHRASE, PHRASE.encode().hex(), "cXVva2thLTc3MzEt", *keys):
            assert _files_with(place, secret) == []
        for raw in (KEYRING_KEY, bytes.fromhex(handle.conversation), bytes.fromhex(handle.turn)):
            assert not any(raw in file.read_bytes() for file in place.iterdir())


def _write_and_kill(folder: Path, cycle: int, after: int, safe: Acknowledged) -> None:
    command = [sys.executable, "-m", "tests.app.history.writer", str(folder), PHRASE, str(cycle)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(after):
            safe.take(writer.stdout.readline())
        writer.kill()
        # What it still managed to say before it died was safe as well.
        for line in writer.stdout.read().splitlines(keepends=True):
            if line.endswith("\n"):
                safe.take(line)


def _check(folder: Path, safe: Acknowledged) -> None:
    with opened(folder) as history:
        found = {turn.id: turn for one in history.conversations() for turn in history.turns(one.id)}
        assert history.notices == ()
    assert not any(turn.damaged for turn in found.values())
    assert safe.prompts.keys() <= found.keys(), "a prompt was lost"
    for turn, (_, number) in safe.prompts.items():
        assert found[turn].prompt == f"{PHRASE} asks {number}"
        assert found[turn].answer.count(PHRASE) >= safe.pieces[turn], "a piece was lost"
        assert found[turn].state == ("complete" if found[turn].result else "interrupted")
    for turn in safe.ended:
        assert found[turn].result == f'"{PHRASE} result"', "an end was lost"


def _files_with(folder: Path, text: str) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]
