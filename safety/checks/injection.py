"""Finds prompts that try to talk the model out of its rules.

Rules carry weights; the sum decides. One suspicious turn of phrase is a warning at most, several
together are refused. The weights are chosen so that questions *about* such prompts, and ordinary
questions that contain "ignore" or "system", stay below the first threshold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from safety.checks.phrases import any_of, phrases
from safety.checks.template_tokens import template_tokens
from safety.verdict import Action, Finding

_DROP = any_of(
    "ignore|disregard|forget|override|bypass|neglect|skip|drop|do not follow|don'?t follow|stop following"
)
_EARLIER = any_of(
    "previous|prior|above|earlier|preceding|former|initial|original|foregoing|existing|current|system|your|these"
    "|those|openai'?s?"
)
_RULES = any_of(
    "instructions?|rules?|prompts?|guidelines?|directives?|directions?|programming|training|constraints?|policy"
    "|policies|restrictions?|safeguards?"
)
_FREE = any_of(
    "without|no|free of|free from|lacks?|not bound by|not limited by|not restricted by|not constrained by"
    "|unbound by"
    "|ignor(?:e|es|ing)|bypass(?:es|ing)?|freed from|not have"
)
_LIMITS = any_of(
    "ethics|ethical|morals?|morality|censorship|content polic(?:y|ies)|openai(?:'s)? polic(?:y|ies)"
    "|safety (?:guidelines|filters|rules)|filters? (?:or|and)|restrictions? (?:or|and|whatsoever)"
)
_AI = any_of("ai|a\\.i\\.?|chat\\W?bots?|assistant|language model|gpt")
_LOOSE = any_of("unfiltered|uncensored|amoral|unrestricted|jailbroken|unethical")
_MODES = any_of("developer|debug|god|dan|admin|root|sudo|maintenance|opposite|unrestricted|chaos|jailbreak")
_NEVER = any_of("never|must not|cannot|can'?t|won'?t|will not|shall not|do not|don'?t|not allowed to")
_REFUSE = any_of(
    "refuse|decline|reject|deny|say no|say that (?:you|it) (?:can'?t|cannot|is)"
    "|say \\W?(?:i'?m sorry|i can'?t|i cannot"
    "|as an ai)|apologi[sz]e|mention (?:that you are|being) an ai"
)
_SHOW = any_of(
    "reveal|print|show|repeat|output|display|tell me|give me|what (?:is|are|was|were)|leak|dump|recite|copy"
)
_HIDDEN = any_of("initial|original|hidden|secret|system|internal|confidential")


@dataclass(frozen=True, slots=True)
class Rule:
    """A turn of phrase, what it weighs, and how a person is told about it."""

    weight: float
    reason: str
    pattern: re.Pattern[str]


RULES = (
    Rule(
        1.2,
        "asks to set earlier instructions aside",
        phrases(
            rf"{_DROP} (?:(?:all|any|of|the|everything|about|every|each|in|and) ){{0,4}}{_EARLIER} ~{_RULES}"
        ),
    ),
    Rule(
        1.0,
        "asks to set aside what was said before",
        phrases(
            r"(?:ignore|disregard|forget) (?:all|everything)"
            r"(?: (?:that|of|the|you|was|were|i|we|have|has|been)){0,5}"
            r" (?:told|said|above|before|previous|prior|learned)"
        ),
    ),
    Rule(1.0, "asks for a model without limits", phrases(rf"{_FREE} ~{_LIMITS}")),
    Rule(
        0.9,
        "describes an unfiltered or amoral persona",
        phrases(
            rf"{_LOOSE}…(?:{_AI}|response|answer|version|character|persona|mode)", rf"(?:{_AI}|mode)…{_LOOSE}"
        ),
    ),
    Rule(
        1.4,
        "names a well-known jailbreak",
        phrases(
            r"do anything now",
            r"(?-i:DAN)…(?:mode|prompt|jailbreak|can do)",
            r"jailbreak (?:mode|prompt|enabled|activated)",
            r"strives? to avoid norms",
            r"always intelligent and machiavellian",
        ),
    ),
    Rule(
        1.2,
        "asks for a hidden mode",
        phrases(
            rf"{_MODES} mode (?:is )?(?:now )?(?:enabled|activated|output|on|engaged)",
            rf"(?:enable|activate|enter|switch to|simulate|turn on) (?:the )?{_MODES} mode",
        ),
    ),
    Rule(1.0, "forbids to refuse", phrases(rf"{_NEVER} (?:ever )?{_REFUSE}")),
    Rule(
        0.7,
        "assigns a persona that replaces the assistant",
        phrases(
            r"you are (?:now|going to be|about to)",
            r"from now on,? you",
            r"you(?:'re| are) going to (?:act|pretend|play|roleplay)",
            r"pretend (?:to be|that you are|you are)",
            rf"act as (?:if you|though you|an? {_AI}|an? evil|an? {_LOOSE})",
            r"you will (?:now )?(?:act as|pretend|simulate|play)",
            r"immerse yourself into the role",
        ),
    ),
    Rule(
        0.7,
        "demands that a role is kept up",
        phrases(
            r"(?:stay|remain|keep) in (?:character|role)", r"break(?:ing)? character", r"tokens?…deducted"
        ),
    ),
    Rule(
        0.8,
        "asks for a second, unchecked answer",
        phrases(
            r"(?:two|both|2) ~(?:responses|answers|ways|paragraphs|outputs)"
            r"…(?:normal|standard|classic|chatgpt|gpt)",
            r"\[\W?(?:gpt|classic|jailbreak|dan)\W?\]",
        ),
    ),
    Rule(
        1.2,
        "asks for the hidden instructions",
        phrases(
            rf"{_SHOW}…(?:your|the|its) ~"
            rf"(?:system prompt|{_HIDDEN} (?:instructions|prompt|rules|message)|pre\W?prompt)",
            r"repeat…(?:words|text|everything) above",
        ),
    ),
    Rule(
        0.9,
        "pretends to be a message of the system",
        re.compile(
            r"(?:^|\n)\W{0,10}(?:system|developer)(?:\s(?:message|prompt|override|note))?\W{0,4}:\s{0,3}"
            r"(?=[^\n]{0,200}\b(?:you|ignore|assistant|must|new)\b)",
            re.IGNORECASE,
        ),
    ),
    Rule(
        0.8,
        "brings new rules of its own",
        phrases(
            r"new (?:instructions|rules|system prompt|directives?)(?=\s{0,3}:| are| follow)",
            r"the rules (?:above|before) (?:no longer|do not|don'?t) apply",
        ),
    ),
    Rule(
        0.6,
        "wraps the request in a lawless story",
        phrases(
            r"(?:hypothetical|fictional)"
            r"…(?:no (?:laws|rules|ethics|limits)|(?:every|any)thing is (?:legal|allowed))"
        ),
    ),
    Rule(
        0.7,
        "demands obedience to every request",
        phrases(
            r"(?:obey|comply with|fulfil?l|answer|respond to|follow) (?:all|any|every|each) ~"
            r"(?:orders?|commands?|requests?|questions?|instructions?|prompts?)…"
            r"(?:no matter|regardless|even if|without (?:question|hesitation|refus\w{1,4}))"
        ),
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
        score = round(sum(weight for weight, *_ in hits), 3)
        if score < self._warn_at:
            return
        action = Action.BLOCK if score >= self._block_at else Action.WARN
        for _, reason, start, end in hits:
            yield Finding(self.name, action, reason, start, end, "injection")
