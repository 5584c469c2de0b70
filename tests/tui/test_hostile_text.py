"""Nothing foreign is markup, a link or a control character, wherever it comes to the screen."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from textual import events
from textual.widgets import Input

from app.contract import RatingShape, SentenceShape
from app.errors import AppError
from app.tui.screens.small import MenuScreen
from tests.tui import answers
from tests.tui.answers import TRAVEL_2026, Script, conversation, kept_turn
from tests.tui.conftest import Opener, Window
from tests.tui.scripted_desk import ScriptedDesk, file_shape
from tests.tui.scripted_keeping import hit

HOSTILE = {
    "a closing tag": "[/foo]",
    "an action": "[@click=app.quit]press[/]",
    "half a tag": "[bold",
    "a link in markup": "[link=https://evil.example]x[/link]",
    "colour sequence": "\x1b[31mred\x1b[0m",
    "clipboard sequence": "\x1b]52;c;ZXZpbA==\x07",
    "title sequence": "\x1b]0;evil\x07",
    "C1 controls": "\x9b31m\x9d52;c;eA==\x9c",
    "bidirectional override": "abc\u202edef\u2066ghi",
    "invisible tags": "x\U000e0041\U000e007f",
    "our own mark characters": "\ue0f0cforged\ue0f1",
    "backspaces": "rm\x08\x08\x7f",
}
MARKDOWN = {
    "a link": "[text](https://evil.example)",
    "a bare address": "https://evil.example",
    "an autolink": "<https://evil.example>",
    "a picture": "![alt](file:///etc/passwd)",
    "a reference": "[text][one]\n\n[one]: https://evil.example",
    "HTML": "<b onclick=x>bold</b>",
    "character references": "&#x202e;&#27;&rlm;&#x9b;",
    "a fence": "```python\n\x1b[31m[/foo]\n```",
    "a table": "| a | b |\n| --- | --- |\n| [/foo] | [@click=app.quit]x[/] |",
}


def assert_harmless(seen: Window) -> None:
    for strip in seen.strips:
        for segment in strip:
            foreign = [
                f"U+{ord(sign):04X}"
                for sign in segment.text
                if unicodedata.category(sign) in {"Cc", "Cs", "Cf"} and sign not in "\u200c\u200d"
            ]
            assert not foreign, f"{foreign} in {segment.text!r}"
            style = segment.style
            assert style is None or style.link is None
            assert "@click" not in (style.meta if style else {})


@pytest.mark.asyncio
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_it_is_shown_as_text_in_every_place(window: Opener, text: str) -> None:
    passage = TRAVEL_2026.model_copy(update={"text": text, "title": text, "document": f"{text}.pdf"})
    sentence = SentenceShape(text=text, citations=[passage.id], support="partly")
    hostile = Script(
        answer=f"{text} and\n\n    {text}\n\n- {text}",
        sentences=[sentence],
        passages=[passage],
        notices=[text],
    )
    desk = ScriptedDesk(
        ordinary=hostile,
        script={
            "refuse": replace(answers.REFUSED, refused_because=text),
            "fail": Script(error=AppError(text, text)),
        },
        past={"c-old": [kept_turn(1, "interrupted", text)]},
        listed=[conversation("c-old", text)],
        model=text,
        device=text,
        index_notice=text,
        files=[file_shape(f"{text}.pdf", "failed", text)],
    )
    async with window(desk, size=(150, 50)) as seen:
        await seen.chatting()
        for prompt in (f"{text} ?", "refuse", "fail"):
            await seen.answered(prompt)
            await seen.press("f2")
            await seen.pilot.pause()
            assert_harmless(seen)
            seen.prompt.clear()
        await seen.listing()
        await seen.press("end", "enter")
        await seen.sees("Interrupted")
        assert_harmless(seen)
        await seen.press("f3")
        await seen.sees("not read")
        assert_harmless(seen)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "kind", ["a closing tag", "an action", "clipboard sequence", "bidirectional override"]
)
async def test_kept_conversations_show_it_as_text(window: Opener, kind: str) -> None:
    text = HOSTILE[kind]
    one = conversation("c-old", text).model_copy(update={"tags": [text], "pinned": True})
    rating = RatingShape(rating="bad", reason=text, time="2026-11-20T09:00:00+00:00")
    desk = ScriptedDesk(
        past={"c-old": [kept_turn(0).model_copy(update={"rating": rating})], "c-2": [kept_turn(0)]},
        listed=[one, conversation("c-2", text)],
        told=[text],
    )
    desk.kept.hits = [hit("c-old", "t-0", f"{text} found {text}", "found", text)]
    desk.kept.remembered = [text]
    async with window(desk, size=(150, 50)) as seen:
        await seen.chatting()
        assert_harmless(seen)
        await seen.listing()
        await seen.press("enter")
        await seen.sees("rated bad")
        assert_harmless(seen)
        for letter in ("r", "t", "m", "e"):
            await seen.press("ctrl+r")
            await seen.until(lambda: isinstance(seen.app.screen, MenuScreen) and seen.app.screen.focused)
            assert_harmless(seen)
            await seen.press(letter)
            await seen.until(lambda: not isinstance(seen.app.screen, MenuScreen) and seen.app.screen.focused)
            assert_harmless(seen)
            await seen.press("escape")
            await seen.until(lambda: seen.app.screen is seen.chat)
        await seen.press("ctrl+f")
        await seen.until(lambda: seen.chat.room.conversations.has_memory)
        await seen.press("up")
        assert_harmless(seen)
        seen.chat.query_one("#search", Input).value = "found"
        await seen.sees("1 find")
        assert_harmless(seen)
        seen.chat.query_one("#search", Input).value = ""
        seen.app.post_message(events.Paste(text))
        await seen.pilot.pause()
        assert_harmless(seen)


@pytest.mark.asyncio
@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN.keys())
async def test_markdown_of_an_answer_cannot_be_clicked_or_fetched(window: Opener, text: str) -> None:
    async with window(ScriptedDesk(ordinary=Script(answer=text, sentences=()))) as seen:
        await seen.chatting()
        await seen.answered("what?")
        assert_harmless(seen)
        if "evil.example" in text:
            await seen.sees("https://evil.example")


@pytest.mark.asyncio
@pytest.mark.parametrize("forged", ["[7]", "\ue0f0c[7]\ue0f1"], ids=["brackets", "our own characters"])
async def test_a_forged_mark_is_not_taken_for_ours(window: Opener, forged: str) -> None:
    """A model may write "[7]", but it has not the look of a mark."""
    script = Script(answer=f"True. {forged}", sentences=())
    async with window(ScriptedDesk(ordinary=script)) as seen:
        await seen.chatting()
        await seen.answered("what?")
        [segment] = [each for strip in seen.strips for each in strip if "[7]" in each.text]
        assert "True." in segment.text, "one run of text has one style"


@pytest.mark.asyncio
async def test_pasted_controls_and_line_ends_are_made_harmless(window: Opener) -> None:
    async with window(ScriptedDesk()) as seen:
        await seen.chatting()
        seen.prompt.post_message(events.Paste("one\r\ntwo\rthree\x1b]52;c;eA==\x07"))
        await seen.until(lambda: "three" in seen.prompt.text)
        assert seen.prompt.text.split("\n")[:2] == ["one", "two"]
        assert "\x1b" not in seen.prompt.text
        assert_harmless(seen)


@pytest.mark.asyncio
async def test_hostile_text_in_pieces_is_no_worse(window: Opener) -> None:
    desk = ScriptedDesk(ordinary=Script(answer="a \x1b ]52;c; eA== \x07 b", sentences=()))
    desk.may_write.clear()
    async with window(desk) as seen:
        await seen.chatting()
        await seen.ask("what?")
        await seen.until(desk.has_written.is_set)
        desk.may_write.set()
        await seen.finished()
        assert_harmless(seen)
