"""Renders a model's own chat template in a sandbox, and keeps text from becoming control tokens.

A GGUF file brings a Jinja template, that is a program by a stranger. It is rendered in Jinja's
immutable sandbox with ceilings on its size, its output and its time.

The template never sees the text of a message: it sees a random placeholder. The rendered result is
cut at the placeholders, so that the engine can tokenise the template's parts with control tokens
and the messages' texts without. A document that contains "<|im_end|>" is then only quoting it.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any, TypeVar

from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.engine import ChatMessage
from models.errors import TemplateRefusedError

TEMPLATE_LIMIT = 64 * 1024
"""Characters of a template; the longest known ones have about 15,000."""

RENDERED_LIMIT = 1 << 20
SECONDS = 1.0
MEMORY_LIMIT = 256 << 20
"""Bytes that reading and rendering a template may add; ordinary ones need less than one million."""

_BITS_LIMIT = 128
"""Of a product: squaring in a loop makes numbers whose next product takes minutes."""


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the rendered prompt."""

    text: str = field(repr=False)
    is_template: bool
    """Only parts of the template may contain control tokens."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, without the two operators that make huge values out of small ones."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        del context
        numbers = (int, float)
        if operator == "**" or not (isinstance(left, numbers) and isinstance(right, numbers)):
            raise TemplateRefusedError("The model's chat template multiplies text, which is not allowed.")
        if sum(side.bit_length() for side in (left, right) if isinstance(side, int)) > _BITS_LIMIT:
            raise TemplateRefusedError("The model's chat template computes with huge numbers.")
        return left * right


class ChatTemplate:
    """A template that is parsed once and rendered for every prompt."""

    def __init__(self, source: str, *, bos: str, eos: str) -> None:
        if len(source) > TEMPLATE_LIMIT:
            raise TemplateRefusedError(
                f"The model's chat template has {len(source)} characters; the limit is {TEMPLATE_LIMIT}."
            )
        sandbox = _Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
        sandbox.globals.update(raise_exception=_raise_exception, bos_token=bos, eos_token=eos)
        try:
            with within_memory(MEMORY_LIMIT):
                self._template = _within_time(lambda: sandbox.from_string(source), SECONDS)
        except TemplateRefusedError:
            raise
        except Exception as error:  # noqa: BLE001 - Jinja hands the template on to Python's compiler
            raise TemplateRefusedError(
                f"The model's chat template cannot be read ({type(error).__name__})."
            ) from None

    def segments(self, messages: Sequence[ChatMessage]) -> tuple[Segment, ...]:
        """The prompt in order, with the prefix that begins the answer. Raises TemplateRefusedError."""
        try:
            return self._render(messages)
        except TemplateRefusedError:
            # Some families (Gemma) refuse a system message; its text then opens the first user message.
            folded = _fold_system(messages)
            if folded is None:
                raise
            return self._render(folded)

    def _render(self, messages: Sequence[ChatMessage]) -> tuple[Segment, ...]:
        nonce = secrets.token_hex(8)
        marks = [f"text{nonce}n{number}end" for number in range(len(messages))]
        shown = [
            {"role": message.role, "content": mark} for message, mark in zip(messages, marks, strict=True)
        ]
        try:
            with within_memory(MEMORY_LIMIT):
                rendered = _within_time(
                    lambda: self._template.render(messages=shown, add_generation_prompt=True), SECONDS
                )
        except TemplateRefusedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a stranger's program raises
            # Its message may be long, misleading, or quote the prompt.
            raise TemplateRefusedError(
                f"The model's chat template does not render ({type(error).__name__})."
            ) from None
        if len(rendered) > RENDERED_LIMIT:
            raise TemplateRefusedError("The model's chat template renders more than a million characters.")
        return tuple(_cut(rendered, marks, messages))


def _cut(rendered: str, marks: Sequence[str], messages: Sequence[ChatMessage]) -> list[Segment]:
    segments: list[Segment] = []
    rest = rendered
    for mark, message in zip(marks, messages, strict=True):
        before, found, rest = rest.partition(mark)
        if not found:
            raise TemplateRefusedError("The model's chat template leaves out or reorders messages.")
        segments += [Segment(before, is_template=True), Segment(message.text, is_template=False)]
    segments.append(Segment(rest, is_template=True))
    if any(mark in segment.text for segment in segments if segment.is_template for mark in marks):
        raise TemplateRefusedError("The model's chat template repeats messages.")
    return [segment for segment in segments if segment.text]


def _fold_system(messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...] | None:
    roles = [message.role for message in messages[:2]]
    if roles != ["system", "user"]:
        return None
    system, user, *rest = messages
    return (ChatMessage("user", f"{system.text}\n\n{user.text}"), *rest)


def _raise_exception(message: object = "") -> None:
    del message  # it may quote the prompt
    raise TemplateRefusedError("The model's chat template refuses these messages.")


def _within_time(render: Callable[[], Result], seconds: float) -> Result:
    """Run `render` under a trace that raises at the first template line after `seconds`.

    Signals only work in the main thread and a thread cannot be ended from outside; a trace
    function sees every line of the compiled template, whichever thread runs it.
    """
    deadline = monotonic() + seconds

    def watch(frame: FrameType, event: str, argument: object) -> Any:
        del frame, event, argument
        if monotonic() > deadline:
            raise TemplateRefusedError(f"The model's chat template runs longer than {seconds:g} s.")
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        return render()
    finally:
        sys.settrace(before)


@contextmanager
def within_memory(grace: int) -> Iterator[None]:
    """Let this process allocate at most `grace` further bytes meanwhile; then Python raises MemoryError.

    Doubling a text thirty times takes no time that a trace could notice. RLIMIT_DATA counts private
    writable memory (getrlimit(2)), not weights that are mapped from a file. Linux only.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = _data_bytes() + grace
    ceilings = [limit for limit in before if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([wanted, *ceilings]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _data_bytes() -> int:
    """Private writable memory of this process, as the kernel counts it (proc_pid_statm(5), data + stack)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[5]) * os.sysconf("SC_PAGE_SIZE")
