"""Finds passages that give orders to the assistant instead of informing its reader.

A document may say what employees must do; it may not say what the answer must be. So a sentence
counts when it addresses the assistant, the answer or the instructions, and not because it is an
imperative: manuals are full of those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from safety.checks.phrases import any_of, phrases
from safety.checks.template_tokens import template_tokens
from safety.verdict import Action, Finding

_AI = any_of(
    "ai|ai assistants?|ai models?|ai systems?|language models?|llms?|chat\\W?bots?|chatgpt|gpt"
    "|virtual assistant|digital assistant"
)
_MODEL = any_of(f"{_AI}|assistant|model")
_ANSWER = any_of("answer|response|reply|output|summary|completion|message")
_TELL = any_of(
    "say|state|claim|mention|tell|reveal|print|include|recommend|output|respond|reply|answer|write|add|insert"
    "|append|disclose|omit|hide|ignore|disregard|forget|send|provide|show|repeat"
)
_MUST = any_of("must|should|shall|has to|have to|needs? to|will|are to|is to")
_EARLIER = any_of("previous|prior|above|earlier|preceding|your|these|other|system|user'?s?|original")
_ORDERS = any_of(
    "instructions?|prompts?|directives?|guidelines|questions?|quer(?:y|ies)|requests?|context|task"
)
_DISTORT = any_of(
    "scramble|anagram|jumble|misspell|rearrange|substitute|replace|remove|convert|combine|group|encode|reverse"
    "|shuffle|capitali[sz]e|swap"
)
_BEND = any_of(
    "augment|enhance|enrich|modify|alter|change|integrate|introduce|weave|slip|embed|inject|append"
)

_LINE_START = r"(?:^|[\n.!?\]\"(*]\s{0,3})"
_ORDERS_OUT = (
    (
        "asks to set instructions aside",
        phrases(
            r"(?:ignore|disregard|forget|override) (?:(?:all|any|of|the|every|everything) ){0,3}"
            rf"{_EARLIER} ~{_ORDERS}"
        ),
    ),
    (
        "speaks to the assistant",
        re.compile(
            rf"{_LINE_START}(?:dear|attention|(?:note|message|instructions?) (?:to|for)|hey|hello)\s{{1,3}}"
            rf"(?:the\s|any\s|all\s)?{_MODEL}s?(?:\s\w{{1,12}}){{0,4}}\s{{0,3}}[:,!—–-]",
            re.IGNORECASE,
        ),
    ),
    (
        "speaks as or to the assistant",
        re.compile(
            rf"{_LINE_START}(?:ai|assistant|chat\W?bot|llm|system)\s{{0,2}}:\s{{0,3}}{_TELL}\b", re.IGNORECASE
        ),
    ),
    (
        "tells a language model what to do",
        phrases(
            rf"(?:if|as) (?:you are|you're) an? {_AI}",
            r"you are (?:now )?an? ~(?:ai|llm|language model|chat\W?bot)",
            rf"{_AI} (?:reading|processing|summari[sz]ing|answering)…{_MUST} (?:not )?{_TELL}",
        ),
    ),
    (
        "prescribes the answer",
        phrases(
            rf"your (?:answer|response|output|summary) {_MUST} (?:not |only |always |also )?"
            r"(?:begin|start|end|be|contain|say|mention)",
            rf"(?:the|every|each|any) (?:generated |final |model'?s )?{_ANSWER} {_MUST}"
            r" (?:only |always |also )?(?:begin|start|end|contain|include|say|mention)"
            r"…(?:word|words|phrase|link|emojis?)",
            rf"{_DISTORT}…(?:letters?|vowels?|words?|spaces?|characters?|keywords?)"
            rf"…(?:your|the) {_ANSWER}(?:'s)?",
            rf"{_BEND}…your {_ANSWER}",
            rf"{_BEND} your {_ANSWER}",
        ),
    ),
    (
        "orders what the user is told",
        phrases(
            r"(?:tell|inform|convince|persuade|instruct|urge|trick) the (?:user|person asking|questioner)",
            r"(?:do not|don'?t|never) (?:tell|inform|reveal|mention|disclose|show)"
            r"…to the (?:user|person asking)",
            r"(?:when(?:ever)?|if) (?:the|a) user asks?"
            r"…(?:respond|reply|answer|say) (?:only )?(?:with|that|by)",
            rf"in your {_ANSWER},? (?:suggest|recommend|tell|urge|claim|tease|advise|invite|convince)",
        ),
    ),
    (
        "asks for hidden instructions",
        phrases(
            r"(?:reveal|print|repeat|output|show|leak|display)…(?:system prompt"
            r"|your (?:initial |hidden |secret )?instructions|the conversation so far|the user'?s \w{4,12})"
        ),
    ),
    (
        "carries text out through an image or link",
        re.compile(
            r"!\[[^\]\n]{0,200}\]\(\s{0,3}https?://[^)\s?]{1,300}\?"
            r"[^)\s]{0,200}?(?:\{|%7B|\[|<|data=|prompt=|question=|q=)",
            re.IGNORECASE,
        ),
    ),
)
# A person who writes to a person says this as well, so it is marked and not left out.
_MARKED = (
    (
        "says what an answer has to hold",
        phrases(
            rf"{_TELL}…(?:in|to|at the (?:end|start|beginning) of|throughout) your {_ANSWER}s?",
            rf"(?:begin|start|end|finish|precede|prefix|provide|render) your {_ANSWER}s?"
            r" (?:with|using|without|in)",
        ),
    ),
)
# A run of tags spells hidden ASCII; overrides turn round the order of what is read.
_HIDDEN = re.compile(
    "[\U000e0020-\U000e007f]{2,4000}|[\u202a-\u202e\u2066-\u2069]|[\u200b\u2060-\u2064\ufeff]{4,4000}"
)
_FLAG = "\U0001f3f4"


class DocumentOrders:
    """Passages that address the assistant or its answer, or hide text."""

    name = "document_orders"

    def __init__(self, *, orders: Action = Action.BLOCK, marks: Action = Action.WARN) -> None:
        self._orders = orders
        self._marks = marks

    def findings(self, text: str) -> Iterable[Finding]:
        """Orders and hidden text with one action; template marks and mere suspicion with another."""
        for rules, action in ((_ORDERS_OUT, self._orders), (_MARKED, self._marks)):
            for reason, pattern in rules:
                for found in pattern.finditer(text):
                    yield Finding(self.name, action, reason, *found.span(), "document_order")
        for start, end in _hidden(text):
            reason = "hides characters from its reader"
            yield Finding(self.name, self._orders, reason, start, end, "hidden_text")
        for start, end in template_tokens(text):
            reason = "contains marks of a chat template"
            yield Finding(self.name, self._marks, reason, start, end, "template_token")


def _hidden(text: str) -> Iterator[tuple[int, int]]:
    for found in _HIDDEN.finditer(text):
        # The flags of England, Scotland and Wales are spelt with tags after a black flag.
        if text[max(0, found.start() - 1) : found.start()] != _FLAG:
            yield found.span()
