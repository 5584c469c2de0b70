"""The fault tests of secrets, words, formats and long runs pass at the size of the suite."""

from __future__ import annotations

import pytest

from tests.scripts.test_faults import faults, needs_a_compiler

NAMES = ("T7", "T8", "T10", "T31", "T32", "T33", "T34", "T35")


@needs_a_compiler
@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_no_word_leaks_and_nothing_wrong_is_taken(name: str) -> None:
    done = faults("--small", "--only", name)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_the_size_can_be_chosen() -> None:
    done = faults("--only", "T34", "--size", "1")

    assert done.returncode == 0
    assert " 5  openings" in done.stdout
