"""A watched folder is mirrored as it changes; what is refused waits, and is said once."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from grounding.library.writer import writing
from grounding.upkeep.ignore import NAME
from grounding.upkeep.sync import Wanted
from grounding.watch import Watch, WatchChanged, WatchPace, WatchStarted, WatchWaiting, is_remote
from tests.grounding.upkeep.test_sync import Mirror

PATIENCE = 60.0
TOLD = WatchPace(settle=0.05, look=0.2)
POLLED = WatchPace(poll=0.1, settle=0.05, look=0.2)


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    mirror = Mirror(tmp_path)
    mirror.write(**{f"n{number}": f"Text number {number}." for number in range(6)})
    return mirror


@contextmanager
def watched(mirror: Mirror, pace: WatchPace = TOLD) -> Iterator[queue.SimpleQueue[Any]]:
    """Events as they come; the watching has ended when the block has."""
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    stop = threading.Event()
    watch = Watch(mirror.sync, [Wanted(mirror.folder)], pace)
    thread = threading.Thread(target=watch.run, args=(heard.put, stop))
    thread.start()
    try:
        yield heard
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def until(heard: queue.SimpleQueue[Any], kind: type, **fields: str) -> Any:
    """The next event of this kind with these fields."""
    while True:
        event = heard.get(timeout=PATIENCE)
        if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items()):
            return event


@pytest.mark.parametrize("pace", [TOLD, POLLED], ids=["told by the system", "polling"])
def test_what_changes_in_the_folder_changes_in_the_library(mirror: Mirror, pace: WatchPace) -> None:
    with watched(mirror, pace) as heard:
        assert until(heard, WatchStarted).polling is (pace is POLLED)
        until(heard, WatchChanged, what="added", path="papers/n5.md")

        mirror.write(new="Something new.")
        until(heard, WatchChanged, what="added", path="papers/new.md")
        mirror.write(new="Something newer still.")
        until(heard, WatchChanged, what="updated", path="papers/new.md")
        (mirror.folder / "new.md").rename(mirror.folder / "newer.md")
        until(heard, WatchChanged, what="moved", path="papers/newer.md")
        (mirror.folder / "newer.md").unlink()
        until(heard, WatchChanged, what="removed", path="papers/newer.md")

    assert len(mirror.held()) == 6


@pytest.mark.parametrize("pace", [TOLD, POLLED], ids=["told by the system", "polling"])
def test_a_new_rule_of_an_ignore_file_counts_at_once(mirror: Mirror, pace: WatchPace) -> None:
    with watched(mirror, pace) as heard:
        until(heard, WatchChanged, what="added", path="papers/n5.md")
        (mirror.folder / NAME).write_text("n3.md\n")
        until(heard, WatchChanged, what="removed", path="papers/n3.md")


def test_a_folder_that_goes_away_and_comes_back_is_watched_again(mirror: Mirror, tmp_path: Path) -> None:
    away = tmp_path / "away"
    with watched(mirror) as heard:
        until(heard, WatchChanged, path="papers/n5.md")
        mirror.folder.rename(away)
        until(heard, WatchWaiting)
        assert len(mirror.held()) == 6

        shutil.copytree(away, mirror.folder)
        mirror.write(back="It is back.")
        until(heard, WatchChanged, what="added", path="papers/back.md")
        mirror.write(later="And listened to.")
        until(heard, WatchChanged, what="added", path="papers/later.md")


def test_removing_much_waits_for_a_word_and_says_so_once(mirror: Mirror) -> None:
    with watched(mirror) as heard:
        until(heard, WatchChanged, path="papers/n5.md")
        for number in range(3):
            (mirror.folder / f"n{number}.md").unlink()
        refusal = until(heard, WatchWaiting)

        # The refusal may have met the folder half way; what counts is that nothing went.
        mirror.run(confirmed=True)
        mirror.write(after="Watched again.")
        until(heard, WatchChanged, what="added", path="papers/after.md")

    assert "--yes" in refusal.reason
    assert sorted(mirror.held()) == ["after.md", "n3.md", "n4.md", "n5.md"]


def test_a_library_that_somebody_else_is_changing_is_waited_for(mirror: Mirror) -> None:
    with watched(mirror) as heard:
        until(heard, WatchChanged, path="papers/n5.md")
        with writing(mirror.catalog, "add"):
            mirror.write(new="Something new.")
            until(heard, WatchWaiting)
        until(heard, WatchChanged, what="added", path="papers/new.md")


def test_a_file_that_cannot_be_read_is_said_once(mirror: Mirror) -> None:
    with watched(mirror) as heard:
        mirror.write(bad="unreadable bytes")
        until(heard, WatchChanged, what="failed", path="papers/bad.md")
        mirror.write(good="Readable.")
        until(heard, WatchChanged, what="added", path="papers/good.md")
        mirror.write(bad="Mended.")
        until(heard, WatchChanged, what="added", path="papers/bad.md")


MOUNTS = """\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
40 22 0:40 / /mnt/share rw - cifs //server/share rw
41 40 0:41 / /mnt/share/local rw - ext4 /dev/sdb1 rw
42 22 0:42 / /mnt/my\\040share rw shared:1 - nfs4 server:/x rw
43 22 0:43 / /home/ann/cloud rw - fuse.sshfs ann@server:/ rw
a line that is none
"""


@pytest.mark.parametrize(
    ("folder", "remote"),
    [
        pytest.param("/home/ann", False, id="a disk of this machine"),
        pytest.param("/mnt/share/papers", True, id="a share"),
        pytest.param("/mnt/share/local/papers", False, id="a disk mounted inside a share"),
        pytest.param("/mnt/sharepoint", False, id="a name that merely begins alike"),
        pytest.param("/mnt/my share", True, id="a share with a space in its name"),
        pytest.param("/home/ann/cloud", True, id="a file system of a program"),
    ],
)
def test_network_shares_are_known_by_their_file_system(folder: str, remote: bool) -> None:
    assert is_remote(Path(folder), MOUNTS) is remote
