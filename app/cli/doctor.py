"""`inhouse doctor`: what works here, what does not, and what to do about it."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TYPE_CHECKING

import click

from app.cli.options import counted, parts_for, say
from app.errors import EXPECTED, ExitCode

if TYPE_CHECKING:
    from app.assembly import Parts


@click.command("doctor", help="Say what works here, what does not, and what to do about it.")
def command() -> int:
    """Try every part once; the exit code is 1 if one of them does not work."""
    troubles = 0
    _line("program", f"inhouse {metadata.version('inhouse')}, Python {platform.python_version()}")
    _network()
    with parts_for() as parts:
        _line("settings", str(parts.locations.settings))
        for check in (_model, _documents, _search, _history):
            try:
                check(parts)
            except EXPECTED as error:
                troubles += 1
                _line(check.__name__.strip("_"), f"{error} {error.remedy}".strip())
    return ExitCode.FAILED if troubles else ExitCode.OK


def _line(name: str, text: str) -> None:
    say(f"{name:10} {text}")


def _network() -> None:
    from app.workers.confine import confine

    held = confine()
    if held.kernel:
        _line("network", "blocked by the kernel for this program and all its processes")
    else:
        _line("network", f"blocked in Python; not by the kernel, because {held.reason}")


def _model(parts: Parts) -> None:
    from app.desk import device_words

    described = parts.engine.warm()
    device = device_words(described.offloaded, described.layers, described.reason)
    _line("model", f"{described.name}, window of {described.context} tokens")
    _line("device", device)


def _documents(parts: Parts) -> None:
    status = parts.catalog.status()
    age = f", updated {status.updated[:16].replace('T', ' ')} UTC" if status.updated else ""
    _line("documents", f"{counted(status.documents, 'document')}, {counted(status.chunks, 'passage')}{age}")
    if status.embedder:
        _line("embedder", status.embedder)


def _search(parts: Parts) -> None:
    parts.grounding.warm()
    _line("search", parts.grounding.index_notice or "meaning and words, with the vector index")


def _history(parts: Parts) -> None:
    from app.history.history import History

    state = History.state(parts.locations.history)
    _line("history", f"{'none yet' if state == 'absent' else 'encrypted'}, {parts.locations.history}")
