"""Markdown of an answer: our marks styled, and nothing in it that can be clicked, opened or fetched."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Markdown
from textual.widgets._markdown import MarkdownFence, MarkdownTable, MarkdownTableContent
from textual.widgets.markdown import MarkdownBlock, MarkdownStream
from typing_extensions import override

from app.tui.answer_text import CITED, CLOSE, MISSING, OPEN, PARTLY, clean

_MARK = re.compile(f"{OPEN}([{CITED}{PARTLY}{MISSING}])([^{CLOSE}]*){CLOSE}")
_STYLE = {CITED: "$primary", PARTLY: "$warning", MISSING: "bold $warning"}


def harmless_parser() -> MarkdownIt:
    """Markdown without links, images, HTML and character references: what remains is only typography.

    A link shows as it was written, with its target. References such as `&rlm;` must stay unread, or
    they would bring back the characters that were taken out before.
    """
    return (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .disable(["link", "image", "autolink", "html_inline", "html_block", "reference", "entity"])
    )


def _styled(content: Content) -> Content:
    parts: list[Content] = []
    done = 0
    for mark in _MARK.finditer(content.plain):
        parts += [content[done : mark.start()], Content.styled(mark[2], _STYLE[mark[1]])]
        done = mark.end()
    return Content("").join([*parts, content[done:]]) if parts else content


class _Marked(MarkdownBlock):
    """A block whose text may carry our marks."""

    def _token_to_content(self, token: Token) -> Content:
        return _styled(super()._token_to_content(token))


class _Fence(MarkdownFence):
    """Code without colours: a highlighter would be one more parser for foreign text."""

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:  # noqa: ARG003, FBT001, FBT002 - the signature of Textual
        """The code as it is."""
        return Content(_MARK.sub(r"\2", code))


class _Cells(MarkdownTableContent):
    """Table cells without tooltips: Textual would read a tooltip as markup."""

    @override
    def compose(self) -> ComposeResult:
        for cell in super().compose():
            yield cell.with_tooltip(None)


class _Table(MarkdownTable, _Marked):
    """A table of such cells."""

    @override
    def compose(self) -> ComposeResult:
        for content in super().compose():
            if isinstance(content, MarkdownTableContent):
                yield _Cells(content.headers, content.rows)


def _marking(block: type[MarkdownBlock]) -> type[MarkdownBlock]:
    return type(block.__name__, (block, _Marked), {})


class AnswerMarkdown(Markdown):
    """An answer, streamed piece by piece and rendered once more in full when it is complete."""

    BLOCKS = {  # noqa: RUF012 - as in Markdown
        **{name: _marking(block) for name, block in Markdown.BLOCKS.items()},
        "table_open": _Table,
        "fence": _Fence,
        "code_block": _Fence,
    }

    def __init__(self, markdown: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(markdown, id=id, parser_factory=harmless_parser, open_links=False)
        self._stream: MarkdownStream | None = None

    async def add(self, piece: str) -> None:
        """Append a piece of foreign text."""
        if self._stream is None:
            self._stream = Markdown.get_stream(self)
        await self._stream.write(clean(piece))

    async def complete(self, markdown: str) -> None:
        """Replace what was streamed by `markdown`, which has been cleaned and marked."""
        await self.settle()
        await self.update(markdown)

    async def settle(self) -> None:
        """Let the last pieces appear."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.stop()
