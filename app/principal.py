"""Who asks, as far as the operating system knows."""

from __future__ import annotations

import getpass
import os

from grounding.passages import Principal


def current_principal() -> Principal:
    """The account this process runs as, and the operating system's groups it is in, by name.

    A collection that names one of these groups can be read. Without groups, as on Windows, only what is open
    to everyone can.
    """
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        user = "unknown"
    return Principal(user=user, groups=_groups())


def _groups() -> frozenset[str]:
    try:
        import grp
    except ImportError:
        return frozenset()
    names = []
    for number in {os.getegid(), *os.getgroups()}:
        try:
            names.append(grp.getgrgid(number).gr_name)
        except KeyError:  # a group without a name, as in some containers
            continue
    return frozenset(names)
