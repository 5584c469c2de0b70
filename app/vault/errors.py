"""Everything that can go wrong with the vault, as the person in front of it sees it.

* VaultError
  - WrongPassphraseError      no slot opens with what was given
      - WrongRecoveryCodeError  nor with the recovery code
  - RecoveryCodeError         what was typed is no recovery code
  - RecordUnreadableError     a sealed blob does not open: wrong key, wrong place or altered bytes
  - VaultAbsentError          there is no vault in the folder
  - VaultExistsError          there is one already
  - VaultInUseError           another process holds the lock
  - VaultUnsafeError          modes, owner or links let others in
  - VaultDamagedError         the database, its header or its schema is altered or broken
      - CostRefusedError      stored key derivation costs are outside the allowed range
  - VaultNewerError           written by a newer version; left untouched
  - VaultForeignError         a copy belongs to another vault, or to one from before a re-key
  - VaultNotSavedError        the disk refused to take it
      - VaultReadOnlyError    it is a copy that was opened for reading
  - VaultLossError            re-keying would drop what no longer opens
  - RecordTooLargeError       a record is above the ceiling
  - ConversationFullError     a conversation has reached the number of records one key may seal
  - ConversationUnknownError  there is no such conversation
  - ConversationDamagedError  nothing more can be added to it
  - CipherMissingError        the installed OpenSSL lacks AES-256-GCM-SIV
  - VaultClosedError          it was closed, its keys are gone
  - AuditDamagedError         a part of the audit log is not what this program writes
  - AdminKeyDamagedError      the file of the admin key is altered or broken
  - SignatureRefusedError     something was not signed by the admin, or changed since

Messages never contain keys, passphrases or text of a record.
"""

from __future__ import annotations


class VaultError(Exception):
    """Root of this package's errors. `remedy` is one sentence the user can act on."""

    remedy: str = "See the message above; nothing was changed."

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        if remedy:
            self.remedy = remedy


class WrongPassphraseError(VaultError):
    """No slot opens with what was given; the message is constant."""

    remedy = "Try again; without the passphrase the history cannot be recovered."

    def __init__(self) -> None:
        super().__init__("The history could not be opened with this passphrase.")


class WrongRecoveryCodeError(WrongPassphraseError):
    """No recovery slot opens with what was given; the message is constant."""

    remedy = "Look for a newer recovery code: making one ends the one before. Or give the passphrase."

    def __init__(self, message: str = "The history could not be opened with this recovery code.") -> None:
        VaultError.__init__(self, message)


class RecoveryCodeError(VaultError):
    """What was typed is no recovery code; `group` is the number of the wrong group, from 1, if known."""

    remedy = "Compare it with the printed one; it has 14 groups of four letters and digits."

    def __init__(self, message: str, group: int | None = None) -> None:
        super().__init__(message)
        self.group = group


class RecordUnreadableError(VaultError):
    """Wrong key, wrong place or altered bytes; deliberately not said which."""

    remedy = "Restore the history folder from a backup if this record matters."

    def __init__(self) -> None:
        super().__init__("1 message is damaged or was altered.")


class VaultAbsentError(VaultError):
    """There is no vault in the folder."""

    remedy = "Open the window once to begin a history."


class VaultExistsError(VaultError):
    """There is a vault in the folder already; it was not touched."""

    remedy = "Open the existing one, or move its folder away first."


class VaultInUseError(VaultError):
    """Another process holds the lock."""

    remedy = "Close the other window or command, then try again."


class VaultUnsafeError(VaultError):
    """Modes, owner or links let others in."""

    remedy = "Make the history folder yours alone: chmod 700 for the folder, 600 for its files, no links."


class VaultDamagedError(VaultError):
    """The database, its header or its schema is altered or broken; it was left as it is."""

    remedy = "Restore the history folder from a backup, or move it away to begin a new one."


class CostRefusedError(VaultDamagedError):
    """Stored key derivation costs are outside the allowed range; nothing was derived."""


class VaultNewerError(VaultError):
    """Written by a newer version; left untouched."""

    remedy = "Update the program; this version cannot read the newer format."


class VaultNotSavedError(VaultError):
    """The disk refused to take it; what was saved before is unharmed."""

    remedy = "Free disk space or mend the disk, then try again."


class VaultReadOnlyError(VaultNotSavedError):
    """It is a copy that was opened for reading; nothing is written to it."""

    remedy = "Restore the copy first, then change it."


class VaultForeignError(VaultError):
    """A copy that the keys of this vault do not open."""

    remedy = "Open it with the passphrase that was in use when the copy was made."


class VaultLossError(VaultError):
    """Re-keying would drop what no longer opens; nothing was changed."""

    remedy = "Repair the history from a backup first, or re-key it all the same and accept the loss."


class RecordTooLargeError(VaultError):
    """A record is above the ceiling; nothing was saved."""

    remedy = "Shorten the text."


class ConversationFullError(VaultError):
    """The conversation has reached the number of records that one key may seal."""

    remedy = "Begin a new conversation."


class ConversationUnknownError(VaultError):
    """There is no such conversation."""

    remedy = "List the conversations to see which there are."


class ConversationDamagedError(VaultError):
    """The head of the conversation does not verify; it can be read, but nothing is added to it."""

    remedy = "Begin a new conversation; what can be read of this one stays."


class CipherMissingError(VaultError):
    """The installed OpenSSL lacks AES-256-GCM-SIV; there is no fallback."""

    remedy = "Install the cryptography package from its own wheel, which carries a current OpenSSL."


class VaultClosedError(VaultError):
    """It was closed and its keys are gone."""

    remedy = "Open the history again."


class AuditDamagedError(VaultError):
    """A part of the audit log is not what this program writes; it was left as it is."""

    remedy = "Run `inhouse audit verify` to see the first entry that does not fit."


class AdminKeyDamagedError(VaultError):
    """The file of the admin key is altered or broken; nothing was derived from it."""

    remedy = "Put the admin key file back from its copy, or make a new admin key with `inhouse admin init`."


class SignatureRefusedError(VaultError):
    """Something was not signed by the admin of this installation, or changed since; it is not used."""

    remedy = "Ask the admin to look at it and sign it again."
