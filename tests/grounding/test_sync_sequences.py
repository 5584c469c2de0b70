"""After any sequence of file operations, a sync makes the library equal to the folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from typing_extensions import override

from grounding.upkeep.ignore import NAME, IgnoreRules
from tests.grounding.upkeep.test_sync import Mirror

NAMES = ("one.md", "two.md", "a/one.md", "a/b/three.md", "b/two.md")
TEXTS = ("Soup at noon.", "Five days of leave.", "By train.", "unreadable bytes")

names, texts = st.sampled_from(NAMES), st.sampled_from(TEXTS)


class Folder(RuleBasedStateMachine):
    """People work in a folder, and now and then it is synced."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(mkdtemp())
        self.mirror = Mirror(self.place)
        self.folder = self.mirror.folder
        self.before: dict[str, str] = {}

    def present(self) -> list[Path]:
        return sorted(self.folder.rglob("*.md"))

    @rule(name=names, text=texts)
    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    @precondition(lambda self: self.present())
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.present())).unlink()

    @precondition(lambda self: self.present())
    @rule(data=st.data(), name=names)
    def move(self, data: st.DataObject, name: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        data.draw(st.sampled_from(self.present())).replace(self.folder / name)

    @precondition(lambda self: len(self.present()) > 1)
    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        one, other = data.draw(st.sampled_from(self.present())), data.draw(st.sampled_from(self.present()))
        held, waiting = one.read_text(), other.read_text()
        one.write_text(waiting)
        other.write_text(held)

    @rule(pattern=st.sampled_from(["", "a/", "one.md", "*.md\n!two.md"]))
    def ignore(self, pattern: str) -> None:
        (self.folder / NAME).write_text(pattern)

    @rule()
    def sync(self) -> None:
        rules = IgnoreRules(self.folder)
        on_disk = {
            path.relative_to(self.folder).as_posix(): path.read_text()
            for path in self.present()
            if not rules.ignores(path)
        }
        readable = {name: text for name, text in on_disk.items() if "unreadable" not in text}
        if not on_disk or not (readable or not self.before):
            # Nothing to be seen of a folder that once held documents: the guard's own tests are about that.
            return
        self.mirror.run(confirmed=True)
        held = self.mirror.held()
        kept = {name: text for name, text in held.items() if name in on_disk and name not in readable}
        assert {name: readable[name] for name in held if name in readable} == {
            name: text for name, text in held.items() if name not in kept
        }, "each document is a file of the folder with its content"
        assert set(readable.values()) == {text for name, text in held.items() if name not in kept} | (
            set(readable.values()) & set(kept.values())
        ), "and each content of the folder is held"
        assert all(self.before[name] == text for name, text in kept.items()), "what cannot be read stays"
        self.before = held

    @override
    def teardown(self) -> None:
        shutil.rmtree(self.place)


Folder.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
TestFolder = Folder.TestCase
