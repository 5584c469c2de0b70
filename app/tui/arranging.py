"""Keeps conversations in order: names, tags, pins, the archive, the bin, merging, writing out, erasing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.contract import ConversationShape, ErasureShape
from app.tui.conversing import Conversing
from app.tui.entries import in_shelf
from app.tui.keeping import Keeping
from app.tui.office import Rules
from app.tui.room import Room
from app.tui.screens.export import Export, ExportScreen, MergeScreen
from app.tui.screens.facts import FactsScreen
from app.tui.screens.small import Choice, LineScreen, MenuScreen, SureScreen
from app.tui.wording import count
from safety.terminal import safe_line, safe_text

_ERASE = (
    "Its keys and records are destroyed. Nobody can read it again, not even you, and it cannot be taken "
    "back.\n\nWhat this does not mean: sealed backups made before still hold it until they are deleted, "
    "and so does a copy of the disk; files that you exported and what was copied stay. The report names "
    "the backups."
)
_MOST_TAGS = 20
NO_EXPORT = "The policy of this site does not allow conversations to be written out in clear."


class Arranging:
    """Acts on the conversation under the cursor, or on the one on screen."""

    def __init__(self, room: Room, conversing: Conversing) -> None:
        self._room = room
        self._conversing = conversing

    def menu(self) -> None:
        """Everything that can be done with the conversation."""
        meant = self._conversing.meant
        if meant is None:
            self._room.say("There is no conversation here yet.")
            return
        title = safe_line(meant.title, 60) or "Untitled"
        self._push(
            MenuScreen(title, _described(meant), _choices(meant, self._rules)), partial(self._act, meant)
        )

    @property
    def _rules(self) -> Rules:
        return self._room.status.facts.status.rules

    def act(self, name: str) -> None:
        """One of the acts of the menu."""
        if meant := self._conversing.meant:
            self._act(meant, name)
        else:
            self._room.say("There is no conversation here yet.")

    def delete(self) -> None:
        """Into the bin; what lies there already is erased, after a question."""
        meant = self._conversing.meant
        if meant is not None:
            self._act(meant, "erase" if meant.binned else "delete")

    def _act(self, meant: ConversationShape, name: str | None) -> None:
        acts: dict[str | None, Callable[[ConversationShape], None]] = {
            "rename": self._rename,
            "tags": self._tag,
            "pin": lambda one: self._do(lambda keeping: keeping.pin(one.id, pinned=not one.pinned)),
            "archive": lambda one: self._do(
                lambda keeping: keeping.archive(one.id, archived=not one.archived)
            ),
            "merge": self._merge,
            "export": self._export,
            "delete": self._delete,
            "take back": lambda one: self._do(lambda keeping: keeping.take_from_bin(one.id)),
            "erase": self._erase,
        }
        if name in acts:
            acts[name](meant)

    def _rename(self, meant: ConversationShape) -> None:
        words = "An empty name brings back the first line of the first question."
        screen = LineScreen("Rename this conversation", words, safe_line(meant.title, 500))
        self._push(screen, lambda title: self._unless_none(title, lambda k, t: k.rename(meant.id, t)))

    def _tag(self, meant: ConversationShape) -> None:
        words = "Separated by commas; an empty line takes all of them away."
        screen = LineScreen("Tags", words, ", ".join(safe_line(tag, 60) for tag in meant.tags))
        self._push(screen, lambda typed: self._unless_none(typed, lambda k, t: k.tag(meant.id, _tags(t))))

    def _merge(self, meant: ConversationShape) -> None:
        others = [one for one in self._conversing.listed if one.id != meant.id and in_shelf(one) != "bin"]
        if not others:
            self._room.say("There is no other conversation to merge.")
            return

        def chosen(picked: list[str] | None) -> None:
            if picked:
                self._do(lambda keeping: keeping.merge(meant.id, picked), said="Merged.")

        self._push(MergeScreen(meant, others), chosen)

    def _export(self, meant: ConversationShape) -> None:
        if not self._rules.export:
            self._room.say(self._rules.trouble or NO_EXPORT)
            return
        # The name says nothing of the conversation: names of files are read by many.
        proposed = Path("~") / f"inhouse-{self._room.now():%Y-%m-%d-%H%M}.md"

        def chosen(export: Export | None) -> None:
            if export is not None:
                self._do(
                    lambda keeping: keeping.export(meant.id, export.form, export.target),
                    said=f"Written in clear to {safe_line(str(export.target), 200)}.",
                )

        self._push(ExportScreen(proposed), chosen)

    def _delete(self, meant: ConversationShape) -> None:
        self._do(
            lambda keeping: keeping.put_in_bin(meant.id),
            said="Moved to the bin, still sealed. Take it back there: Ctrl+L, Right.",
            gone=meant.id,
        )

    def _erase(self, meant: ConversationShape) -> None:
        title = safe_line(meant.title, 60) or "Untitled"
        screen = SureScreen(f"Erase “{title}” for good?", _ERASE, go_on="Erase for good", stay="Keep it")
        self._push(screen, partial(self._erase_if, meant.id))

    def _erase_if(self, conversation: str, sure: bool | None) -> None:  # noqa: FBT001 - Textual's callback
        if sure:
            self._room.apart(
                lambda: self._room.desk.keeping().erase([conversation]), partial(self._erased, conversation)
            )

    async def _erased(self, conversation: str, report: ErasureShape) -> None:
        await self._conversing.changed(conversation)
        self._room.screen.app.push_screen(erasure_screen(report))

    def _unless_none(self, typed: str | None, do: Callable[[Keeping, str], None]) -> None:
        if typed is not None:
            self._do(lambda keeping: do(keeping, typed))

    def _do(self, work: Callable[[Keeping], None], *, said: str = "", gone: str | None = None) -> None:
        async def done(_: None) -> None:
            if said:
                self._room.say(said)
            await self._conversing.changed(gone)

        self._room.apart(lambda: work(self._room.desk.keeping()), done)

    def _push(self, screen: object, then: Callable[..., None]) -> None:
        self._room.screen.app.push_screen(screen, then)  # type: ignore[call-overload]  # any of our dialogs


def _described(one: ConversationShape) -> str:
    parts = [count(one.turns, "exchange"), f"last on {one.updated[:10]}", *(f"#{tag}" for tag in one.tags)]
    return safe_line(" · ".join(parts), 200)


def _choices(one: ConversationShape, rules: Rules) -> list[Choice]:
    export = "Export…" if rules.export else "Export: not allowed here"
    if one.binned:
        return [
            Choice("b", "Take back from the bin", "take back"),
            Choice("x", export, "export"),
            Choice("e", "Erase for good…", "erase"),
        ]
    return [
        Choice("r", "Rename…", "rename"),
        Choice("t", "Tags…", "tags"),
        Choice("p", "Unpin" if one.pinned else "Pin to the top", "pin"),
        Choice("a", "Back from the archive" if one.archived else "Archive", "archive"),
        Choice("m", "Merge others into it…", "merge"),
        Choice("x", export, "export"),
        Choice("d", "Delete: to the bin", "delete"),
        Choice("e", "Erase for good…", "erase"),
    ]


def _tags(typed: str) -> list[str]:
    tags = (" ".join(part.split()).removeprefix("#") for part in typed.split(","))
    return list(dict.fromkeys(tag for tag in tags if tag))[:_MOST_TAGS]


def erasure_screen(report: ErasureShape) -> FactsScreen:
    """What was destroyed, and the copies that still hold it."""
    lines = [
        f"{count(report.conversations, 'conversation')} erased, {count(report.records, 'record')} destroyed.",
        safe_text(report.words),
    ]
    if report.backups:
        lines.append("These backups still hold it:")
    rows = [
        (backup.path, backup.taken[:16].replace("T", " "), (backup.until or "by hand")[:10])
        for backup in report.backups
    ]
    return FactsScreen("Erased for good", lines, ("backup", "taken (UTC)", "kept until"), rows)
