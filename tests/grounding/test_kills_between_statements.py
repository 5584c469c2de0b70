"""A kill between any two statements of a change leaves old or new content, and the next run completes it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

DRIVER = """
import json, os, shutil, signal, sys
from pathlib import Path

from grounding.catalog import Catalog
from grounding.library.writer import writing
from grounding.passages import Principal
from tests.grounding.small_library import HashingEmbedder, put

home, what = Path(sys.argv[1]), sys.argv[2]
WORDS = ("apples", "oranges", "bananas")


class Other(HashingEmbedder):
    dimension = 256

    def __init__(self):
        super().__init__("other@1")


def prepare(folder):
    for word in ("apples", "oranges"):
        with writing(Catalog(folder), "add") as writer:
            put(writer, "a.md", f"About {word}.", f"More about {word}.")
            put(writer, "b.md", "About bananas.")


def change(folder, step=None):
    if what == "reembed":
        embedder = Other()
        with writing(Catalog(folder), "embed") as writer:
            writer._sql.set_trace_callback(step)
            space = writer.begin_space(embedder.name, embedder.dimension)
            row = 0
            while batch := writer.next_unembedded(space, row, 2):
                writer.fill_space(space, batch, embedder.embed([one.chunk.text for one in batch]))
                row = batch[-1].row
            writer.switch_space(space)
        return
    with writing(Catalog(folder), what) as writer:
        writer._sql.set_trace_callback(step)
        if what == "update":
            put(writer, "a.md", "About cherries.", "More about cherries.")
        elif what == "rollback":
            writer.rollback(1)
        elif what == "erase" and [one for one in writer.view.documents() if one.id == "id-a.md"]:
            writer.erase("id-a.md")
        elif what == "prune":
            writer.prune(1)
        writer.shrink()


def seen(folder):
    with Catalog(folder).read() as view:
        ids, vectors = view.vectors()
        texts = view.passages(ids, Principal("anyone"))
        words = {}
        for word in ("apples", "oranges", "bananas", "cherries"):
            words[word] = len(view.lexical([word], Principal("anyone"), 9))
            assert words[word] == sum(word in one.text for one in texts.values())
            assert words[word] == view.chunks_with(word, [])[0]
        state = view.state()
        assert len(ids) == state.chunks == len(texts) == len(vectors)
        assert len(view.documents()) == state.documents
        assert view._sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not view._sql.execute("PRAGMA foreign_key_check").fetchall()
        return words | {"embedder": state.embedder, "kept": len(view.generations())}


def killed_at(folder, last):
    count = 0

    def step(_):
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    change(folder, step)
    os._exit(0)


prepare(home / "before")
for last in range(1, 10_000):
    folder = home / str(last)
    shutil.copytree(home / "before", folder)
    child = os.fork()
    if not child:
        killed_at(folder, last)
    _, status = os.waitpid(child, 0)
    after = seen(folder)
    change(folder)
    print(json.dumps({"killed": os.WIFSIGNALED(status), "after": after, "done": seen(folder)}), flush=True)
    shutil.rmtree(folder)
    if not os.WIFSIGNALED(status):
        break
"""


@pytest.mark.real
@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        pytest.param("update", {"oranges": 2, "cherries": 0}, {"oranges": 0, "cherries": 2}, id="an update"),
        pytest.param("rollback", {"oranges": 2, "apples": 0}, {"oranges": 0, "apples": 2}, id="a rollback"),
        pytest.param("erase", {"oranges": 2}, {"oranges": 0}, id="removing for good"),
        pytest.param("prune", {"oranges": 2, "kept": 2}, {"oranges": 2, "kept": 1}, id="pruning"),
        pytest.param(
            "reembed", {"embedder": "hashing@1"}, {"embedder": "other@1"}, id="a change of embedder"
        ),
    ],
)
def test_killed_between_any_two_statements(
    tmp_path: Path, what: str, old: dict[str, int | str], new: dict[str, int | str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(tmp_path), what],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]

    assert len(runs) > 10
    assert [run["killed"] for run in runs] == [True] * (len(runs) - 1) + [False]
    states = [{key: run["after"][key] for key in old} for run in runs]
    assert states == sorted(states, key=lambda state: state == new), "once it is new it stays new"
    assert all(state in (old, new) for state in states)
    assert states[0] == old
    for run in runs:
        assert run["after"]["bananas"] == 1
        assert {key: run["done"][key] for key in new} == new
