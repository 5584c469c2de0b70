"""Marks of chat templates: a text that holds them can pretend to be a turn of its own.

They are found in prompts and passages, and removed from everything that is quoted to a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKENS = re.compile(
    r"<\|[A-Za-z0-9_ \-]{1,40}\|>"  # ChatML, Llama 3, Phi: <|im_start|>, <|eot_id|>
    r"|<｜[^｜<>\n]{1,40}｜>"  # DeepSeek, with full-width bars
    r"|<</?SYS>>|\[/?INST\]"  # Llama 2, Mistral
    r"|\[/?(?:SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS)\]"
    r"|</?s>(?![A-Za-z])"  # sentence marks of many vocabularies
    r"|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk|mask)>"  # Gemma
    r"|<\|?end(?:of|_of_)text\|?>"
)


def template_tokens(text: str) -> Iterator[tuple[int, int]]:
    """Spans of all template tokens."""
    for found in _TOKENS.finditer(text):
        yield found.span()


def without_template_tokens(text: str) -> str:
    """The text with every template token replaced by a space.

    Repeated until nothing is left, so that a token inside a token leaves no third one behind.
    """
    while (cleaned := _TOKENS.sub(" ", text)) != text:
        text = cleaned
    return text
