"""What every SQLite file of the knowledge base has in common."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from grounding.errors import CatalogUnusableError


@dataclass(frozen=True, slots=True)
class FileKind:
    """How a file of ours is told from others, and one format of it from the next."""

    file: str
    application: int
    format: int
    what: str
    """With its article: "a knowledge base"."""

    def sign(self, connection: sqlite3.Connection) -> None:
        """Write into a new file that it is of this kind."""
        connection.execute(f"PRAGMA application_id = {self.application}")
        connection.execute(f"PRAGMA user_version = {self.format}")

    def format_of(self, connection: sqlite3.Connection) -> int:
        """The format of an opened file, at most ours.

        Raises CatalogUnusableError if another program made it, or a newer version of this one.
        """
        [application] = connection.execute("PRAGMA application_id").fetchone()
        [found] = connection.execute("PRAGMA user_version").fetchone()
        if application != self.application:
            raise CatalogUnusableError(f"{self.file} is not {self.what} of this program.")
        if found > self.format:
            raise CatalogUnusableError(
                f"{self.file} has format {found}; this version of the program reads up to {self.format}.",
                "Use the newer version of the program that made it.",
            )
        return int(found)


def set_up(connection: sqlite3.Connection, *, busy_ms: int) -> None:
    """Trust nothing that the file says of itself, wait so long for others, write no temporary file."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute(f"PRAGMA busy_timeout = {busy_ms}")
    # Sorting may spill; a temporary file would hold document text outside our folders.
    connection.execute("PRAGMA temp_store = MEMORY")
