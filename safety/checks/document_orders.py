"""Finds passages that give orders to the assistant instead of informing its reader.

A document may say what employees must do; it may not say what the answer must be. So a sentence
counts when it addresses the assistant, the answer or the instructions, and not because it is an
imperative: manuals are full of those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from safety.checks.template_tokens import template_tokens
from safety.verdict import Action, Finding

_MODEL = r"(?:ai(?: assistant| model| system)?|language models?|llms?|chat ?bots?|chatgpt|gpt(?:-?\d)?|(?:virtual|digital) assistant|assistant)"
_ANSWER = r"(?:answer|response|reply|output|summary|completion)"
_TELL = r"(?:say|state|claim|mention|tell|reveal|print|include|recommend|output|respond|reply|answer|write|add|insert|append|disclose|omit|hide|ignore|disregard|forget|send|provide)"
_MUST = r"(?:must|should|shall|has to|have to|needs? to|will|are to|is to)"

_FLAGS = re.IGNORECASE
_BLOCKING = (
    (
        "asks to set instructions aside",
        re.compile(
            r"\b(?:ignore|disregard|forget|override)\b(?:\s+(?:all|any|of|the|every|everything)){0,3}\s+"
            r"(?:previous|prior|above|earlier|preceding|your|these|other|system|user'?s?)(?:\s+\w{1,15}){0,2}?\s+"
            r"(?:instructions?|prompts?|rules|directives?|guidelines|questions?|quer(?:y|ies)|requests?|context|task)\b",
            _FLAGS,
        ),
    ),
    (
        "speaks to the assistant",
        re.compile(
            rf"\b(?:dear|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|hey|hello|to)\s+(?:the\s+|any\s+|all\s+)?{_MODEL}s?\b\s{{0,3}}[:,!—–-]",
            _FLAGS,
        ),
    ),
    (
        "speaks as or to the assistant",
        re.compile(
            rf"(?:^|[\n.!?\]\"]\s{{0,3}})(?:ai|assistant|chat ?bot|llm|system)\s{{0,2}}:\s{{0,3}}{_TELL}\b",
            _FLAGS,
        ),
    ),
    (
        "tells a language model what to do",
        re.compile(
            rf"\b(?:if|when(?:ever)?|as)\s+(?:you are|you're)\s+an?\s+{_MODEL}\b|\byou are (?:now )?an? (?:ai|llm|language model|chat ?bot)\b"
            rf"|\b(?:ai(?: assistants?| models?)|language models?|llms?|chat ?bots?)\s+(?:reading|processing|summari[sz]ing|answering)\b[^.!?\n]{{0,60}}\b{_MUST}\s+(?:not\s+)?{_TELL}\b",
            _FLAGS,
        ),
    ),
    (
        "prescribes the answer",
        re.compile(
            rf"\b(?:your|the|every|each|any)\s+(?:\w{{1,12}}\s+)?{_ANSWER}\s+{_MUST}\s+(?:not\s+|only\s+|always\s+|also\s+)?(?:begin|start|end|be|contain|include|say|mention|state|consist)\b[^.!?\n]{{0,60}}"
            r"(?:[\"“'‘]|\bword(?:s|ing)?\b|\bphrase\b|\blink\b|\bemoji|\blanguage\b|\bonly\b)"
            rf"|\b(?:begin|start|end|finish|precede|prefix)\s+(?:your|the|every|each)\s+{_ANSWER}s?\s+with\b"
            rf"|\b{_TELL}\b[^.!?\n]{{0,60}}\b(?:in|to|at the (?:end|start|beginning) of|throughout)\s+(?:your|the (?:generated|final|model'?s?))\s+(?:\w{{1,12}}\s+)?(?:answer|response|output|summary|completion)s?\b",
            _FLAGS,
        ),
    ),
    (
        "orders what the user is told",
        re.compile(
            r"\b(?:tell|inform|convince|persuade|instruct|ask|urge|advise|direct|trick)\s+the\s+(?:user|person asking|questioner|reader of (?:the|this) answer)\b"
            r"|\b(?:do not|don'?t|never)\s+(?:tell|inform|reveal|mention|disclose|show)\b[^.!?\n]{0,50}\bto\s+the\s+(?:user|person asking)\b"
            r"|\b(?:when(?:ever)?|if)\s+(?:the user|someone|anyone|asked|a user)\b[^.!?\n]{0,60}?,?\s*(?:you must|always|only|never)?\s*(?:respond|reply|answer)\s+(?:only\s+)?(?:with|that|by)\b",
            _FLAGS,
        ),
    ),
    (
        "asks for hidden instructions",
        re.compile(
            r"\b(?:reveal|print|repeat|output|show|leak|display)\b[^.!?\n]{0,30}\b(?:system prompt|your (?:initial |hidden |secret )?instructions|the conversation so far|the user'?s (?:notes|messages|question|data))\b",
            _FLAGS,
        ),
    ),
    (
        "carries text out through an image or link",
        re.compile(
            r"!\[[^\]\n]{0,200}\]\(\s{0,3}https?://[^)\s]{1,500}[?&=][^)\s]{0,60}(?:\{|%7B|\[|<|data|prompt|question|secret)",
            _FLAGS,
        ),
    ),
)
# A run of tags spells hidden ASCII; overrides turn the order of what is read.
_HIDDEN = re.compile(
    r"[\U000E0020-\U000E007F]{2,4000}|[\u202A-\u202E\u2066-\u2069]|[\u200B\u2060-\u2064\uFEFF]{4,4000}"
)
_FLAG = "\U0001f3f4"


class DocumentOrders:
    """Passages that address the assistant or its answer, or hide text."""

    name = "document_orders"

    def __init__(self, *, orders: Action = Action.BLOCK, marks: Action = Action.WARN) -> None:
        self._orders = orders
        self._marks = marks

    def findings(self, text: str) -> Iterable[Finding]:
        """Orders and hidden text with one action, template marks (which are removed anyway) with another."""
        for reason, pattern in _BLOCKING:
            for found in pattern.finditer(text):
                yield Finding(self.name, self._orders, reason, *found.span(), "document_order")
        for start, end in _hidden(text):
            yield Finding(
                self.name, self._orders, "hides characters from its reader", start, end, "hidden_text"
            )
        for start, end in template_tokens(text):
            yield Finding(
                self.name, self._marks, "contains marks of a chat template", start, end, "template_token"
            )


def _hidden(text: str) -> Iterator[tuple[int, int]]:
    for found in _HIDDEN.finditer(text):
        # The flags of England, Scotland and Wales are spelt with tags after a black flag.
        if not text[: found.start()].endswith(_FLAG):
            yield found.span()
