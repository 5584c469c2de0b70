"""An administrator's day: a folder is mirrored, looked at, taken back, restricted, pruned and watched."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from app.contract import (
    CollectionsShape,
    DocumentsShape,
    DocumentsStatusShape,
    GenerationsShape,
    PruneShape,
    RollbackShape,
    SyncShape,
)
from tests.app.cli.home import ROOT, Home

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place") / "papers"
    (folder / "old").mkdir(parents=True)
    (folder / "leave v1.md").write_text("# Leave\n\nFive days of leave may be carried over.\n")
    (folder / "leave v2.md").write_text("# Leave\n\nSix days of leave may be carried over.\n")
    (folder / "old" / "copy.md").write_bytes((folder / "leave v1.md").read_bytes())
    (folder / "photo.xyz").write_bytes(b"\x00\x01")
    (folder / ".inhouseignore").write_text("private/\n")
    (folder / "private").mkdir()
    (folder / "private" / "pay.md").write_text("Everyone earns the same.\n")
    return folder


@pytest.fixture(scope="module")
def mirrored(papers: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, SyncShape]:
    """A home whose library mirrors the papers, and what the first sync said."""
    home = Home(tmp_path_factory.mktemp("mirrored"))
    return home, SyncShape.model_validate(printed(home, "docs", "sync", papers, "--json"))


def printed(home: Home, *arguments: str | Path) -> Any:
    said = home.run(*arguments)
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_a_folder_is_mirrored_and_the_report_names_what_was_not_read(
    mirrored: tuple[Home, SyncShape],
) -> None:
    _, report = mirrored

    assert sorted(file.path for file in report.files) == ["papers/leave v1.md", "papers/leave v2.md"]
    assert [step.path for step in report.plan.duplicate] == ["papers/old/copy.md"]
    assert [step.path for step in report.plan.unreadable] == ["papers/photo.xyz"]
    assert report.files[1].near == "It replaces papers/leave v1.md."


def test_the_list_shows_where_copies_are(mirrored: tuple[Home, SyncShape], papers: Path) -> None:
    shape = DocumentsShape.model_validate(printed(mirrored[0], "docs", "list", "--json"))

    assert {one.path: one.also_at for one in shape.documents} == {
        "papers/leave v1.md": [str(papers / "old" / "copy.md")],
        "papers/leave v2.md": [],
    }


def test_the_status_says_what_to_look_at(mirrored: tuple[Home, SyncShape], papers: Path) -> None:
    status = DocumentsStatusShape.model_validate(printed(mirrored[0], "docs", "status", "--json"))

    assert (status.documents, status.generation, status.index) == (2, 1, "chroma")
    assert status.bytes > 0
    assert [(one.document, one.other) for one in status.superseded] == [
        ("papers/leave v1.md", "papers/leave v2.md")
    ]
    assert [one.document for one in status.duplicates] == ["papers/old/copy.md"]
    assert [one.path for one in status.unread] == ["papers/photo.xyz"]
    words = mirrored[0].run("docs", "status").out
    assert "2 documents" in words
    assert "Superseded: 1" in words


def test_a_sync_that_would_remove_much_is_refused_with_the_number(
    mirrored: tuple[Home, SyncShape], papers: Path
) -> None:
    home, _ = mirrored
    place = papers / "leave v2.md"
    content = place.read_bytes()
    place.unlink()
    try:
        planned = home.run("docs", "sync", papers, "--plan")
        refused = home.run("docs", "sync", papers)
    finally:
        place.write_bytes(content)

    assert (planned.code, refused.code) == (0, 2)
    assert "remove     papers/leave v2.md" in planned.out
    assert "A sync would refuse this." in planned.out
    assert "remove 1 of the 2 documents" in refused.err
    assert "--yes" in refused.err


def test_a_folder_that_is_not_there_is_refused(mirrored: tuple[Home, SyncShape], papers: Path) -> None:
    said = mirrored[0].run("docs", "sync", papers / "absent")

    assert said.code == 2
    assert "not there" in said.err


def test_collections_generations_rollback_and_prune(
    mirrored: tuple[Home, SyncShape], papers: Path, tmp_path: Path
) -> None:
    home, _ = mirrored
    made = printed(home, "docs", "collection", "hr", "--groups", "hr,boss", "--move", "leave v1.md", "--json")
    by_name = {one.name: one for one in CollectionsShape.model_validate(made).collections}
    assert (by_name["hr"].groups, by_name["hr"].documents) == (["boss", "hr"], 1)
    assert home.run("docs", "collection", "hr", "--drop").code == 2
    assert home.run("docs", "remove", "leave v2.md", "--keep-history").code == 0

    back = RollbackShape.model_validate(printed(home, "docs", "rollback", "1", "--json"))

    assert back.documents == 2
    kept = GenerationsShape.model_validate(printed(home, "docs", "generations", "--json")).generations
    assert kept[0].number == back.generation
    assert home.run("docs", "rollback", "99").code != 0
    pruned = PruneShape.model_validate(printed(home, "docs", "prune", "--keep", "1", "--json"))
    assert pruned.generations == len(kept) - 1
    assert home.run("docs", "rollback", "1").code != 0


def test_watching_says_each_change_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    home = Home(tmp_path)
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n\nThe first text.\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "docs", "watch", str(folder)],
        env=home.environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(240, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        assert process.stdout.readline().split() == ["added", "papers/one.md"]
        (folder / "two.md").write_text("# Two\n\nAnother text.\n")
        assert process.stdout.readline().split() == ["added", "papers/two.md"]
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate()
    finally:
        watchdog.cancel()
        process.kill()

    assert process.returncode == 0, complaints
    assert "No longer watching" in complaints
