"""Rights follow the groups of the account that asks."""

from __future__ import annotations

import os

import pytest

from app.principal import current_principal

grp = pytest.importorskip("grp", reason="the operating system has no groups")


def test_who_asks_is_in_the_groups_of_the_operating_system() -> None:
    named = {one.gr_gid: one.gr_name for one in grp.getgrall()}
    own = {named[number] for number in {os.getegid(), *os.getgroups()} if number in named}

    assert current_principal().groups == own
