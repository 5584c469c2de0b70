"""What a fault test is, and the list of those there are.

A test of another part joins by one entry in `TESTS`: a name, a sentence, how much it does at full size
and in the suite, and a function that takes that number and returns what it counted and what failed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from random import Random


@dataclass
class Result:
    """Counts to print, and sentences about what must not have happened; none of them is success."""

    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        """Add to a count; 0 makes it appear."""
        self.counts[what] = self.counts.get(what, 0) + number

    def expect(self, sentence: str, *, holds: bool) -> None:
        """Remember `sentence` as a failure unless it holds."""
        if not holds:
            self.failures.append(sentence)


@dataclass(frozen=True)
class FaultTest:
    """One test: `run(size, chance)` does `size` of what its sentence says."""

    name: str
    says: str
    full: int
    small: int
    module: str
    """Where `run` is found; imported only when the test runs."""

    def run(self, size: int, chance: Random) -> Result:
        """Do it."""
        work: Callable[[int, Random], Result] = import_module(self.module).run
        return work(size, chance)


TESTS = (
    FaultTest("T2", "one byte changed at each of SIZE places of a 200-message vault (0: every one)",
              0, 250, "faults.flips"),
    FaultTest("T3", "attacks on the structure, SIZE rounds of each", 5, 1, "faults.attacks"),
    FaultTest("T4", "SIZE kills at any moment while writing", 200, 12, "faults.kills"),
    FaultTest("T4-calls", "a kill at every SIZEth write, sync, rename or removal of each operation",
              1, 9, "faults.kills_at_calls"),
    FaultTest("T5", "power cut at SIZE points of a recording", 1500, 60, "faults.power"),
    FaultTest("T6", "each kind of refusal at each of the first SIZE writes", 50, 5, "faults.refusals"),
    FaultTest("T7", "costs of a guess and formats that nobody wrote, SIZE openings of each", 20, 2,
              "faults.headers"),
    FaultTest("T8", "SIZE words looked for in every file, after each ending", 500, 50, "faults.canaries"),
    FaultTest("T9", "SIZE conversations erased, with kills", 100, 10, "faults.erasing"),
    FaultTest("T10", "keyrings that misbehave, and SIZE wrong passphrases", 1000, 12, "faults.secrets_wrong"),
    FaultTest("T31", "SIZE attempts at commands of the admin without the passphrase", 102, 4, "faults.roles"),
    FaultTest("T32", "each attack on the audit log at SIZE positions", 1000, 10, "faults.audits"),
    FaultTest("T33", "SIZE conversations taken along and erased, SIZE days under a clock that jumps",
              400, 40, "faults.own_data"),
    FaultTest("T34", "SIZE newer and foreign formats refused, untouched", 200, 5, "faults.formats"),
    FaultTest("T35", "turns, locking and reading of files for SIZE seconds", 600, 5, "faults.soak"),
    FaultTest("T36", "SIZE copies taken while writing, each restored", 100, 5, "faults.copies"),
)  # fmt: skip
