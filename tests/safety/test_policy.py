"""The strictest finding decides, and a broken check is never quieter than a working one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from safety.policy import Check, Policy
from safety.verdict import Action, Finding


@dataclass(frozen=True)
class Always:
    action: Action
    name: str = "always"

    def findings(self, text: str) -> Iterable[Finding]:
        yield Finding(self.name, self.action, "always", 0, len(text))


@dataclass(frozen=True)
class Broken:
    """Finds one thing and then fails with the text in its message, as many libraries do."""

    name: str = "broken"

    def findings(self, text: str) -> Iterable[Finding]:
        yield Finding(self.name, Action.WARN, "found before the crash", 0, 1)
        raise LookupError(text)


ALLOW, WARN, MASK, BLOCK = map(Always, Action)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        pytest.param([], Action.ALLOW, id="no checks, nothing to object"),
        pytest.param([ALLOW, WARN], Action.WARN, id="the stricter of two wins"),
        pytest.param([MASK, WARN], Action.MASK, id="in whichever order"),
        pytest.param([WARN, BLOCK, MASK], Action.BLOCK, id="block beats mask"),
        pytest.param([ALLOW, Broken()], Action.BLOCK, id="a crashed check blocks unless told otherwise"),
    ],
)
def test_the_strictest_finding_decides(checks: list[Check], expected: Action) -> None:
    assert Policy(checks).judge("any text").action is expected


def test_what_a_crash_means_can_be_chosen_and_is_always_visible() -> None:
    verdict = Policy([Broken()], on_crash=Action.WARN).judge("any text")

    assert verdict.action is Action.WARN
    assert verdict.findings[-1].category == "crashed_check"
    assert (verdict.findings[-1].start, verdict.findings[-1].end) == (0, 8)


def test_a_crashed_check_does_not_repeat_the_text() -> None:
    """Crash messages often quote their input, and reasons are shown and logged."""
    verdict = Policy([Broken()]).judge("my diary")

    assert all("my diary" not in finding.reason for finding in verdict.findings)
    assert "LookupError" in verdict.findings[-1].reason


def test_what_a_check_found_before_it_crashed_counts_and_the_others_still_run() -> None:
    verdict = Policy([Broken(), MASK]).judge("text")

    assert [finding.check for finding in verdict.findings] == ["broken", "broken", "always"]
