"""What a conversation hands on to the next search: names by all their aliases, and what was shown last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.assembly import embedder_folder
from app.workers.codec import RETRIEVAL, dump
from app.workers.grounding_service import GroundingService
from grounding.catalog import Catalog
from grounding.ingest import Ingest
from grounding.passages import Principal, Retrieval
from grounding.ranking.conversation import Told
from models.sentence_embedder import SentenceEmbedder
from tests.grounding.small_library import InProcessReader, write_files

pytestmark = pytest.mark.real

ANYONE = Principal("anyone")
DOCUMENTS = {
    "sites.md": "# Sites\n\nKestrel Hall (KH) was built in 1962, Merlin House (MH) in 1984.\n",
    "merlin.md": "# Keys\n\nThe keys of Merlin House are with the porter.\n",
    "kestrel.md": "# Keys\n\nThe keys of Kestrel Hall are with the fire warden.\n",
    "canteen.md": "# Canteen\n\nThe canteen opens at noon and serves soup.\n",
} | {f"shelf_{number}.md": f"Shelf {number} holds spare part {number}.\n" for number in range(90)}
ASKED = "When was MH built?"
"""Names Merlin House by its short form only."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> GroundingService:
    root = tmp_path_factory.mktemp("conversations")
    knowledge, index = root / "knowledge", root / "index"
    papers = write_files(root / "papers", DOCUMENTS)
    embedder = SentenceEmbedder(embedder_folder())
    Ingest(Catalog(knowledge), embedder, InProcessReader(), index).add([papers])
    return GroundingService(
        {"catalog": str(knowledge), "index": str(index), "embedder": str(embedder_folder())}
    )


def found(service: GroundingService, query: str, *earlier: Told, limit: int = 5) -> Retrieval:
    arguments = {
        "query": query,
        "principal": dump(ANYONE),
        "limit": limit,
        "earlier": dump(earlier),
        "explain": True,
    }
    return RETRIEVAL.validate_python(service.call("find", arguments))


def names(retrieval: Retrieval) -> Sequence[str]:
    return [Path(passage.document).name for passage in retrieval.passages]


def test_a_name_of_the_last_question_goes_along_with_all_its_aliases(service: GroundingService) -> None:
    alone = found(service, "Who keeps the keys?").explanation
    within = found(service, "Who keeps the keys?", (ASKED, "In 1984.")).explanation

    assert alone is not None
    assert within is not None
    assert "Merlin House" not in {*alone.entities, *alone.terms}
    assert "Merlin House" in within.entities
    assert {"MH", "Merlin House"} <= set(within.terms)


def test_a_passage_about_what_was_talked_about_comes_first_by_whichever_name(
    service: GroundingService,
) -> None:
    assert names(found(service, "Who keeps the keys?"))[0] == "kestrel.md"
    assert names(found(service, "Who keeps the keys?", (ASKED, "In 1984.")))[0] == "merlin.md"


def test_what_was_shown_last_is_a_candidate_though_ninety_others_suit_better(
    service: GroundingService,
) -> None:
    [canteen] = found(service, "When does the canteen open?", limit=1).passages

    told = found(
        service, "Which shelf holds part 7?", ("Where is soup?", "There.", (canteen.id,))
    ).explanation

    assert told is not None
    [shown] = [one for one in told.candidates if one.id == canteen.id]
    assert (shown.source, shown.dropped) == ("from the last turn", "too far away")


def test_an_explanation_begins_with_the_passages_as_they_are_shown(service: GroundingService) -> None:
    retrieval = found(service, "Who keeps the keys?", (ASKED, "In 1984."), limit=3)

    told = retrieval.explanation
    assert told is not None
    assert told.context == "MH"
    assert [one.id for one in told.candidates if not one.dropped] == [one.id for one in retrieval.passages]
    assert told.candidates[0].moved == "the conversation speaks for it"
