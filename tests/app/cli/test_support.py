"""`inhouse support check`: a line in, a verdict out, without any language model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.contract import SupportQuestion, SupportShape
from tests.app.cli.home import Home

pytestmark = pytest.mark.real

HOTEL = {"id": "hotel", "text": "Hotel rooms in London are refunded up to 140 euros per night."}
MEALS = {"id": "meals", "text": "Meals abroad are refunded up to 45 euros per day. Alcohol is not refunded."}
LINES = [
    {"id": "true", "answer": "Alcohol is not refunded [meals].", "passages": [HOTEL, MEALS], "label": 1},
    {"id": 2, "answer": "Alcohol is refunded [2].", "passages": [HOTEL, MEALS]},
    {
        "id": "corrected",
        "answer": "Meals abroad are refunded up to 45 euros [1].",
        "passages": [HOTEL, MEALS],
    },
]


def test_each_line_gets_a_verdict_and_a_bad_one_does_not_end_the_others(tmp_path: Path) -> None:
    typed = "\n".join([json.dumps(LINES[0]), "{}", *map(json.dumps, LINES[1:])]).encode()

    said = Home(tmp_path).run("support", "check", "-", "--json", typed=typed)

    found = [SupportShape.model_validate_json(line) for line in said.out.splitlines()]
    assert [(one.id, one.verdict) for one in found] == [
        ("true", "supported"),
        (2, "not_found"),
        ("corrected", "supported"),
    ]
    assert [one.sentences[0].citations for one in found] == [["meals"], [], ["meals"]]
    assert found[1].score < 0.5 < found[0].score
    assert "Line 2 cannot be checked" in said.err
    assert said.code == 2

    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps(LINES[1]), encoding="utf-8")
    plain = Home(tmp_path).run("support", "check", file)
    assert plain.code == 0
    assert "2: not found" in plain.out
    assert "opposite" in plain.out


def test_two_passages_of_one_id_are_refused_with_a_reason(tmp_path: Path) -> None:
    line = json.dumps({"id": "x", "answer": "Yes.", "passages": [HOTEL, HOTEL]})

    said = Home(tmp_path).run("support", "check", "-", typed=line.encode())

    assert "one id" in said.err
    assert said.out == ""


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot be read" in Home(tmp_path).run("support", "check", tmp_path / "none.jsonl").err


def test_labels_of_an_evaluation_are_left_out_of_account() -> None:
    assert SupportQuestion.model_validate(LINES[0]).id == "true"
