"""A library made by the program's own ingest in this process, and the embedder that it takes."""

from __future__ import annotations

import os
from pathlib import Path

from app.assembly import embedder_folder
from app.errors import SetupError
from grounding.catalog import Catalog
from grounding.documents import LoadedDocument
from grounding.ingest import Ingest
from grounding.intake import Admitted
from grounding.loaders.registry import load
from grounding.passages import Principal
from grounding.upkeep.intake_report import IngestReport
from models.sentence_embedder import SentenceEmbedder

EVERYONE = Principal("eval")


class InProcessReader:
    """Reads without the jail: the evaluation data are known files."""

    def read(self, admitted: Admitted) -> LoadedDocument:
        """Text with positions."""
        return load(admitted.kind, admitted.data, name=admitted.name)


def installed_embedder() -> SentenceEmbedder | None:
    """The program's own embedder, kept from the network; None, and told, if it is not installed."""
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", ANONYMIZED_TELEMETRY="False")
    try:
        return SentenceEmbedder(embedder_folder())
    except SetupError as lacking:
        print(f"skipped: {lacking} {lacking.remedy}")
        return None


def catalog_in(work: Path) -> Path:
    """Where `taken_in` keeps the catalog."""
    return work / "kb"


def index_in(work: Path) -> Path:
    """Where `taken_in` keeps the vector index."""
    return work / "index"


def taken_in(folder: Path, work: Path, embedder: SentenceEmbedder) -> IngestReport:
    """Every file of a folder, in a library below `work`."""
    return Ingest(Catalog(catalog_in(work)), embedder, InProcessReader(), index_in(work)).add([folder])
