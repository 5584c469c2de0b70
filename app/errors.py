"""What front ends catch, and the exit code that each kind of failure has.

* AppError
  - UsageError                 what was asked for makes no sense; nothing was done
  - SettingsError              a settings file, variable or flag is wrong
      - PipelineOrderError     the stages are listed in an order that cannot work
  - HistoryError               the history cannot be opened or written
      - HistoryLockedError     no passphrase was given, or none that opens it
      - HistoryInUseError      another window holds it
      - HistoryUnsafeError     modes, owner or links of its folder let others in
      - HistoryDamagedError    its files are altered, damaged or of a newer format
      - HistoryNotSavedError   the disk refused; the text is still on screen
          - AnswerNotSavedError    the answer is written and can be saved again
      - UnknownConversationError
      - UnknownTurnError
  - AdminError                 the admin's key, or something that it should have signed
      - AdminNeededError       only the admin may do this, and the admin key is not unlocked
      - NotSignedError         the admin did not sign it, or it changed since; it is not used
      - AdminChangedError      the admin key is another one than this person knows
  - ExportTargetError          an export cannot be written where it was asked for
  - ImportUnusableError        a file holds no conversations that can be imported
  - WorkerLostError            a child process ended or hangs, and is not coming back
  - SetupError                 something that scripts/chat installs is missing

`EXPECTED` lists every family a front end catches: ours and those of the three packages.
Anything else is a bug and looks like one.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from grounding.errors import (
    CollectionError,
    EntityFileError,
    GroundingError,
    QuestionsUnusableError,
    SyncRefusedError,
    UnknownDocumentError,
    UnknownEntityError,
    UnknownGenerationError,
)
from models.errors import ModelError
from safety.errors import SafetyError

if TYPE_CHECKING:
    from app.contract import AskShape


class ExitCode(IntEnum):
    """What a script may rely on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    HISTORY = 4
    MODEL = 5


class AppError(Exception):
    """Root of this package's errors. `remedy` is one sentence the user can act on."""

    remedy: str = ""
    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        if remedy:
            self.remedy = remedy


class UsageError(AppError):
    """What was asked for makes no sense; nothing was done."""

    remedy = "See `inhouse --help`."
    exit_code = ExitCode.USAGE


class SettingsError(AppError):
    """A settings file, variable or flag is wrong."""

    remedy = "Correct it where the message says; `inhouse config paths` tells where the settings file lies."
    exit_code = ExitCode.USAGE


class PipelineOrderError(SettingsError):
    """The stages are listed in an order that cannot work."""

    remedy = "Restore app/pipeline.yaml."


class HistoryError(AppError):
    """The history cannot be opened or written."""

    remedy = "See the message above; nothing was changed."
    exit_code = ExitCode.HISTORY


class HistoryLockedError(HistoryError):
    """No passphrase was given, or none that opens it."""

    remedy = "Give the passphrase with --passphrase-file or INHOUSE_PASSPHRASE_FILE, or open the window."


class HistoryInUseError(HistoryError):
    """Another process holds the history."""

    remedy = "Close the other Inhouse window or command, then try again."


class HistoryUnsafeError(HistoryError):
    """Modes, owner or links of the folder let others in."""

    remedy = "Make the history folder yours alone: chmod 700 for the folder, 600 for its files, no links."


class HistoryDamagedError(HistoryError):
    """Files of the history are altered, damaged or of a newer format; they were left untouched."""

    remedy = "Restore the history folder from a backup, or move it away to begin a new one."


class HistoryNotSavedError(HistoryError):
    """The disk refused to take the text; it is not saved."""

    remedy = "Free disk space or mend the disk, then send the prompt again."


class AnswerNotSavedError(HistoryNotSavedError):
    """The answer is written, but the disk refused it; `result` has it, never the message."""

    remedy = "Free disk space or mend the disk, then save it again; the model is not asked again."

    def __init__(self, message: str, result: AskShape) -> None:
        super().__init__(message)
        self.result = result


class UnknownConversationError(HistoryError):
    """There is no such conversation."""

    remedy = "See `inhouse history list`."
    exit_code = ExitCode.USAGE


class UnknownTurnError(HistoryError):
    """The conversation has no such turn, or the turn is in no state for what was asked."""

    remedy = "See `inhouse history tree`."
    exit_code = ExitCode.USAGE


class AdminError(AppError):
    """The admin's key cannot be made, read or unlocked."""

    remedy = "See the message above; nothing was changed."
    exit_code = ExitCode.REFUSED


class AdminNeededError(AdminError):
    """Only the admin may do this, and the admin key is not unlocked."""

    remedy = (
        "Give the admin's passphrase when asked, or with INHOUSE_ADMIN_PASSPHRASE_FILE; "
        "no setting or flag makes somebody the admin."
    )


class NotSignedError(AdminError):
    """The admin did not sign it, or it changed since; it is not used."""

    remedy = "Ask the admin to look at what changed and to sign it with `inhouse admin sign`."


class AdminChangedError(AdminError):
    """The admin key is another one than this person knows."""

    remedy = (
        "Compare the fingerprint with the admin in person; if it is right, run `inhouse admin trust` with it."
    )


class ExportTargetError(AppError):
    """An export cannot be written where it was asked for; nothing was left there."""

    remedy = "Name a place that does not exist yet, in a folder that you may write to."
    exit_code = ExitCode.USAGE


class ImportUnusableError(AppError):
    """A file holds no conversations that can be imported; nothing was imported."""

    remedy = "Give the JSON or ZIP file as Inhouse, ChatGPT or Open WebUI exported it."
    exit_code = ExitCode.USAGE


class WorkerLostError(AppError):
    """A child process ended or hangs, and is not coming back."""

    remedy = "Ask again; if it happens again, see the log named in the message."


class SetupError(AppError):
    """Something that scripts/chat installs is missing."""

    remedy = "Run scripts/chat once: it installs what is missing."


_OF_USAGE = (
    CollectionError,
    EntityFileError,
    QuestionsUnusableError,
    SyncRefusedError,
    UnknownDocumentError,
    UnknownEntityError,
    UnknownGenerationError,
)

EXPECTED = (AppError, ModelError, GroundingError, SafetyError)


def exit_code_of(error: Exception) -> ExitCode:
    """Exit code for an error of one of the `EXPECTED` families."""
    if isinstance(error, AppError):
        return error.exit_code
    if isinstance(error, _OF_USAGE):
        return ExitCode.USAGE
    if isinstance(error, ModelError):
        return ExitCode.MODEL
    return ExitCode.FAILED
