"""Named examples, innocent twins beside the guilty ones, each judged as the program judges it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from safety.policy import Policy
from safety.profiles import answer_policy, passage_policy, prompt_policy
from safety.verdict import Action

CORPUS = Path(__file__).parent / "corpus"


def examples() -> Iterator[object]:
    for file in sorted(CORPUS.glob("*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        for example in table["example"]:
            yield pytest.param(
                table["policy"],
                example["text"].replace("¦", ""),
                example.get("known", ""),
                Action(example["action"]),
                id=f"{file.stem}: {example['name']}",
            )


def policy_named(name: str, known: str) -> Policy:
    return {"prompt": prompt_policy(), "passage": passage_policy(), "answer": answer_policy(known)}[name]


@pytest.mark.parametrize(("policy", "text", "known", "action"), [*examples()])
def test_every_example_is_judged_as_a_person_would(
    policy: str, text: str, known: str, action: Action
) -> None:
    verdict = policy_named(policy, known).judge(text)

    assert verdict.action is action, [finding.reason for finding in verdict.findings]


def test_each_part_has_guilty_and_innocent_examples() -> None:
    for file in CORPUS.glob("*.toml"):
        actions = {
            example["action"] for example in tomllib.loads(file.read_text(encoding="utf-8"))["example"]
        }
        assert "allow" in actions
        assert actions - {"allow"}
