"""T3: twelve attacks on the structure by someone who can write the file, but has no key."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.vault import pages
from app.vault.errors import VaultError
from app.vault.opening import FILE
from faults.bench import Contents, contents, fresh, made, record, state, unlocked, workshop
from faults.registry import Result

_ROW = "SELECT name, previous, box FROM message WHERE rowid = ?"


@dataclass(frozen=True)
class Scene:
    """What the attacker has: the file open, an older state of it, and another vault's file."""

    file: sqlite3.Connection
    older: Path
    foreign: Path
    one: int
    other: int
    """Row numbers of two messages of the same conversation, `one` the earlier."""


def swap(scene: Scene) -> None:
    first, second = (scene.file.execute(_ROW, (at,)).fetchone() for at in (scene.one, scene.other))
    _put(scene, scene.one, second[1:])
    _put(scene, scene.other, first[1:])


def reorder(scene: Scene) -> None:
    names = [scene.file.execute(_ROW, (at,)).fetchone()[0] for at in (scene.one, scene.other)]
    rename = "UPDATE message SET name = ? WHERE rowid = ?"
    scene.file.execute(rename, (b"0" * 16, scene.one))
    scene.file.execute(rename, (names[0], scene.other))
    scene.file.execute(rename, (names[1], scene.one))


def duplicate(scene: Scene) -> None:
    _, previous, box = scene.file.execute(_ROW, (scene.one,)).fetchone()
    scene.file.execute("INSERT INTO message VALUES (?, ?, ?)", (b"n" * 16, previous, box))


def drop_middle(scene: Scene) -> None:
    scene.file.execute("DELETE FROM message WHERE rowid = ?", (scene.one,))


def drop_newest(scene: Scene) -> None:
    """With its conversation row taken back to the older state, as a careful attacker would."""
    scene.file.execute("DELETE FROM message WHERE rowid = (SELECT max(rowid) FROM message)")
    _put_back(scene, "conversation")


def drop_conversation(scene: Scene) -> None:
    scene.file.execute("DELETE FROM conversation WHERE rowid = (SELECT min(rowid) FROM conversation)")


def move_between_conversations(scene: Scene) -> None:
    first = scene.file.execute(_ROW, (scene.one + 1,)).fetchone()
    _put(scene, scene.one, first[1:])


def move_between_vaults(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.foreign)) as foreign:
        rows = foreign.execute("SELECT * FROM conversation").fetchall()
        messages = foreign.execute("SELECT * FROM message").fetchall()
    scene.file.executemany("INSERT INTO conversation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    scene.file.executemany("INSERT INTO message VALUES (?, ?, ?)", messages)


def old_key_version(scene: Scene) -> None:
    scene.file.execute("UPDATE conversation SET key_version = key_version - 1")


def old_record(scene: Scene) -> None:
    """A record that was there before the vault was restored and went on otherwise."""
    scene.file.execute(
        "UPDATE message SET box = (SELECT box FROM message WHERE rowid = ?) WHERE rowid = ?",
        (scene.other, scene.one),
    )


def old_page(_scene: Scene) -> None:
    """Done on the closed file; see `_attacked`."""


def old_head(scene: Scene) -> None:
    _put_back(scene, "vault")


ATTACKS: tuple[Callable[[Scene], None], ...] = (
    swap, reorder, duplicate, drop_middle, drop_newest, drop_conversation,
    move_between_conversations, move_between_vaults, old_key_version, old_record, old_page, old_head,
)  # fmt: skip


def run(size: int, chance: Random) -> Result:
    """Each attack `size` times on rows chosen by chance."""
    result = Result()
    result.count("attacks", 0)
    result.count("undetected", 0)
    result.count("wrong plaintext", 0)
    with workshop() as above:
        source, foreign = made(above / "made", 40), made(above / "foreign", 5) / FILE
        older = Path(above / "older.db")
        older.write_bytes((source / FILE).read_bytes())
        vault, _ = unlocked(source)
        for number in range(10):
            vault.add(vault.entries()[number % 5].id, [record(100 + number)], b"newer summary")
        whole = contents(vault)
        vault.close()
        for attack in ATTACKS:
            for _ in range(size):
                work = fresh(source, above / "work")
                _attacked(attack, work, (older, foreign), chance)
                _judge(result, attack.__name__, work, whole)
    result.expect("altered text was shown", holds=not result.counts["wrong plaintext"])
    return result


def _attacked(attack: Callable[[Scene], None], work: Path, files: tuple[Path, Path], chance: Random) -> None:
    if attack is old_page:
        _old_page(work / FILE, files[0])
        return
    one = chance.randrange(1, 30)
    with closing(sqlite3.connect(work / FILE, isolation_level=None)) as connection:
        attack(Scene(connection, *files, one, one + 5))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _old_page(file: Path, older: Path) -> None:
    """The page with the rows of conversations, which differs, put back as it was."""
    now, before = file.read_bytes(), older.read_bytes()
    starts = range(pages.PAGE, min(len(now), len(before)), pages.PAGE)
    changed = [at for at in starts if now[at : at + pages.PAGE] != before[at : at + pages.PAGE]]
    at = changed[-1] if len(changed) == 1 else next(at for at in changed if before[at] == 0x0D)  # noqa: PLR2004 - leaf of a table
    file.write_bytes(now[:at] + before[at : at + pages.PAGE] + now[at + pages.PAGE :])


def _put(scene: Scene, row: int, content: tuple[bytes, bytes]) -> None:
    scene.file.execute("UPDATE message SET previous = ?, box = ? WHERE rowid = ?", (*content, row))


def _put_back(scene: Scene, table: str) -> None:
    with closing(sqlite3.connect(scene.older)) as older:
        rows = older.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - a name of ours
    places = ", ".join("?" * len(rows[0]))
    scene.file.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", rows)  # noqa: S608 - as above


def _judge(result: Result, name: str, work: Path, whole: Contents) -> None:
    result.count("attacks")
    try:
        found, report = state(work)
    except VaultError:
        return
    shown = {one for records in found.values() for one in records if one is not None}
    result.count("wrong plaintext", len(shown - {one for records in whole.values() for one in records}))
    if report.whole:
        result.count("undetected")
        result.failures.append(f"{name} was not noticed")
