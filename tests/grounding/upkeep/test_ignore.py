"""What `.inhouseignore` hides is what git's own rules hide."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grounding.errors import FileRefusedError
from grounding.intake import Limits
from grounding.upkeep.ignore import NAME, IgnoreRules, LeftOut, Tally, chosen, wanted
from tests.grounding.small_library import write_files

FOLDERS = ("a", "b", "a/b", "b/a", "a/b/a")
FILES = ("x.md", "y.txt", "a.md", "b.txt")
PATHS = tuple(f"{folder}/{file}" for folder in FOLDERS for file in FILES) + FILES

needs_git = pytest.mark.skipif(
    shutil.which("git") is None, reason="git is the judge here, and is not installed"
)

pieces = st.sampled_from(
    ["a", "b", "x.md", "y.txt", "*.md", "*", "**", "?.txt", "[ab]", "[!a]*", "a*", "\\x.md"]
)
rules = st.builds(
    lambda negated, rooted, parts, folder: ("!" if negated else "") + rooted + "/".join(parts) + folder,
    st.booleans(),
    st.sampled_from(["", "", "/"]),
    st.lists(pieces, min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
)
lines = st.one_of(rules, st.sampled_from(["", "# a.md", "\\#x", "x.md  ", "x.md\r", "\\!x.md", "a.md\\ "]))
ignore_files = st.dictionaries(
    st.sampled_from(["", "a/", "b/", "a/b/"]), st.lists(lines, min_size=1, max_size=4), max_size=3
)


def ignored_by_git(root: Path) -> set[str]:
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for place in root.rglob(NAME):
        shutil.copy(place, place.with_name(".gitignore"))
    answer = subprocess.run(
        ["git", "-C", str(root), "check-ignore", "--no-index", "-z", "--stdin"],
        input="\0".join(PATHS),
        env={"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return {name for name in answer.stdout.split("\0") if name}


@needs_git
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ignore_files)
def test_every_tree_is_judged_as_git_judges_it(files: dict[str, list[str]]) -> None:
    with TemporaryDirectory() as place:
        root = write_files(Path(place), dict.fromkeys(PATHS, "text"))
        for folder, content in files.items():
            (root / folder / NAME).write_text("\n".join(content))

        ours = IgnoreRules(root)

        assert {name for name in PATHS if ours.ignores(root / name)} == ignored_by_git(root)


@pytest.mark.parametrize(
    ("content", "path", "hidden"),
    [
        pytest.param("drafts/", "drafts/plan.md", True, id="a folder hides what lies in it"),
        pytest.param("drafts/\n!drafts/plan.md", "drafts/plan.md", True, id="and nothing in it comes back"),
        pytest.param("*.md\n!plan.md", "plan.md", False, id="a later rule takes back an earlier one"),
        pytest.param("/plan.md", "old/plan.md", False, id="a leading slash ties a rule to its own folder"),
        pytest.param("**/old", "a/b/old/plan.md", True, id="two stars stand for any folders"),
        pytest.param("\ufeffplan.md", "plan.md", True, id="a byte order mark is no part of a rule"),
        pytest.param("# plan.md", "plan.md", False, id="a comment hides nothing"),
    ],
)
def test_a_rule_hides_a_file(tmp_path: Path, content: str, path: str, hidden: bool) -> None:
    write_files(tmp_path, {path: "text", NAME: content})

    assert IgnoreRules(tmp_path).ignores(tmp_path / path) is hidden


def test_what_is_found_comes_without_what_is_hidden(tmp_path: Path) -> None:
    write_files(tmp_path, {"plan.md": "text", "secret/plan.md": "text", NAME: "secret\n"})

    found = [candidate.path.relative_to(tmp_path).as_posix() for candidate in wanted(tmp_path)]

    assert found == ["plan.md"]


def test_a_file_that_is_named_itself_is_taken_and_what_is_hidden_is_counted(tmp_path: Path) -> None:
    rules = {NAME: "*.txt\nsecret/\n", f"a/{NAME}": "x.md\n"}
    write_files(
        tmp_path, dict.fromkeys(("plan.md", "b.txt", "c.txt", "secret/pay.md", "a/x.md"), "text") | rules
    )
    tally = Tally()

    found = list(chosen([tmp_path, tmp_path / "b.txt", tmp_path], tally))

    assert [one.path.name for one in found] == ["plan.md", "b.txt"]
    top = tmp_path.name
    assert tally.left_out() == (LeftOut(f"{top}/{NAME}", 2, 1), LeftOut(f"{top}/a/{NAME}", 1, 0))


def test_the_path_of_an_ignore_file_can_be_printed_whatever_its_bytes(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    write_files(odd, {"plan.md": "text", NAME: "*.md"})
    tally = Tally()

    assert list(chosen([odd], tally)) == []
    assert [one.path for one in tally.left_out()] == [f"caf\\xe9/{NAME}"]


@pytest.mark.parametrize("rule", ["cache", "cache/", "/cache/"])
def test_what_fills_an_ignored_folder_counts_against_no_ceiling(tmp_path: Path, rule: str) -> None:
    write_files(tmp_path, {f"cache/{number}.md": "text" for number in range(9)})
    write_files(tmp_path, {"plan.md": "text", "z/deep.md": "text", NAME: f"{rule}\n"})

    found = list(wanted(tmp_path, limits=Limits(walk_entries=6)))

    assert [(one.path.name, one.problem) for one in found] == [("plan.md", None), ("deep.md", None)]


def test_an_ignored_folder_that_is_closed_is_no_trouble(tmp_path: Path) -> None:
    write_files(tmp_path, {"plan.md": "text", "secret/plan.md": "text", NAME: "secret/\n"})
    (tmp_path / "secret").chmod(0)
    try:
        assert [one.problem for one in wanted(tmp_path)] == [None]
    finally:
        (tmp_path / "secret").chmod(0o700)


@pytest.mark.parametrize("trouble", ["a link", "a pipe", "too large", "a folder"])
def test_an_ignore_file_that_cannot_be_read_stops_everything(tmp_path: Path, trouble: str) -> None:
    write_files(tmp_path, {"plan.md": "text"})
    place = tmp_path / NAME
    if trouble == "a link":
        place.symlink_to(tmp_path / "plan.md")
    elif trouble == "a pipe":
        os.mkfifo(place)
    elif trouble == "a folder":
        place.mkdir()
    else:
        place.write_bytes(b"#" * ((1 << 20) + 1))

    with pytest.raises(FileRefusedError, match="ignore file"):
        list(wanted(tmp_path))


def test_names_that_are_no_text_are_judged_too(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"caf\xe9.md")
    odd.write_text("text")
    write_files(tmp_path, {NAME: "*.md"})

    assert IgnoreRules(tmp_path).ignores(odd)
