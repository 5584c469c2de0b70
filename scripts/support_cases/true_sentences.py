"""The same fact in other words: rules that keep a sentence true."""

# ruff: noqa: PLR2004, SIM102, SIM905, E501 - the numbers are the rules; lists of words and patterns read better whole
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Parsed = Any
"""A spaCy Doc of one sentence."""

_SYNONYMS = dict(
    pair.split("/")
    for pair in (
        "began/started begin/start begins/starts started/began big/large large/big largest/biggest help/assist"
        " helps/assists buy/purchase purchased/bought bought/purchased shows/demonstrates show/demonstrate"
        " obtain/get obtained/received receive/get received/got provide/offer provides/offers provided/offered"
        " offers/provides offer/provide ensure/guarantee require/need requires/needs required/needed"
        " use/employ uses/employs used/employed important/significant significant/important important/key"
        " many/numerous several/various company/firm companies/firms employees/staff employee/worker"
        " city/town cities/towns war/conflict attacked/assaulted created/made create/make made/produced"
        " built/constructed constructed/built ended/finished ends/finishes end/finish quickly/rapidly"
        " rapidly/fast however/nevertheless also/additionally often/frequently usually/typically"
        " main/principal primary/main near/close area/region region/area regions/areas called/named"
        " known/recognised people/persons children/kids doctor/physician doctors/physicians"
        " increased/grew increase/growth decline/drop declined/fell cost/expense costs/expenses"
        " approximately/roughly about/around almost/nearly nearly/almost therefore/thus because/since"
        " must/should may/might contact/reach submit/send submitted/sent keep/retain kept/retained"
        " choose/select chosen/selected covered/insured discovered/found discover/find died/perished"
        " wrote/authored home/house journey/trip trip/journey trips/journeys before/prior"
    ).split()
)
_MONTHS = ("January February March April May June July August September October November December").split()
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
)


def reordered(doc: Parsed) -> str:
    """A clause or phrase from the front to the end, or from the end to the front."""
    root = _root(doc)
    for child in root.children:
        first, last = child.left_edge.i, child.right_edge.i
        if child.dep_ not in {"prep", "advcl", "npadvmod"} or last - first > 18:
            continue
        if first == 0 and last + 2 < len(doc) and doc[last + 1].text == ",":
            rest = doc[last + 2 : len(doc) - 1].text
            return f"{_capital(rest)} {_small(doc[: last + 1])}."
        if last == len(doc) - 2 and first > 3 and child.dep_ == "prep" and child.text.lower() not in {"of", "to", "by", "with", "as", "than"}:  # fmt: skip
            return f"{_capital(doc[first : last + 1].text)}, {_small(doc[:first])}."
    return ""


def synonyms(doc: Parsed) -> str:
    """Up to three words replaced by others of the same meaning."""
    left = [3]

    def other(found: re.Match[str]) -> str:
        word = _SYNONYMS.get(found[0])
        if word is None or not left[0]:
            return found[0]
        left[0] -= 1
        return word

    text = re.sub(r"(?<![\w-])[a-z]+(?![\w-])", other, doc.text)
    return text if left[0] < 3 else ""


def shortened(doc: Parsed) -> str:
    """Without one adjunct: a bracket, a relative clause or apposition between commas, a last phrase."""
    text = doc.text
    if re.search(r"\s\([^()]{3,80}\)", text):
        return re.sub(r"\s\([^()]{3,80}\)", "", text, count=1)
    for token in doc:
        first, last = token.left_edge.i, token.right_edge.i
        commas = first > 1 and last + 1 < len(doc) and doc[first - 1].text == doc[last + 1].text == ","
        if token.dep_ in {"relcl", "appos"} and commas:
            return f"{doc[: first - 1].text} {doc[last + 2 :].text}"
    root = _root(doc)
    for child in root.children:
        last_phrase = child.right_edge.i == len(doc) - 2 and child.left_edge.i > 5
        if child.dep_ in {"prep", "advcl", "npadvmod"} and last_phrase and not _negated(doc, child):
            return f"{doc[: child.left_edge.i].text.rstrip(' ,')}."
    return ""


def _negated(doc: Parsed, dropped: Any) -> bool:
    """Whether what is left would say more than before: "not refunded without a receipt"."""
    words = {token.lower_ for token in doc}
    conditions = {"unless", "if", "only", "without", "except", "until", "when", "not", "no", "than", "as"}
    return bool(words & {"not", "no", "never", "only"}) or dropped.lower_ in conditions


def other_voice(doc: Parsed) -> str:
    """Active to passive or back, where subject, verb and object stand side by side."""
    root = _root(doc)
    if not root.text.endswith("ed") or any(child.dep_ in {"neg", "aux", "conj"} for child in root.children):
        return ""
    part = {child.dep_: child for child in root.children}
    if "nsubj" in part and "dobj" in part and root.tag_ == "VBD":
        subject, thing = _phrase(part["nsubj"]), _phrase(part["dobj"])
        beside = subject.end == root.i and thing.start == root.i + 1 and subject.start == 0
        number = "were" if part["dobj"].tag_ in {"NNS", "NNPS"} or _joined(part["dobj"]) else "was"
        if beside and part["nsubj"].pos_ != "PRON" and part["dobj"].pos_ != "PRON":
            rest = doc[thing.end : len(doc) - 1].text
            text = f"{_capital(thing.text)} {number} {root.text} by {_small(subject)} {rest}"
            return f"{text.strip()}."
    if "nsubjpass" in part and "agent" in part and "auxpass" in part:
        subject, agent = _phrase(part["nsubjpass"]), part["agent"]
        actor = doc[agent.i + 1 : agent.right_edge.i + 1]
        if subject.start == 0 and subject.end == part["auxpass"].i and root.i + 1 == agent.i and len(actor):
            rest = doc[agent.right_edge.i + 1 : len(doc) - 1].text
            return f"{_capital(actor.text)} {root.text} {_small(subject)} {rest}".strip() + "."
    return ""


def _joined(token: Any) -> bool:
    return any(child.dep_ == "conj" for child in token.children)


def numbers(doc: Parsed) -> str:
    """Numbers and dates written in another way."""
    text = re.sub(r"\b([0-9]{1,2}) (" + "|".join(_MONTHS) + r") ([0-9]{4})\b", r"\2 \1, \3", doc.text)
    if text == doc.text:
        text = re.sub(r"\b(" + "|".join(_MONTHS) + r") ([0-9]{1,2}), ([0-9]{4})\b", _iso, text)
    if text == doc.text:
        text = re.sub(r"(?<![\w.,-])([0-9]{1,3}),([0-9]{3})(?![\w,])", r"\1\2", text)
    if text == doc.text:
        text = re.sub(r"(?<![\w.,$€£%-])(1[0-5]|[2-9])(?= [a-z])", lambda found: _SMALL[int(found[0])], text)
    if text == doc.text:
        text = re.sub(
            r"\b(" + "|".join(_SMALL[2:]) + r")(?= [a-z])", lambda found: str(_SMALL.index(found[0])), text
        )
    return text if text != doc.text else ""


def _iso(found: re.Match[str]) -> str:
    return f"{found[3]}-{_MONTHS.index(found[1]) + 1:02d}-{int(found[2]):02d}"


def last_name(doc: Parsed) -> str:
    """A person by the last name alone."""
    for entity in doc.ents:
        if entity.label_ == "PERSON" and len(entity) == 2 and entity.text.replace(" ", "").isalpha():
            return doc.text.replace(entity.text, entity[1].text, 1)
    return ""


def statement(question: str, answer: str) -> str:
    """A question and its answer as one statement, for the shapes a rule can turn round; else empty."""
    asked = question.strip().rstrip("?").strip()
    if found := re.fullmatch(r"(?:Who|What|Which [a-z]+) ((?!did|does|do\b|is the|was the|are the)[a-z]+(?:ed|s)|is|was|were|are|has|led|won|wrote|built|made) (.{8,})", asked):  # fmt: skip
        if not found[2].startswith(("the name", "another", "a ", "an ", "one ", "some ", "the ")):
            return f"{_capital(answer)} {found[1]} {found[2]}."
    if found := re.fullmatch(r"When (did|was|were) (the [\w ]+?|[A-Z][\w ]+?) ([a-z]+)", asked):
        return f"{_capital(found[2])} {found[1]} {found[3]} in {answer.removeprefix('in ')}."
    if found := re.fullmatch(r"(?:What|Who) (is|was|were|are) (the .{6,})", asked):
        return f"{_capital(found[2])} {found[1]} {answer}."
    if found := re.fullmatch(r"Where (did|was|were) (the [\w ]+?|[A-Z][\w ]+?) ([a-z]+)", asked):
        return f"{_capital(found[2])} {found[1]} {found[3]} in {answer.removeprefix('in ')}."
    return ""


PARAPHRASES: dict[str, Callable[[Parsed], str]] = {
    "clause moved": reordered,
    "synonyms": synonyms,
    "adjunct dropped": shortened,
    "voice": other_voice,
    "numbers written otherwise": numbers,
    "last name alone": last_name,
}


def _root(doc: Parsed) -> Any:
    return next(token for token in doc if token.dep_ == "ROOT")


def _phrase(token: Any) -> Any:
    return token.doc[token.left_edge.i : token.right_edge.i + 1]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(span: Any) -> str:
    """As it stands inside a sentence: a first word that is no name loses its capital."""
    text = str(span.text).rstrip(" .,")
    return (
        text
        if span[0].pos_ == "PROPN" or span[0].ent_type_ or span[0].text == "I"
        else text[:1].lower() + text[1:]
    )
