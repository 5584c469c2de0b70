"""Begins the audit log anew where the old one was lost or damaged: by the admin, and never in silence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from app.administration.role import Administration, translated
from app.errors import AdminError
from app.vault import checkpoints, guard
from app.vault.errors import AuditDamagedError
from app.vault.files import guarded


def begin_anew(administration: Administration) -> Path | None:
    """Put the old log and its checkpoints aside and begin one that the admin vouches for at once.

    Returns where the old one lies, None if nothing was left of it. Raises AdminError, AdminNeededError.
    """
    admin = administration.require("audit.begin")
    if admin is None:
        raise AdminError("There is no admin key.", "Make one with `inhouse admin init`.")
    log, places = administration.auditor.log, administration.locations.checkpoints
    with translated(), guarded():
        aside = _put_aside(administration.locations.audit, places)
        administration.record("audit.begin")
        identity, first = log.identity(), log.first_key()
        if identity is None or first is None:
            raise AuditDamagedError("The new log could not be begun.")
        admin.keep_first_key(identity, first)
        log.forget_first_key()
        checkpoints.sign_now(log, admin, places)
    return aside


def _put_aside(folder: Path, places: tuple[Path, ...]) -> Path | None:
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = folder.with_name(f"{folder.name}-until-{time}")
    if folder.exists():
        guard.check_folder(folder)
        folder.rename(aside)
    else:
        guard.make_folder(aside)
    for place in places:
        if place.exists():
            place.rename(aside / f"{place.parent.name}-elsewhere-{place.name}")
    return aside if any(aside.iterdir()) else None
