"""`inhouse support check`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from app.contract.base import Shape

_MOST_PASSAGES, _LONGEST = 200, 1 << 20


class SupportPassage(Shape):
    """A passage that an answer may rest on."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    id: str = Field(min_length=1, max_length=300)
    text: str = Field(max_length=_LONGEST)
    title: str = Field(default="", max_length=1_000)
    dated: str | None = Field(default=None, max_length=40)


class SupportQuestion(Shape):
    """One input line. Further keys, an evaluation's own labels for instance, are left out of account."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    id: str | int
    answer: str = Field(
        max_length=_LONGEST, description="[1], [2] cite by position, [id] by id; without markers all count"
    )
    passages: list[SupportPassage] = Field(max_length=_MOST_PASSAGES)
    question: str = Field(default="", max_length=100_000, description="helps with very short answers")


class CheckedSentenceShape(Shape):
    """One sentence of the answer."""

    text: str
    support: Literal["supported", "partly", "not_found", "not_checked"]
    score: float = Field(description="0, contradicted or absent, to 1, supported")
    citations: list[str] = Field(description="ids of the passages that support it, corrected where need be")
    reasons: list[str]


class SupportShape(Shape):
    """One output line of `inhouse support check --json`."""

    id: str | int
    verdict: Literal["supported", "partly", "not_found", "not_checked"]
    score: float = Field(description="the worst checked sentence's; 1 if nothing could be checked")
    sentences: list[CheckedSentenceShape]
