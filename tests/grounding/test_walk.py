"""Walking folders: every file once, in order, by a name that can be stored; trouble is reported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grounding.intake import Candidate, Limits, admit, walk


def placed(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(*paths: Path) -> list[str]:
    return [candidate.name for candidate in walk(paths)]


def test_a_folder_is_walked_in_order_with_names_from_the_folder_on(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/b/c.pdf", "unknown.bin"):
        placed(tmp_path / "Handbook", name, b"x")

    found = list(walk([tmp_path / "Handbook"]))

    assert [c.name for c in found] == [
        "Handbook/a/b/c.pdf",
        "Handbook/a/z.md",
        "Handbook/b.txt",
        "Handbook/unknown.bin",
    ]
    assert found[0] == Candidate(
        tmp_path / "Handbook/a/b/c.pdf", "Handbook/a/b/c.pdf", root=tmp_path / "Handbook"
    )


def test_a_file_that_is_named_itself_has_its_own_name(tmp_path: Path) -> None:
    path = placed(tmp_path, "sub/.hidden.txt", b"x")

    assert list(walk([path])) == [Candidate(path, ".hidden.txt")]


def test_hidden_temporary_and_lock_files_are_passed_over(tmp_path: Path) -> None:
    for name in (
        ".git/x.txt",
        "~$a.docx",
        "a.txt~",
        "a.tmp",
        "a.crdownload",
        ".a.swp",
        "Thumbs.db",
        "a.lock",
    ):
        placed(tmp_path / "in", name, b"x")

    assert names(tmp_path / "in") == []


def test_each_file_comes_once_however_often_it_is_named(tmp_path: Path) -> None:
    path = placed(tmp_path, "in/a.txt", b"x")

    assert names(tmp_path / "in", path, tmp_path / "in" / ".." / "in") == ["in/a.txt"]


def test_links_are_reported_and_not_followed(tmp_path: Path) -> None:
    placed(tmp_path, "outside/secret.txt", b"x")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/folder").symlink_to(tmp_path / "outside")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")

    found = list(walk([tmp_path / "in"]))

    assert [c.name for c in found] == ["in/folder", "in/loop"]
    assert all("link" in str(c.problem) for c in found)


def test_a_missing_path_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    path = placed(tmp_path, "a.txt", b"x")

    missing, found = walk([tmp_path / "none", path])

    assert "no such file" in str(missing.problem)
    assert found.problem is None


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every folder")
def test_a_folder_that_may_not_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "in/closed").mkdir(parents=True)
    (tmp_path / "in/closed").chmod(0)

    [closed] = walk([tmp_path / "in"])

    assert "may not be read" in str(closed.problem)


def test_a_folder_that_is_too_full_or_too_deep_is_reported(tmp_path: Path) -> None:
    for name in ("in/a.txt", "in/b.txt", "in/c/d/e.txt"):
        placed(tmp_path, name, b"x")

    [full] = walk([tmp_path / "in"], limits=Limits(walk_entries=2))
    deep = list(walk([tmp_path / "in"], limits=Limits(walk_depth=2)))

    assert "too full" in str(full.problem)
    assert [c.name for c in deep if c.problem] == ["in/c/d"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("a\nb.txt", "a\nb.txt", id="line feed"),
        pytest.param("\x1b]52;c;x\x07.txt", "\x1b]52;c;x\x07.txt", id="terminal escape"),
        pytest.param("\u202etxt.exe.txt", "\u202etxt.exe.txt", id="direction override"),
        pytest.param("x" * 251 + ".txt", "x" * 251 + ".txt", id="255 bytes"),
        pytest.param(os.fsdecode(b"\xff\xfe.txt"), "\\xff\\xfe.txt", id="no UTF-8"),
    ],
)
def test_a_name_is_data_that_can_be_stored(tmp_path: Path, name: str, shown: str) -> None:
    placed(tmp_path / "in", name, b"text")

    [found] = walk([tmp_path / "in"])

    assert found.name == f"in/{shown}"
    assert found.name.encode()
    assert admit(found.path, root=found.root).name == found.name
