"""`inhouse admin`: the signing key that makes somebody the admin, and what it vouches for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import yaml

from app.cli.options import (
    NEW_ADMIN_VARIABLE,
    as_json,
    given_admin_passphrase,
    note,
    parts_for,
    print_shape,
    say,
)
from app.contract.admin import AdminShape
from app.errors import AdminError

if TYPE_CHECKING:
    from app.assembly import Parts


@click.group("admin", help="Make and use the admin key: it signs what everybody answers from.")
def command() -> None:
    """Group of commands that start no child process."""


@command.command("init")
def init() -> None:
    """Make the admin key, and sign what is there.

    From then on only its passphrase lets anybody change documents, models or policy.
    """
    with parts_for() as parts:
        fingerprint = parts.administration.create(_new_passphrase())
        parts.seal.sign()
        parts.registry.sign()
        parts.policy.sign()
        say(f"The admin key is made. Its fingerprint, for everybody to compare:\n{fingerprint}")
        say("Nobody can recover a lost admin passphrase: a new key then has to be trusted by everybody.")
        _notices(parts)


@command.command("status")
@as_json
def status(*, json_output: bool) -> None:
    """Say whether there is an admin and what is signed."""
    with parts_for() as parts:
        shape = AdminShape(
            set_up=parts.administration.is_set_up,
            fingerprint=parts.administration.fingerprint(),
            documents=_state(parts, "documents"),
            models=_state(parts, "models"),
        )
    if json_output:
        print_shape(shape)
        return
    say(f"admin       {shape.fingerprint or 'none: everybody here may change documents and models'}")
    say(f"documents   {shape.documents}\nmodels      {shape.models}")


@command.command("sign")
def sign() -> None:
    """Sign documents, models and policy as they lie here.

    Look at them first: whatever somebody else changed is signed along.
    """
    with parts_for() as parts:
        if not parts.administration.is_set_up:
            raise AdminError("There is no admin key.", "Make one with `inhouse admin init`.")
        parts.seal.sign()
        parts.registry.sign()
        parts.policy.sign()
        say("Signed.")
        _notices(parts)


@command.command("trust")
@click.argument("fingerprint")
def trust(fingerprint: str) -> None:
    """Know the admin key with this FINGERPRINT from now on.

    "none" goes on without an admin, where the key is gone.
    """
    with parts_for() as parts:
        parts.administration.trust(fingerprint)
        say("Known from now on.")


@command.command("passphrase")
def passphrase() -> None:
    """Put the same admin key behind another passphrase."""
    with parts_for() as parts:
        parts.administration.require("admin.passphrase")
        parts.administration.change_passphrase(_new_passphrase())
        say("The admin passphrase is changed. A copy of the old key file still opens with the old one.")
        _notices(parts)


@command.command("policy")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@as_json
def policy(file: Path | None, *, json_output: bool) -> None:
    """Put a policy in force for everybody, or print it.

    With FILE, that one comes into force; without, the one in force is printed.
    """
    with parts_for() as parts:
        found = parts.policy.publish(file) if file else parts.policy.current()
        if json_output:
            click.echo(json.dumps(found.model_dump(mode="json")))
        else:
            say(yaml.safe_dump(found.model_dump(mode="json"), sort_keys=False).rstrip())
        _notices(parts)


def _state(parts: Parts, what: str) -> str:
    try:
        if what == "documents":
            parts.seal.check()
        else:
            parts.registry.check()
    except AdminError as error:
        return str(error)
    return "signed" if parts.administration.is_set_up else "not needed"


def _new_passphrase() -> str:
    from app.history.passphrase import refuse_weak

    given = given_admin_passphrase(NEW_ADMIN_VARIABLE)
    if given is None:
        if not sys.stdin.isatty():
            raise AdminError(
                "No passphrase was given for the admin key.",
                "Name a file with it in INHOUSE_NEW_ADMIN_PASSPHRASE_FILE, or run this in a terminal.",
            )
        note("Choose the admin's passphrase; it cannot be recovered if it is lost.")
        given = str(click.prompt("New admin passphrase", hide_input=True, confirmation_prompt=True, err=True))
    refuse_weak(given)
    return given


def _notices(parts: Parts) -> None:
    for notice in parts.administration.notices:
        note(notice)
