"""`inhouse history profiles`: who has a history under this account."""

from __future__ import annotations

import click

from app.cli.options import as_json, counted, parts_for, print_shape, say
from app.contract.history import ProfileShape, ProfilesShape
from app.locations import profile_names


@click.command("profiles")
@as_json
def profiles(*, json_output: bool) -> None:
    """List the profiles of people who share this account.

    Each has a history with a passphrase of its own; choose one with `inhouse --profile NAME`. A name that is
    new begins a profile. Nobody can read another's history without its passphrase, but whoever can write
    here can delete it.
    """
    from app.history.history import History

    with parts_for() as parts:
        places = {name: parts.locations.profiles / name for name in profile_names(parts.locations)}
    begun = [name for name, place in places.items() if History.state(place) == "present"]
    if json_output:
        print_shape(ProfilesShape(profiles=[ProfileShape(name=name) for name in begun]))
        return
    for name in begun:
        say(name)
    say(f"{counted(len(begun), 'profile')}." if begun else "No profiles; the history is that of the account.")
