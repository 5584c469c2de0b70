"""A conversation as one HTML file. Pure.

Promises
    * It contains no script, no link, no picture and nothing that is fetched; its own policy forbids them too.
    * Every text of the conversation is escaped; none is read as HTML.
"""

from __future__ import annotations

from html import escape

from app.contract import ExportedConversation
from app.history.exporting.telling import Piece, Source, Told, heading_of, told

_STYLE = (
    "body{max-width:48rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}"
    "h2{font-size:1rem;margin-top:2.5rem;color:#555}"
    ".text{white-space:pre-wrap;overflow-wrap:anywhere}"
    ".prompt{border-left:.25rem solid #357;padding-left:1rem}"
    "mark{background:#fd8;color:#000}small{color:#555;overflow-wrap:anywhere}"
    "blockquote{margin:.25rem 0 1rem;color:#444}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}h2,small,blockquote{color:#aaa}}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html_of(conversation: ExportedConversation) -> str:
    """The whole page."""
    title, below = heading_of(conversation)
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
    )
    body = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(line)}</p>" for line in below)]
    body += [_turn(turn) for turn in told(conversation)]
    lines = "\n".join(body)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{lines}\n</body></html>\n'


def _turn(turn: Told) -> str:
    parts = [
        f"<h2>{escape(turn.heading)}</h2>",
        f'<p class="text prompt">{escape(turn.prompt)}</p>',
        f'<p class="text">{"".join(map(_piece, turn.answer))}</p>',
    ]
    if turn.sources:
        parts += ["<h3>Passages</h3>", *map(_source, turn.sources)]
    parts += [f"<p><small>{escape(remark)}</small></p>" for remark in turn.remarks]
    return f"<section>\n{chr(10).join(parts)}\n</section>"


def _piece(piece: Piece) -> str:
    if not piece.mark:
        return escape(piece.text)
    return f"<mark>{escape(piece.text)}</mark> <small>[{escape(piece.mark)}]</small>"


def _source(source: Source) -> str:
    cited = "cited" if source.cited else "shown"
    provenance = f"{cited}; chunk {source.chunk}; SHA-256 {source.sha256}"
    return (
        f"<p>{source.number}. {escape(source.name)}<br><small>{escape(provenance)}</small></p>"
        f'<blockquote class="text">{escape(source.text)}</blockquote>'
    )
