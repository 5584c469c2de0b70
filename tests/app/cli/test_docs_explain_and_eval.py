"""Why a search brought what it brought, and whether a generation answers as well as the one before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.contract import EvalShape, ExplainShape
from tests.app.cli.home import Home

pytestmark = pytest.mark.real

TEXTS = {
    "travel_2026.md": "# Travel\n\nThe daily meal allowance is 52 euros for a full day.\n",
    "canteen.md": "# Canteen\n\nThe canteen opens at noon and serves soup, bread and salads.\n",
    "parking.md": "# Parking\n\nA parking permit costs twelve euros a month.\n",
}
QUESTIONS = [
    {"id": "meals", "question": "How high is the meal allowance?", "relevant": ["travel_2026.md"]},
    {"id": "soup", "question": "When is soup served?", "relevant": ["canteen"]},
    {
        "id": "permit",
        "question": "And what does it cost?",
        "turns": [
            {"speaker": "user", "text": "Do I need a parking permit?"},
            {"speaker": "agent", "text": "Yes."},
        ],
        "relevant": ["parking.md"],
    },
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("explained")
    (root / "papers").mkdir()
    for name, text in TEXTS.items():
        (root / "papers" / name).write_text(text, encoding="utf-8")
    (root / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    home = Home(root)
    assert home.run("docs", "add", root / "papers").code == 0
    return home


def test_explain_tells_of_every_candidate(home: Home) -> None:
    said = home.run("docs", "explain", "When does the cantene open?", "--json")

    told = ExplainShape.model_validate_json(said.out)
    assert said.code == 0
    assert told.searched == "When does the canteen open?"
    assert [one.written for one in told.corrections] == ["cantene"]
    assert {one.document for one in told.candidates} == {f"papers/{name}" for name in TEXTS}
    assert told.candidates[0].document == "papers/canteen.md" == told.passages[0].document
    assert told.candidates[0].dropped == ""
    assert all(one.dropped for one in told.candidates if one.id not in {p.id for p in told.passages})
    assert told.timings_ms["embedding"] > 0


def test_explain_is_a_table_for_people(home: Home) -> None:
    said = home.run("docs", "explain", "When does the canteen open?")

    assert "Searched for: When does the canteen open?" in said.out
    assert "papers/canteen.md" in said.out
    assert "too far away" in said.out
    assert "embedding" in said.out


def test_a_generation_that_answers_worse_is_rolled_back(home: Home) -> None:
    questions = home.root / "questions.jsonl"

    first = home.run("docs", "eval", questions, "--gate", "--json")
    home.run("docs", "remove", "parking.md", "--keep-history")
    home.run("docs", "collection", "board", "--groups", "board")
    second = home.run("docs", "eval", questions, "--gate", "--json")

    good, bad = (EvalShape.model_validate_json(said.out) for said in (first, second))
    assert (first.code, good.gate, good.before) == (0, "passed", None)
    assert [(one.id, one.rank) for one in good.questions] == [("meals", 1), ("soup", 1), ("permit", 1)]
    assert (good.now.recall["1"], good.now.mrr) == (1.0, 1.0)
    assert (second.code, bad.gate) == (1, "refused")
    assert bad.before is not None
    assert (bad.before.mrr, bad.before.generation) == (1.0, good.generation)
    assert bad.now.mrr < 1.0
    assert "parking.md" in bad.notice
    assert "parking.md" in home.run("docs", "list").out, "the generation before is live again"
    assert not list((home.root / "inhouse").rglob("past-*"))


def test_a_bad_line_is_named(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"id": "a"}\n', encoding="utf-8")

    said = home.run("docs", "eval", file)

    assert said.code == 2
    assert said.out == ""
    assert "bad.jsonl, line 1" in said.err
    assert "JSON object a line" in said.err
