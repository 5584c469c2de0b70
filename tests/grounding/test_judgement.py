"""An administrator's questions are read strictly, and judged by rank and recall."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding import judgement
from grounding.errors import QuestionsUnusableError
from grounding.judgement import Question, figures, is_meant, ranked, read_questions

GOOD = {"id": "q1", "question": "How much leave?", "relevant": ["leave.md"]}


def file_of(folder: Path, *lines: object) -> Path:
    file = folder / "questions.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    file.write_text("\n".join(texts), encoding="utf-8")
    return file


def asked(*relevant: str) -> Question:
    return Question(id="q", question="?", relevant=relevant)


def test_questions_keep_their_turns_as_pairs(tmp_path: Path) -> None:
    turns = [
        {"speaker": "agent", "text": "Hello."},
        {"speaker": "user", "text": "Leave?"},
        {"speaker": "agent", "text": "27 days."},
        {"speaker": "agent", "text": "And more."},
        {"speaker": "user", "text": "Thanks."},
    ]

    [first, second] = read_questions(file_of(tmp_path, GOOD, "", GOOD | {"id": 2, "turns": turns}))

    assert (first.id, first.question, first.relevant, first.earlier) == (
        "q1",
        "How much leave?",
        ("leave.md",),
        (),
    )
    assert second.id == "2"
    assert second.earlier == (("Leave?", "27 days.\nAnd more."), ("Thanks.", ""))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param("{", "not JSON", id="no JSON"),
        pytest.param("[" * 100_000, "not JSON", id="nested without end"),
        pytest.param([], "not a JSON object", id="a list"),
        pytest.param(GOOD | {"answer": "x"}, "unknown key 'answer'", id="an unknown key"),
        pytest.param({**GOOD, "id": ""}, '"id"', id="no id"),
        pytest.param({**GOOD, "id": True}, '"id"', id="an id that is none"),
        pytest.param({**GOOD, "question": " "}, '"question"', id="no question"),
        pytest.param({**GOOD, "relevant": []}, '"relevant"', id="nothing relevant"),
        pytest.param({**GOOD, "relevant": "leave.md"}, '"relevant"', id="a text for a list"),
        pytest.param({**GOOD, "relevant": ["a"] * 300}, '"relevant"', id="too much relevant"),
        pytest.param({**GOOD, "turns": [{"speaker": "bot", "text": ""}]}, '"turns"', id="an unknown speaker"),
        pytest.param({**GOOD, "turns": {"speaker": "user"}}, '"turns"', id="turns that are no list"),
        pytest.param(GOOD, "line 1 too", id="an id that was there"),
    ],
)
def test_a_bad_line_is_named_with_a_remedy(tmp_path: Path, line: object, says: str) -> None:
    file = file_of(tmp_path, GOOD, line)

    with pytest.raises(QuestionsUnusableError, match="line 2") as refusal:
        read_questions(file)

    assert says in str(refusal.value)
    assert "JSON object a line" in refusal.value.remedy
    assert "How much leave" not in str(refusal.value)


def test_a_file_that_is_no_text_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_bytes(json.dumps(GOOD).encode() + b"\n\xff\n")

    with pytest.raises(QuestionsUnusableError, match=r"line 2.*UTF-8"):
        read_questions(file)


def test_files_that_are_missing_empty_or_too_large_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(QuestionsUnusableError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")
    with pytest.raises(QuestionsUnusableError, match="no question"):
        read_questions(file_of(tmp_path, ""))
    monkeypatch.setattr(judgement, "MOST_QUESTIONS", 1)
    with pytest.raises(QuestionsUnusableError, match="more than 1"):
        read_questions(file_of(tmp_path, GOOD, GOOD | {"id": "q2"}))
    monkeypatch.setattr(judgement, "MOST_BYTES", 10)
    with pytest.raises(QuestionsUnusableError, match="larger"):
        read_questions(file_of(tmp_path, GOOD))


@pytest.mark.parametrize(
    ("wanted", "document", "expected"),
    [
        pytest.param("hr/leave.md", "hr/leave.md", True, id="the path"),
        pytest.param("leave.md", "hr/leave.md", True, id="the file name"),
        pytest.param("leave", "hr/leave.md", True, id="without its ending"),
        pytest.param("leave.md", "hr/sick-leave.md", False, id="another file name"),
        pytest.param("it/leave.md", "hr/leave.md", False, id="another folder"),
    ],
)
def test_a_document_is_meant_by_path_or_name(wanted: str, document: str, *, expected: bool) -> None:
    assert is_meant(wanted, document) is expected


def test_the_rank_is_that_of_the_first_relevant_document_among_different_ones() -> None:
    found = ranked(asked("c.md", "x.md"), ["a.md", "a.md", "b.md", "c.md"])

    assert found.documents == ("a.md", "b.md", "c.md")
    assert found.rank == 3
    assert found.recall == (0.0, 0.5, 0.5, 0.5)
    assert ranked(asked("z.md"), ["a.md"]).rank is None


def test_figures_are_means() -> None:
    first = ranked(asked("a.md"), ["a.md"])
    second = ranked(asked("a.md"), ["b.md", "a.md"])
    none = ranked(asked("a.md"), [])

    found = figures([first, second, none])

    assert found.recall == {1: 1 / 3, 3: 2 / 3, 5: 2 / 3, 10: 2 / 3}
    assert found.mrr == pytest.approx(0.5)


NAMES = st.lists(st.sampled_from(["a.md", "b.md", "c.md", "d.md"]), max_size=8)


@given(NAMES, NAMES.filter(bool))
def test_recall_never_falls_with_depth_and_agrees_with_the_rank(
    found: list[str], relevant: list[str]
) -> None:
    result = ranked(asked(*dict.fromkeys(relevant)), found)

    assert list(result.recall) == sorted(result.recall)
    assert (result.rank is None) == (result.recall[-1] == 0.0)
