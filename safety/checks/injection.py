"""Finds prompts that try to talk the model out of its rules.

Rules carry weights; the sum decides. One suspicious turn of phrase is a warning at most, several
together are refused. The weights are chosen so that questions *about* such prompts, and ordinary
questions that contain "ignore" or "system", stay below the first threshold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from safety.checks.template_tokens import template_tokens
from safety.verdict import Action, Finding


@dataclass(frozen=True, slots=True)
class Rule:
    """A turn of phrase, what it weighs, and how a person is told about it."""

    id: str
    weight: float
    reason: str
    pattern: re.Pattern[str]


def _rule(id_: str, weight: float, reason: str, pattern: str) -> Rule:
    return Rule(id_, weight, reason, re.compile(pattern, re.IGNORECASE))


_ORDERS = r"(?:instructions?|rules?|prompts?|guidelines?|directives?|directions?|programming|training|constraints?|polic(?:y|ies)|restrictions?|safeguards?)"
_BEFORE = r"(?:previous|prior|above|earlier|preceding|former|initial|original|foregoing|existing|current|system|your|these|those|openai'?s?)"
RULES = (
    _rule(
        "set-aside",
        1.2,
        "asks to set earlier instructions aside",
        r"\b(?:ignore|disregard|forget|override|bypass|neglect|skip|drop|do not follow|don'?t follow|stop following)\b"
        rf"(?:\s+(?:all|any|of|the|everything|about|every|each|in|and|whatever)){{0,4}}\s+{_BEFORE}(?:\s+[a-z']{{2,15}}){{0,3}}?\s+{_ORDERS}\b",
    ),
    _rule(
        "set-aside-said",
        1.0,
        "asks to set aside what was said before",
        r"\b(?:ignore|disregard|forget)\s+(?:all|everything)(?:\s+(?:that|of|the|you|was|were|i|we|have|has|been)){0,5}"
        r"\s+(?:told|said|above|before|previous|prior|learned|know)\b",
    ),
    _rule(
        "no-limits",
        1.0,
        "asks for a model without limits",
        r"\b(?:without|no|free (?:of|from)|lacks?|not (?:bound|limited|restricted|constrained) by|unbound by|ignor(?:e|es|ing)|bypass(?:es|ing)?|freed from|not have)"
        r"\s+(?:\w{1,12}\s+){0,3}?(?:ethic(?:s|al)|moral(?:s|ity)?|censorship|content polic(?:y|ies)|openai(?:'s)? polic(?:y|ies)|safety (?:guidelines|filters|rules)|filters?\s+(?:or|and)\s+\w{1,15}|restrictions?\s+(?:or|and|whatsoever)\b)",
    ),
    _rule(
        "unfiltered",
        0.9,
        "describes an unfiltered or amoral persona",
        r"\b(?:unfiltered|uncensored|amoral|unrestricted|jailbroken|unethical)\b[^.!?\n]{0,40}\b(?:ai|a\.i|chat ?bots?|assistant|language model|response|answer|version|character|persona|mode|gpt)\b"
        r"|\b(?:ai|chat ?bots?|assistant|language model|gpt|mode)\b[^.!?\n]{0,30}\b(?:unfiltered|uncensored|amoral|unrestricted|jailbroken)\b",
    ),
    _rule(
        "do-anything",
        1.4,
        "names a well-known jailbreak",
        r"\bdo anything now\b|\bDAN\b(?=[^.!?\n]{0,60}\b(?:mode|prompt|jailbreak|can|will|must|is|has)\b)(?-i:(?<=DAN))"
        r"|\bjailbreak (?:mode|prompt|enabled|activated)|\b(?:stan|dude|aim|evil[- ]?bot|mongo tom)\b(?=[^.!?\n]{0,40}\b(?:strives to avoid norms|always intelligent|has no (?:rules|restrictions)))",
    ),
    _rule(
        "other-mode",
        1.2,
        "asks for a hidden mode",
        r"\b(?:developer|debug|god|dan|admin|root|sudo|maintenance|opposite|unrestricted|chaos)\s+mode\s*(?:is\s+)?(?:now\s+)?(?:enabled|activated|output|on\b|engaged)"
        r"|\b(?:enable|activate|enter|switch to|simulate|turn on)\s+(?:the\s+)?(?:developer|debug|god|dan|jailbreak|unrestricted)\s+mode",
    ),
    _rule(
        "never-refuse",
        1.0,
        "forbids to refuse",
        r"\b(?:never|must not|cannot|can'?t|won'?t|will not|shall not|do not|don'?t|not allowed to)\s+(?:ever\s+)?(?:refuse|decline|reject|deny|say (?:no|that (?:you|it) (?:can'?t|cannot|is))|say [\"'“]?(?:i'?m sorry|i can'?t|i cannot|as an ai)|apologi[sz]e|warn|mention (?:that you are|being) an ai)\b",
    ),
    _rule(
        "persona",
        0.7,
        "assigns a persona that replaces the assistant",
        r"\b(?:you are (?:now|going to be|about to)|from now on,? you|you(?:'re| are) going to (?:act|pretend|play|roleplay)|pretend (?:to be|that you are|you are)|act as (?:if you|though you|an? (?:ai|chat ?bot|evil|unfiltered))|you will (?:now )?(?:act as|pretend|simulate|play)|immerse yourself into the role)\b",
    ),
    _rule(
        "stay",
        0.7,
        "demands to stay in character",
        r"\bstay in (?:character|role)\b|\b(?:remain|keep) in character\b|\bbreak(?:ing)? character\b|\btokens?\b[^.!?\n]{0,60}\bdeducted\b",
    ),
    _rule(
        "two-answers",
        0.8,
        "asks for a second, unchecked answer",
        r"\b(?:two|both|2)\s+(?:different\s+|separate\s+)?(?:responses|answers|ways|paragraphs|outputs)\b[^\n]{0,200}\b(?:normal|standard|classic|chatgpt|gpt|unfiltered)\b"
        r"|\[[^\]\n]{0,3}(?:gpt|classic|jailbreak|dan)[^\]\n]{0,3}\]\s*:",
    ),
    _rule(
        "reveal",
        1.2,
        "asks for the hidden instructions",
        r"\b(?:reveal|print|show|repeat|output|display|tell me|give me|what (?:is|are|was|were)|leak|dump|recite|write out|copy)\b[^.!?\n]{0,30}\b(?:your|the|its)\s+(?:\w{1,15}\s+){0,2}?(?:system prompt|(?:initial|original|hidden|secret|system|internal|confidential)\s+(?:instructions|prompt|rules|message)|pre-?prompt|instructions above)"
        r"|\brepeat\b[^.!?\n]{0,30}\b(?:words|text|everything)\s+above\b",
    ),
    _rule(
        "fake-turn",
        0.9,
        "pretends to be a message of the system",
        r"(?:^|\n)\s{0,10}(?:#{1,6}\s{0,3}|\[|\*\*)?(?:system|developer)(?:\s(?:message|prompt|override|note))?(?:\]|\*\*)?\s{0,3}:\s{0,3}(?=\S[^\n]{0,200}\b(?:you|ignore|assistant|must|new)\b)",
    ),
    _rule(
        "new-rules",
        0.8,
        "brings new rules of its own",
        r"\bnew (?:instructions|rules|system prompt|directives?)\s{0,3}(?::|are|follow)|\bthe rules (?:above|before) (?:no longer|do not|don'?t) apply\b",
    ),
    _rule(
        "hypothetical",
        0.6,
        "wraps the request in a lawless story",
        r"\b(?:hypothetical|fictional)\b[^.!?\n]{0,60}\b(?:no (?:laws|rules|ethics|limits)|everything is (?:legal|allowed)|anything is (?:legal|allowed|possible))",
    ),
    _rule(
        "compliance",
        0.7,
        "demands obedience to every request",
        r"\b(?:obey|comply with|fulfil?l|answer|respond to|follow)\s+(?:all|any|every|each|absolutely (?:all|any))\s+(?:of\s+)?(?:my|the user'?s?|his|her)?\s*(?:\w{1,12}\s+)?(?:orders?|commands?|requests?|questions?|instructions?|prompts?)\b[^.!?\n]{0,80}\b(?:no matter|regardless|even if|without (?:question|hesitation|refus))",
    ),
)
_TEMPLATE_WEIGHT = 1.0


class Injection:
    """Attempts to replace the rules the model was given."""

    name = "injection"

    def __init__(self, *, warn_at: float = 1.0, block_at: float = 2.5) -> None:
        self._warn_at = warn_at
        self._block_at = block_at

    def findings(self, text: str) -> Iterable[Finding]:
        """One finding per rule that applies, all with the action their sum calls for."""
        hits = [
            (rule.weight, rule.reason, *found.span())
            for rule in RULES
            if (found := rule.pattern.search(text))
        ]
        if token := next(template_tokens(text), None):
            hits.append((_TEMPLATE_WEIGHT, "contains marks of a chat template", *token))
        score = sum(weight for weight, *_ in hits)
        if score < self._warn_at:
            return
        action = Action.BLOCK if score >= self._block_at else Action.WARN
        for _, reason, start, end in hits:
            yield Finding(self.name, action, reason, start, end, "injection")
