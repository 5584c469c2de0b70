"""No text, however it is made, keeps a check busy: every repeat has an end."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined] # the parser's own names, not in the stubs
from re import _parser as parser  # type: ignore[attr-defined] # see above
from typing import Any

import pytest

from safety.checks import (
    document_orders,
    entropy,
    injection,
    personal_data,
    secrets,
    template_tokens,
)

MODULES = (document_orders, entropy, injection, personal_data, secrets, template_tokens)

HOSTILE = (
    "a" * 50_000,
    "A1" * 25_000,
    "1 " * 25_000,
    "1-" * 25_000,
    "12." * 16_000,
    "a@" * 25_000,
    "a." * 25_000,
    "eyJ" * 16_000,
    "password " * 5_000,
    "password=" * 5_000,
    "ignore all the of " * 3_000,
    "your answer " * 4_000,
    "<|" * 25_000,
    "https://" * 6_000,
    "![](" * 12_000,
    "-----BEGIN PRIVATE KEY-----" * 2_000,
    "DE89 " * 10_000,
    ":" * 50_000,
    "(" * 50_000,
    " " * 50_000,
    "\n" * 50_000,
    "\u200b" * 50_000,
    "call me at 12 " * 3_000,
    "two responses normal " * 2_000,
)


def patterns() -> Iterator[object]:
    for module in MODULES:
        for at, pattern in enumerate(_patterns_in(vars(module))):
            yield pytest.param(pattern, id=f"{module.__name__}-{at}")


def _patterns_in(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, injection.Rule):
        yield value.pattern
    elif isinstance(value, dict):
        for name, item in value.items():
            if not name.startswith("__"):
                yield from _patterns_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _patterns_in(item)


def _repeats(tree: Any) -> Iterator[int]:
    for code, argument in tree:
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
            yield int(argument[1])
        for part in argument if isinstance(argument, (tuple, list)) else (argument,):
            if isinstance(part, parser.SubPattern):
                yield from _repeats(part)
            elif isinstance(part, list):
                for branch in part:
                    yield from _repeats(branch) if isinstance(branch, parser.SubPattern) else ()


@pytest.mark.parametrize("pattern", [*patterns()])
def test_every_repeat_of_every_pattern_has_an_upper_bound(pattern: re.Pattern[str]) -> None:
    most = max(_repeats(parser.parse(pattern.pattern, pattern.flags)), default=0)

    assert most < 100_000


@pytest.mark.parametrize("unbounded", ["a+", "(?:x|b*)", "(?:(?:ab)?c{2,})d", "[^.]*?", r"a(?=\s+)"])
def test_a_repeat_without_a_bound_would_be_noticed(unbounded: str) -> None:
    assert max(_repeats(parser.parse(unbounded))) > 100_000


def test_hostile_texts_are_judged_to_the_end() -> None:
    """In a process of its own with a generous limit: a pattern that explodes would never end."""
    program = (
        "import sys; from safety.profiles import *; from tests.safety.test_bounded_work import HOSTILE\n"
        "policies = [prompt_policy(), passage_policy(), answer_policy('x')]\n"
        "print(sum(len(policy.judge(text).findings) >= 0 for text in HOSTILE for policy in policies))"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=300, check=True)

    assert int(ended.stdout) == 3 * len(HOSTILE)
