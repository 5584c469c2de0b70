"""Conversations of ChatGPT and Open WebUI come in as trees of turns; what is odd about them gets a note."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.contract import ImportShape
from app.errors import ImportUnusableError
from app.history.history import History
from app.history.importing import chatgpt, messages, open_webui, reading
from app.history.importing.importer import import_file
from app.recorders import KeptTurns
from tests.app.history.conftest import folder, made_vault
from tests.app.history.rings import opened

__all__ = ["folder", "made_vault"]

START = 1_710_500_000.25


def node(parent: str | None, role: str | None, said: object = "", **message: Any) -> dict[str, Any]:
    """A node of ChatGPT's `mapping`."""
    parts = said if isinstance(said, list) else [said]
    told = {"author": {"role": role}, "content": {"content_type": "text", "parts": parts}} | message
    return {"parent": parent, "children": [], "message": None if role is None else told}


def chat(mapping: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A conversation as ChatGPT exports it."""
    told = {"id": "c-1", "title": "Pancakes", "create_time": START, "update_time": START + 60}
    return told | {"mapping": mapping} | more


PANCAKES = {
    "root": node(None, None),
    "system": node("root", "system", ""),
    "about me": node("system", "user", metadata={"is_visually_hidden_from_conversation": True}),
    "q1": node("about me", "user", "How many eggs?", create_time=START),
    "thought": node("q1", "assistant", content={"content_type": "thoughts", "thoughts": []}),
    "call": node("thought", "assistant", "search('eggs')", recipient="browser"),
    "tool": node("call", "tool", "3 results"),
    "a1": node("tool", "assistant", "Three\ue200cite\ue201.", metadata={"model_slug": "gpt-4o"}),
    "a1 again": node("q1", "assistant", "Two."),
    "q2": node("a1", "user", [{"content_type": "image_asset_pointer"}, "And milk?"]),
    "a2": node("q2", "assistant", "Half a litre."),
    "a2 more": node("a2", "assistant", "Or less."),
    "q3": node("a2 more", "user", "Thanks"),
}


def ui(parent: str | None, role: str, content: object, **more: Any) -> dict[str, Any]:
    """A message as Open WebUI exports it."""
    return {"parentId": parent, "childrenIds": [], "role": role, "content": content} | more


TRAINS = {
    "u1": ui(None, "user", "When does it leave?", timestamp=1_710_500_000),
    "a1": ui(
        "u1", "assistant", '<details type="reasoning" done="true">hm</details>\nAt nine.', model="llama"
    ),
    "a2": ui("u1", "assistant", "At ten.", annotation={"rating": -1, "comment": "no such train"}),
}


@pytest.fixture
def history(folder: Path) -> Iterator[History]:
    with opened(folder) as opened_history:
        yield opened_history


def imported(history: History, folder: Path, document: object) -> ImportShape:
    file = folder.parent / "export.json"
    file.write_text(json.dumps(document))
    return import_file(history, file)


def told(history: History, conversation: str) -> list[tuple[str, str, str]]:
    """Question, answer, and the question that it follows."""
    turns = history.tree(conversation)
    prompts = {turn.id: turn.prompt for turn in turns} | {None: ""}
    return [(turn.prompt, turn.answer, prompts[turn.parent]) for turn in turns]


def test_a_chatgpt_export_becomes_turns_and_branches(history: History, folder: Path) -> None:
    report = imported(history, folder, [chat(PANCAKES, current_node="q3", is_archived=True)])
    [conversation] = report.imported
    [listed] = history.conversations()
    milk = "[a file that was not imported]\nAnd milk?"

    assert (report.source, report.turns) == ("chatgpt", 4)
    assert told(history, conversation) == [
        ("How many eggs?", "Three.", ""),
        (milk, "Half a litre.\n\nOr less.", "How many eggs?"),
        ("Thanks", "", milk),
        ("How many eggs?", "Two.", ""),
    ]
    assert [turn.prompt for turn in history.turns(conversation)] == ["How many eggs?", milk, "Thanks"]
    assert (listed.title, listed.archived, listed.created[:16]) == ("Pancakes", True, "2024-03-15T10:53")
    assert [note.reason for note in report.notes] == ["Pictures, sounds and other files left out: 1."]


def test_an_open_webui_export_becomes_turns_with_ratings(history: History, folder: Path) -> None:
    item = {
        "id": "w-1",
        "title": "Trains",
        "chat": {"history": {"messages": TRAINS, "currentId": "a1"}},
        "updated_at": 1_710_500_100_000,
        "pinned": True,
        "meta": {"tags": ["travel"]},
    }
    report = imported(history, folder, [item])
    [conversation] = report.imported
    [listed] = history.conversations()
    tree = history.tree(conversation)

    assert report.source == "open-webui"
    assert [(turn.prompt, turn.answer) for turn in tree] == [
        ("When does it leave?", "At nine."),
        ("When does it leave?", "At ten."),
    ]
    assert [turn.id for turn in history.turns(conversation)] == [tree[0].id]
    assert tree[1].rating
    assert (tree[1].rating.rating, tree[1].rating.reason) == ("bad", "no such train")
    assert (listed.tags, listed.pinned, listed.updated[:10]) == (("travel",), True, "2024-03-15")


@pytest.mark.parametrize(
    "document",
    [
        pytest.param([{"chat": {"messages": list(TRAINS.values())[:2]}}], id="a list of messages"),
        pytest.param(
            {"title": "T", "messages": [ui(None, "user", "q"), ui(None, "assistant", "a")]}, id="flat"
        ),
        pytest.param({"chats": [{"chat": {"history": {"messages": TRAINS}}}]}, id="chats in an object"),
        pytest.param({"chat": {"history": {"messages": TRAINS}}}, id="one chat"),
        pytest.param(
            [{"chat": {"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}]}}],
            id="content in parts, no ids",
        ),
    ],
)
def test_other_forms_of_open_webui_are_understood(history: History, folder: Path, document: object) -> None:
    report = imported(history, folder, document)

    assert (report.source, len(report.imported)) == ("open-webui", 1)


def test_what_another_program_answered_says_so_and_has_no_verdict(history: History, folder: Path) -> None:
    [conversation] = imported(history, folder, [chat(PANCAKES)]).imported
    first = KeptTurns(history).turns(conversation)[0]

    assert first.result
    assert first.result.notices == [
        "Imported from ChatGPT. Nothing in this answer was checked against documents here."
    ]
    assert (first.result.sentences, first.result.passages, first.result.from_documents) == ([], [], False)
    assert first.result.query.standalone == "", "what was never screened goes to no model"


def test_the_same_export_adds_nothing_twice(history: History, folder: Path) -> None:
    imported(history, folder, [chat(PANCAKES)])
    again = imported(history, folder, [chat(PANCAKES), chat(PANCAKES)])

    assert (again.imported, again.already_here) == ([], 2)
    assert len(history.conversations()) == 1


def test_a_zip_is_read_as_it_came(history: History, folder: Path) -> None:
    file = folder.parent / "export.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("chat.html", "<html>")
        archive.writestr("conversations.json", json.dumps([chat(PANCAKES)]))

    assert import_file(history, file).turns == 4


@pytest.mark.parametrize("name", ["user.json", "../conversations.json.txt", "a/b/conversations.json"])
def test_a_zip_without_conversations_is_refused(history: History, folder: Path, name: str) -> None:
    file = folder.parent / "export.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "[]")

    with pytest.raises(ImportUnusableError):
        import_file(history, file)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["conversations.json"], id="in one file"),
        pytest.param([f"conversations-{number}.json" for number in range(8)], id="in many files together"),
    ],
)
def test_a_zip_that_unpacks_to_too_much_is_refused(
    history: History, folder: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1 << 20)
    file = folder.parent / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"[" + b" " * ((2 << 20) // len(names)) + b"]")

    with pytest.raises(ImportUnusableError, match="larger"):
        import_file(history, file)


def test_a_kind_of_content_that_is_no_text_is_read_as_any_other(history: History, folder: Path) -> None:
    strange = node(None, "user", content={"content_type": [], "parts": ["Hello"]})

    assert imported(history, folder, [chat({"q": strange})]).turns == 1


def test_a_file_that_would_fill_the_memory_is_refused(history: History, folder: Path) -> None:
    """Three bytes of JSON can become seventy in memory."""
    file = folder.parent / "dense.json"
    file.write_bytes(b"[" + b"{}," * 10_000_001 + b"{}]")

    with pytest.raises(ImportUnusableError, match="values"):
        import_file(history, file)


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        pytest.param(
            {"q": node(None, "user", "q"), "x": node("y", "user", "x"), "y": node("x", "user", "y")},
            "Messages that follow each other in a circle were left out: 2.",
            id="a circle",
        ),
        pytest.param(
            {"q": node("gone", "user", "q"), "a": node("q", "assistant", "a")},
            "Messages whose predecessor is missing begin a branch: 1.",
            id="a missing predecessor",
        ),
        pytest.param(
            {"q": node(None, "user", "q"), "x": node("q", "oracle", "x")},
            "Messages of an unknown role left out: 1.",
            id="an unknown role",
        ),
    ],
)
def test_an_odd_tree_is_imported_with_a_note(
    history: History, folder: Path, mapping: dict[str, Any], reason: str
) -> None:
    report = imported(history, folder, [chat(mapping)])

    assert len(report.imported) == 1
    assert [(note.conversation, note.reason, note.taken) for note in report.notes] == [
        ("Pancakes", reason, True)
    ]


@pytest.mark.parametrize(
    "mapping",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"a": node("b", "user", "a"), "b": node("a", "user", "b")}, id="a circle alone"),
        pytest.param({"a": None, "b": 7, "c": {"message": "x"}}, id="nodes that are none"),
        pytest.param({"s": node(None, "system", "Be kind.")}, id="no question and no answer"),
    ],
)
def test_a_conversation_without_a_message_is_left_out(
    history: History, folder: Path, mapping: dict[str, Any]
) -> None:
    report = imported(history, folder, [chat(mapping), chat(PANCAKES, id="c-2")])

    assert len(report.imported) == len(history.conversations()) == 1
    assert [note.taken for note in report.notes if note.reason == "It holds no message."] == [False]


def test_branches_that_multiply_their_beginning_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MOST_TEXT", 10_000)
    mapping = {"q": node(None, "user", "q"), "a0": node("q", "assistant", "x" * 100)}
    for at in range(1, 100):
        mapping[f"a{at}"] = node(f"a{at - 1}", "assistant", "x" * 100)
        mapping[f"q{at}"] = node(f"a{at}", "user", "q")

    with pytest.raises(ImportUnusableError):
        messages.past_of(chatgpt.thread_of(chat(mapping)))


def test_a_long_line_of_messages_needs_no_deep_stack() -> None:
    mapping = {"m0": node(None, "user", "q")}
    for at in range(1, 10_000):
        mapping[f"m{at}"] = node(f"m{at - 1}", "user" if at % 2 == 0 else "assistant", "x")

    assert len(messages.past_of(chatgpt.thread_of(chat(mapping))).turns) == 5_000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "parent", "children", "message", "author", "role", "content", "parts", "text", "user",
         "parentId", "messages", "history", "chat", "currentId", "a", "annotation", "timestamp", "tags"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), json_values, max_size=3), json_values)
def test_no_shape_of_values_crashes_a_reader(nodes: dict[str, Any], anything: Any) -> None:
    thread = chatgpt.thread_of({"mapping": nodes, "title": anything, "create_time": anything, "id": anything})
    chats = [
        {"chat": {"history": {"messages": nodes, "currentId": anything}, "tags": anything}, "id": anything}
    ]
    if isinstance(anything, dict) and open_webui.is_open_webui(anything):
        chats.append(anything)
    for one in [thread, *map(open_webui.thread_of, chats)]:
        with suppress(ImportUnusableError):
            assert messages.past_of(one).turns is not None
