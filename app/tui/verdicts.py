"""What the check of an answer's sentences found: one line, or each sentence with its reasons."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from app.contract import SentenceShape
from app.tui.wording import count
from safety.terminal import safe_line

_COUNTED = {
    "supported": "supported",
    "partly": "partly (~)",
    "not_found": "not found (⚠)",
    "not_checked": "not checked",
}
_VERDICTS = {
    "supported": ("✓ supported", "$success"),
    "partly": ("~ only partly", "$warning"),
    "not_found": ("⚠ not found", "bold $warning"),
    "not_checked": ("· not checked", "$secondary"),
}
_DOUBTFUL = frozenset({"partly", "not_found"})


def summary(sentences: Sequence[SentenceShape]) -> str:
    """What the check of the sentences found, in one line; empty if there was nothing to check."""
    numbers = [(sum(one.support == support for one in sentences), said) for support, said in _COUNTED.items()]
    parts = [f"{number} {said}" for number, said in numbers if number]
    hint = " · F2: why" if doubtful(sentences) else ""
    return f"Sentences: {', '.join(parts)}{hint}" if parts else ""


def doubtful(sentences: Sequence[SentenceShape]) -> int:
    """How many sentences carry a mark that warns."""
    return sum(sentence.support in _DOUBTFUL for sentence in sentences)


def offer(sentences: Sequence[SentenceShape], left_out: int = 0) -> str:
    """Title of the list of verdicts: it says how many sentences it warns of, and how many are not shown."""
    more = f" · {left_out:,} left out" if left_out else ""
    return _offer(sentences) + more if sentences else f"{count(left_out, 'sentence')} left out"


def _offer(sentences: Sequence[SentenceShape]) -> str:
    marked = doubtful(sentences)
    if not marked:
        return f"How {count(len(sentences), 'sentence was', 'sentences were')} checked"
    return f"Why {count(marked, 'sentence is', 'sentences are')} marked"


def verdicts(
    sentences: Sequence[SentenceShape], numbers: dict[str, int], left_out: Sequence[SentenceShape] = ()
) -> Content:
    """Each sentence with its verdict, the numbers of its sources and the reasons; the marked ones first.

    Below them stands what the model wrote and the answer does not show.
    """
    ordered = sorted(sentences, key=lambda one: one.support not in _DOUBTFUL)
    parts = [_verdict(sentence, numbers) for sentence in ordered]
    if left_out:
        head = (
            "Left out of the answer: the model wrote it, and it is unsupported or repeats what stands there"
        )
        parts += [Content.styled(head, "bold"), *(_verdict(sentence, numbers) for sentence in left_out)]
    return Content("\n\n").join(parts)


def _verdict(sentence: SentenceShape, numbers: dict[str, int]) -> Content:
    said, look = _VERDICTS[sentence.support]
    cited = "".join(f"[{numbers[chunk]}]" for chunk in sentence.citations if chunk in numbers)
    lines = [Content.styled(f"{said} {cited}".rstrip(), look), Content(safe_line(sentence.text, 500))]
    lines += [Content.styled(f"  {safe_line(reason, 300)}", "$secondary") for reason in sentence.reasons]
    return Content("\n").join(lines)
