"""A sync that is killed loses no document, and the next one goes on where it was."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grounding.upkeep.sync import Wanted
from tests.grounding.upkeep.test_sync import Mirror

ROOT = Path(__file__).resolve().parents[2]

CHILD = """
import os, signal, sys
from pathlib import Path

from grounding.catalog import Catalog
from grounding.ingest import Ingest
from grounding.library.relations import Relations
from grounding.upkeep.sync import Sync, Wanted
from tests.grounding.small_library import HashingEmbedder, InProcessReader

place, last = Path(sys.argv[1]), int(sys.argv[2])
catalog = Catalog(place / "kb")
ingest = Ingest(catalog, HashingEmbedder(), InProcessReader(), place / "index", Relations(place / "kb"))
steps = 0

def count(_):
    global steps
    steps += 1
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(lambda event, _: count(event) if event in {"sqlite3.connect", "os.rename"} else None)
Sync(catalog, ingest).run(Wanted(place / "papers", confirmed=True), announce=count)
"""


@pytest.mark.parametrize("moment", [4, 8, 11, 14, 17])
def test_a_killed_sync_keeps_every_document_at_its_old_or_new_content(tmp_path: Path, moment: int) -> None:
    mirror = Mirror(tmp_path)
    mirror.write(leave="Five days.", canteen="Soup.", gone="Gone soon.", travel="By train.")
    mirror.run()
    before = mirror.held()
    mirror.write(leave="Six days.", new="New.")
    (mirror.folder / "gone.md").unlink()
    (mirror.folder / "travel.md").rename(mirror.folder / "trains.md")

    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), str(moment)], cwd=ROOT, check=False, timeout=120
    )

    assert done.returncode == -signal.SIGKILL
    held = mirror.held()
    assert held["leave.md"] in {"Five days.", "Six days."}
    assert "By train." in held.values()
    assert held["canteen.md"] == before["canteen.md"]
    shutil.rmtree(tmp_path / "index", ignore_errors=True)
    mirror.sync.run(Wanted(mirror.folder, confirmed=True))
    assert mirror.held() == {
        "leave.md": "Six days.",
        "canteen.md": "Soup.",
        "new.md": "New.",
        "trains.md": "By train.",
    }
