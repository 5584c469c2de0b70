"""Opens the window on a scripted desk, and waits for facts instead of for time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from app.tui.app import ChatApp
from app.tui.screens.chat import ChatScreen
from app.tui.screens.documents import AskPathScreen
from app.tui.screens.unlock import UnlockScreen
from app.tui.widgets.prompt import PromptBox
from app.tui.widgets.status import StatusLine
from app.tui.widgets.transcript import Transcript
from app.tui.widgets.turn import TurnView
from tests.tui.scripted_desk import ScriptedDesk

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
_TURNS_OF_THE_LOOP = 400
_PANES = "#conversations, #transcript, #sources, .dialog, #unlock-box, Toast"
_FRAMES = str.maketrans("│▌▏", "   ")


class Clock:
    """Stands until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Window:
    """The window as a test sees it."""

    def __init__(self, app: ChatApp, pilot: Pilot[None], desk: ScriptedDesk, clock: Clock) -> None:
        self.app = app
        self.desk = desk
        self.clock = clock
        self.pilot = pilot
        self.press = pilot.press

    async def until(self, fact: Callable[[], object]) -> None:
        """Let the loop turn until `fact` holds; a fact that never comes fails the test."""
        for _ in range(_TURNS_OF_THE_LOOP):
            if fact():
                return
            await self.pilot.pause(0.005)
        raise AssertionError("what the test waited for did not happen; on screen:\n" + self.text)

    @property
    def strips(self) -> list[Strip]:
        """The screen as it goes to the terminal."""
        return list(self.app.screen._compositor.render_strips())

    @property
    def lines(self) -> list[str]:
        """The screen, row by row."""
        return [strip.text for strip in self.strips]

    @property
    def _panes(self) -> list[str]:
        """The text of each pane by itself, so that words broken into lines stay together."""
        strips, texts = self.strips, [self.text]
        for pane in self.app.screen.query(_PANES):
            if pane.display:
                region = pane.region
                rows = [strip.crop(region.x, region.right).text for strip in strips[region.y : region.bottom]]
                texts.append("\n".join(rows))
        return texts

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def shows(self, words: str) -> Callable[[], bool]:
        """Whether `words` are on the screen, however they are broken into lines."""
        return lambda: any(words in " ".join(pane.translate(_FRAMES).split()) for pane in self._panes)

    async def sees(self, words: str) -> None:
        """Wait until `words` are on the screen."""
        await self.until(self.shows(words))

    @property
    def chat(self) -> ChatScreen:
        """The conversation."""
        screen = next(each for each in self.app.screen_stack if isinstance(each, ChatScreen))
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def prompt(self) -> PromptBox:
        """The question box."""
        return self.chat.query_one(PromptBox)

    @property
    def status(self) -> str:
        """The status line."""
        return str(self.chat.query_one(StatusLine).render())

    @property
    def views(self) -> list[TurnView]:
        """The exchanges on screen."""
        return self.chat.query_one(Transcript).views

    async def chatting(self) -> None:
        """Wait for the conversation screen with the facts it starts with."""
        await self.until(lambda: isinstance(self.app.screen, ChatScreen) and self.chat.query(PromptBox))
        await self.until(lambda: "documents" in self.status and self.prompt.has_focus)
        await self.until(lambda: self.chat.query("#welcome"))

    async def unlocking(self, state: str) -> UnlockScreen:
        """Wait for the first screen in this state."""
        await self.until(lambda: isinstance(self.app.screen, UnlockScreen) and self.app.screen.state == state)
        screen = self.app.screen
        assert isinstance(screen, UnlockScreen)
        return screen

    async def ask(self, text: str) -> TurnView:
        """Type a question and send it."""
        before = len(self.views)
        self.prompt.focus()
        self.prompt.insert(text)
        await self.pilot.press("enter")
        await self.until(lambda: len(self.views) > before)
        return self.views[-1]

    async def add(self, path: str) -> None:
        """Open the dialog for documents and name a path."""
        await self.pilot.press("ctrl+o")
        await self.until(lambda: isinstance(self.app.screen, AskPathScreen) and self.app.screen.focused)
        await self.pilot.press(*path, "enter")

    async def listing(self) -> None:
        """Go to the list of conversations."""
        await self.pilot.press("ctrl+l")
        await self.until(lambda: self.chat.query_one("#conversation-list").has_focus)

    async def finished(self) -> None:
        """Wait until no answer is on its way."""
        await self.until(lambda: not self.chat.is_answering)

    async def answered_instead(self, text: str) -> None:
        """Send what takes the place of an earlier question, and wait for the end."""
        asked = len(self.desk.asked)
        self.prompt.insert(text)
        await self.pilot.press("enter")
        await self.until(lambda: len(self.desk.asked) > asked)
        await self.finished()

    async def locked(self) -> None:
        """Wait until the passphrase is asked for again."""
        await self.until(lambda: self.desk.locked)
        await self.unlocking("locked")

    async def answered(self, text: str) -> TurnView:
        """Ask and wait for the end."""
        view = await self.ask(text)
        await self.finished()
        await self.pilot.pause()
        return view


Opener = Callable[..., AbstractAsyncContextManager[Window]]


@pytest.fixture
def window() -> Opener:
    """Opens the window: `async with window(desk, size=(120, 36)) as seen`."""

    @asynccontextmanager
    async def open_window(desk: ScriptedDesk, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Window]:
        clock = Clock()
        app = ChatApp(desk, now=lambda: NOW, clock=clock)
        async with app.run_test(size=size, notifications=True) as pilot:
            try:
                yield Window(app, pilot, desk, clock)
            finally:
                desk.close()

    return open_window
