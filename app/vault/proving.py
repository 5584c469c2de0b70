"""Whether somebody who asks for a change of the ways in knows one of them."""

from __future__ import annotations

import hmac

from app.vault import opening
from app.vault.errors import WrongPassphraseError
from app.vault.keys import wipe
from app.vault.reader import Reader


def prove(vault: Reader, passphrase: str) -> None:
    """Derive the key once, as opening does. Raises WrongPassphraseError, VaultClosedError."""
    vault.check_open()
    known = vault._ledger  # noqa: SLF001 - keys never leave the package
    root = opening.root_key(known.vault, dict(known.slots), passphrase)
    try:
        if not hmac.compare_digest(root, known.keys.root):
            raise WrongPassphraseError
    finally:
        wipe(root)
