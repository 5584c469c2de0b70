"""What each kind of worker serves: a port's methods by name, arguments and results as JSON values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Service(Protocol):
    """One port, behind names."""

    def expect(self) -> None:
        """A call has arrived and will be served next; whatever was asked to stop is over."""
        ...

    def call(self, method: str, arguments: dict[str, Any]) -> Any:
        """The result as a JSON value, or an iterator of items."""
        ...

    def stop(self) -> None:
        """End the call under way early; called from another thread."""
        ...


def open_service(kind: str, configuration: dict[str, Any]) -> Service:
    """The service of a worker; only its own module is imported, and nothing heavy yet."""
    kinds: dict[str, Callable[[dict[str, Any]], Service]] = {
        "engine": _engine,
        "grounding": _grounding,
        "ingest": _ingest,
    }
    return kinds[kind](configuration)


def _engine(configuration: dict[str, Any]) -> Service:
    from app.workers.engine_service import EngineService

    return EngineService(configuration)


def _grounding(configuration: dict[str, Any]) -> Service:
    from app.workers.grounding_service import GroundingService

    return GroundingService(configuration)


def _ingest(configuration: dict[str, Any]) -> Service:
    from app.workers.ingest_service import IngestService

    return IngestService(configuration)
