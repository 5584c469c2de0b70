"""Everything that can go wrong with documents and their index.

* GroundingError
  - IntakeError                 one file could not be taken in
      - FileRefusedError        the gate turned it away: kind, size, link, protection
      - FileEmptyError          it holds no text (a scan, white space, nothing)
      - FileUnreadableError     its parser failed or ran out of its limits
  - CatalogUnusableError        the knowledge base cannot be opened or has a newer format
  - CatalogBusyError            another process is changing the knowledge base
  - UnknownDocumentError        no document of that name or id
  - UnknownGenerationError      no generation of that number is kept
  - CollectionError             a collection is unknown, badly named, or not empty
  - SyncRefusedError            a mirrored folder would lose too much, or is not there
  - EmbedderMismatchError       the index was built with another embedder
  - IndexUnusableError          the vector index is missing, altered or broken
  - EntityModelMissingError     the spaCy model is not installed
  - EntityFileError             a list of entities cannot be read as it is
  - UnknownEntityError          no entity of that name or id
  - QuestionsUnusableError      a file of questions to be evaluated cannot be read as it is
  - RetrieverLostError          the process that searches ended or hangs
"""

from __future__ import annotations


class GroundingError(Exception):
    """Root of this package's errors. `remedy` is one sentence the user can act on."""

    remedy: str = ""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        if remedy:
            self.remedy = remedy


class IntakeError(GroundingError):
    """One file could not be taken in; the others go on."""

    remedy = "Mend or convert the file and add it again."


class FileRefusedError(IntakeError):
    """The gate turned the file away before any parser saw it, or it is protected."""


class FileEmptyError(IntakeError):
    """The file holds no text: a scan, white space, or nothing at all."""


class FileUnreadableError(IntakeError):
    """The parser failed, or ran out of time or memory."""


class CatalogUnusableError(GroundingError):
    """The knowledge base cannot be opened."""

    remedy = "Restore the knowledge base from a backup, or move it away and add the documents again."


class CatalogBusyError(GroundingError):
    """Another process is changing the knowledge base."""

    remedy = "Wait until the other `inhouse docs` command is done, then try again."


class UnknownDocumentError(GroundingError):
    """No document of that name or id."""

    remedy = "See `inhouse docs list`."


class UnknownGenerationError(GroundingError):
    """No generation of that number is kept."""

    remedy = "See `inhouse docs generations`."


class CollectionError(GroundingError):
    """A collection is unknown, badly named, or cannot be dropped because it is not empty."""

    remedy = "See `inhouse docs collections`."


class SyncRefusedError(GroundingError):
    """A mirrored folder would lose too much, or is not there; nothing was changed."""

    remedy = "See what would happen with `inhouse docs sync FOLDER --plan`."


class EmbedderMismatchError(GroundingError):
    """The index was built with another embedder: its vectors cannot be compared with ours."""

    remedy = "Use the embedder named in the message, or run `inhouse docs rebuild --embedder FOLDER`."


class IndexUnusableError(GroundingError):
    """The vector index is missing, altered or broken; exact search answers meanwhile."""

    remedy = "Run `inhouse docs rebuild`; `docs add` and `docs sync` rebuild it as well."


class EntityModelMissingError(GroundingError):
    """The spaCy model is not installed."""

    remedy = "Run scripts/chat once: it installs the model packages."


class EntityFileError(GroundingError):
    """A list of entities cannot be read as it is; none of it was taken."""

    remedy = "Correct the line that the message names; columns: name, aliases, kind, description."


class UnknownEntityError(GroundingError):
    """No entity of that name or id, or several."""

    remedy = "See `inhouse entities list`."


class QuestionsUnusableError(GroundingError):
    """A file of questions cannot be read as it is."""

    remedy = (
        'Write one JSON object a line: {"id": …, "question": …, "relevant": [document path or name]},'
        ' and "turns" for a follow-up.'
    )


class RetrieverLostError(GroundingError):
    """The process that searches the documents ended or hangs."""

    remedy = "Ask again: it is started anew."
