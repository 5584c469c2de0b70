"""Makes foreign text harmless for a terminal, character by character.

Model output, document text, file names, titles and error messages pass through here before they
reach a widget or a terminal.

Promises
    * No control character, surrogate, bidirectional control, line or paragraph separator, tag or
      invisible filler comes out, except line feed and tab.
    * Each character is judged alone, so a text that arrives in pieces comes out the same however it
      was cut: ``safe_text(a + b) == safe_text(a) + safe_text(b)``.
    * Length never changes, so character offsets stay valid.
    * Text that is already safe comes back unchanged; no input raises.

Not promised
    * That the text is no markup. Whoever paints it must not parse it as markup.
    * That look-alike letters of different scripts are told apart.
"""

from __future__ import annotations

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_PICTURES = 0x2400
_PICTURE_OF_DELETE = 0x2421

# Zero-width joiner and non-joiner (U+200C, U+200D) are missing on purpose: emoji, Persian and the
# scripts of India need them. So are variation selectors 15 and 16 (U+FE0E, U+FE0F).
_INVISIBLE = (
    (0x0080, 0x009F),  # C1 controls: some terminals read U+009B as the start of an escape sequence
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x180E, 0x180E),  # Mongolian vowel separator
    (0x200B, 0x200B),  # zero-width space
    (0x200E, 0x200F),  # left-to-right and right-to-left mark
    (0x2028, 0x202E),  # line and paragraph separator, bidirectional embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, bidirectional isolates
    (0x3164, 0x3164),  # Hangul filler
    (0xD800, 0xDFFF),  # surrogates: cannot be encoded
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0xFFF9, 0xFFFB),  # interlinear annotation
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical format controls
    (0xE0000, 0xE007F),  # tags: a hidden copy of ASCII
    (0xE0100, 0xE01EF),  # supplementary variation selectors: can carry hidden bytes
)


def _table() -> dict[int, str]:
    pictured = {code: chr(_PICTURES + code) for code in range(0x20) if chr(code) not in "\n\t"}
    hidden = {code: _REPLACEMENT for first, last in _INVISIBLE for code in range(first, last + 1)}
    return {**pictured, 0x7F: chr(_PICTURE_OF_DELETE), **hidden}


_TABLE = _table()


def safe_text(text: str) -> str:
    """The same text with every dangerous character replaced by a visible one.

    C0 controls and DEL become their control pictures, so that a person sees that they were there;
    everything else becomes U+FFFD. Line feed and tab are kept.
    """
    return text.translate(_TABLE)


def safe_line(text: str, limit: int) -> str:
    """`safe_text` for places that hold one line: white space joined, at most `limit` characters.

    A text that was cut ends in an ellipsis. `limit` is counted in characters and taken as at least 1.
    """
    line = " ".join(safe_text(text).split())
    if len(line) <= limit:
        return line
    return line[: max(limit, 1) - 1].rstrip() + "…"
