"""While the grounding process is away, full-text search answers, and says why."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.assembly import embedder_folder
from app.workers.remote_grounding import RemoteGrounding
from grounding.catalog import Catalog
from grounding.errors import GroundingError, RetrieverLostError
from grounding.ingest import Ingest
from grounding.passages import Principal
from tests.grounding.small_library import HashingEmbedder, InProcessReader, write_files

pytestmark = pytest.mark.real

EVERYONE = Principal("everyone")
DOCUMENTS = {
    "leave.txt": "Employees may carry five days of leave into the next year.",
    "canteen.txt": "The canteen opens at noon and closes at two.",
    "travel.txt": "Travel costs are paid back within thirty days of the journey.",
}


@pytest.fixture
def grounding(tmp_path: Path) -> Iterator[RemoteGrounding]:
    folder = write_files(tmp_path / "documents", DOCUMENTS)
    knowledge = tmp_path / "knowledge"
    Ingest(Catalog(knowledge), HashingEmbedder(), InProcessReader(), knowledge / "index").add([folder])
    configuration = {
        "catalog": str(knowledge),
        "index": str(knowledge / "index"),
        "embedder": str(embedder_folder()),
    }
    grounding = RemoteGrounding(configuration, principal=EVERYONE, log=tmp_path / "grounding.log")
    grounding._worker._pause = lambda _seconds: None
    yield grounding
    grounding.close()


def killed(grounding: RemoteGrounding) -> int:
    """Start the child without its models, and kill it; its process id."""
    grounding._worker.call("status")
    assert grounding.pid is not None
    pid = grounding.pid
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_search_while_its_process_is_killed_is_answered_from_full_text(grounding: RemoteGrounding) -> None:
    killed(grounding)
    found = grounding.find("When does the canteen open?", principal=EVERYONE, limit=3)

    assert found.passages[0].document == "documents/canteen.txt"
    assert "killed by SIGKILL" in found.notice
    assert grounding.index_notice == found.notice


def test_its_process_comes_back(grounding: RemoteGrounding) -> None:
    pid = killed(grounding)
    grounding.find("canteen", principal=EVERYONE, limit=3)
    grounding._worker.call("status")

    assert grounding.pid not in {None, pid}


def test_after_three_losses_full_text_goes_on_answering(grounding: RemoteGrounding) -> None:
    for _ in range(3):
        killed(grounding)
        grounding.find("travel costs", principal=EVERYONE, limit=3)
    found = grounding.find("travel costs", principal=EVERYONE, limit=3)

    assert found.passages[0].document == "documents/travel.txt"
    assert "3 times within five minutes" in found.notice
    assert grounding.pid is None


def test_what_needs_the_process_says_that_it_is_lost(grounding: RemoteGrounding) -> None:
    killed(grounding)
    with pytest.raises(RetrieverLostError) as loss:
        grounding.link("Who is Ada Lovelace?")

    assert "killed by SIGKILL" in str(loss.value)
    assert isinstance(loss.value, GroundingError)
    assert loss.value.remedy
