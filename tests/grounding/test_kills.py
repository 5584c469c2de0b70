"""A kill at any moment of taking in documents leaves answers, and the next command mends what is left."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grounding.catalog import Catalog
from grounding.ingest import Ingest
from grounding.passages import Principal
from grounding.retriever import HybridRetriever
from tests.grounding.small_library import HashingEmbedder, InProcessReader, write_files

ANYONE = Principal("anyone")
ROOT = Path(__file__).resolve().parents[2]

CHILD = """
import os, signal, sys
from pathlib import Path

import chromadb  # its import touches files that are not the point here

from grounding.catalog import Catalog
from grounding.ingest import Ingest
from tests.grounding.small_library import HashingEmbedder, InProcessReader

home, papers, last = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
touches = 0
CHANGING = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "shutil.rmtree"}
CHANGING |= {"sqlite3.connect"}

def count(event, arguments):
    global touches
    if event in CHANGING:
        touches += 1
        if touches == last:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
Ingest(Catalog(home / "kb"), HashingEmbedder(), InProcessReader(), home / "index").add([papers])
print(touches)
"""


def taking_in(home: Path, papers: Path, killed_at: int) -> subprocess.CompletedProcess[str]:
    """Run the command in a process that kills itself when it touches the disk for the nth time."""
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(home), str(papers), str(killed_at)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def first_state(place: Path) -> tuple[Path, Path]:
    """A library with one document, and a folder in which it changed and others came."""
    home = place / "home"
    papers = write_files(place / "papers", {"leave.md": "# Leave\n\nEmployees carry five days of leave.\n"})
    Ingest(Catalog(home / "kb"), HashingEmbedder(), InProcessReader(), home / "index").add([papers])
    notes = {f"{n}.md": f"# Note {n}\n\nRoom {n} holds {n * 7} chairs.\n" for n in range(8)}
    write_files(papers, notes | {"leave.md": "# Leave\n\nEmployees carry nine days of leave.\n"})
    return home, papers


@pytest.fixture(scope="module")
def touches(tmp_path_factory: pytest.TempPathFactory) -> int:
    home, papers = first_state(tmp_path_factory.mktemp("whole"))
    done = taking_in(home, papers, 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.real
@pytest.mark.parametrize("percent", [3, 12, 25, 40, 55, 65, 72, 79, 86, 92, 96, 99])
def test_killed_after_some_percent_of_its_work(tmp_path: Path, touches: int, percent: int) -> None:
    home, papers = first_state(tmp_path)

    killed = taking_in(home, papers, max(1, touches * percent // 100))
    assert killed.returncode == -signal.SIGKILL

    retriever = HybridRetriever(home / "kb", HashingEmbedder(), home / "index")
    found = retriever.find("employees carry days of leave", principal=ANYONE, limit=3)
    [text] = {passage.text for passage in found.passages if "leave" in passage.document}
    assert "five days" in text or "nine days" in text
    assert found.index == "chroma" or found.notice
    retriever.close()

    done = taking_in(home, papers, 0)
    assert done.returncode == 0, done.stderr
    found = retriever.find("employees carry days of leave", principal=ANYONE, limit=3)
    assert "nine days" in found.passages[0].text
    assert (found.index, found.notice) == ("chroma", "")
    assert Catalog(home / "kb").status().documents == 9
    retriever.close()
    assert {place.name.split("-")[0] for place in (home / "index").iterdir()} == {"CURRENT", "gen"}
