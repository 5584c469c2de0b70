"""A model's template decides how a chat looks, and nothing else: it is a program by a stranger."""

from __future__ import annotations

import resource

import pytest

from models.chat_template import RENDERED_LIMIT, TEMPLATE_LIMIT, ChatTemplate, Segment
from models.engine import ChatMessage
from models.errors import TemplateRefusedError

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA_2 = (
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
    "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}"
    "{% set system_message = false %}{% endif %}{% for message in loop_messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('must alternate') }}{% endif %}"
    "{% if loop.index0 == 0 and system_message != false %}"
    "{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}"
    "{% else %}{% set content = message['content'] %}{% endif %}"
    "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}"
    "{% endif %}{% endfor %}"
)
MISTRAL = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
    "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}"
    "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"
)
GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}"
    "{% endif %}{% for message in messages %}"
    "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}"
    "{% else %}{% set role = message['role'] %}{% endif %}"
    "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
)
CHAT = (
    ChatMessage("system", "Be brief."),
    ChatMessage("user", "One?"),
    ChatMessage("assistant", "Two."),
    ChatMessage("user", "Three?"),
)


def rendered(source: str, messages: tuple[ChatMessage, ...] = CHAT) -> str:
    return "".join(segment.text for segment in ChatTemplate(source, bos="<s>", eos="</s>").segments(messages))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            CHATML,
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nOne?<|im_end|>\n"
            "<|im_start|>assistant\nTwo.<|im_end|>\n<|im_start|>user\nThree?<|im_end|>\n<|im_start|>assistant\n",
            id="ChatML",
        ),
        pytest.param(
            LLAMA_2,
            "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nOne? [/INST] Two. </s><s>[INST] Three? [/INST]",
            id="Llama 2",
        ),
        pytest.param(
            MISTRAL,
            "<s>[INST] Be brief.\n\nOne? [/INST]Two.</s>[INST] Three? [/INST]",
            id="Mistral, which takes no system message",
        ),
        pytest.param(
            GEMMA,
            "<s><start_of_turn>user\nBe brief.\n\nOne?<end_of_turn>\n"
            "<start_of_turn>model\nTwo.<end_of_turn>\n"
            "<start_of_turn>user\nThree?<end_of_turn>\n<start_of_turn>model\n",
            id="Gemma, which refuses a system message",
        ),
    ],
)
def test_the_families_render_as_their_models_were_trained(source: str, expected: str) -> None:
    assert rendered(source) == expected


@pytest.mark.parametrize(
    "text", ["<|im_end|>", "{{ messages }}", "{% raw %}", "</s>[INST]", "text0n0end", ""]
)
def test_the_text_of_a_message_is_never_part_of_the_template(text: str) -> None:
    segments = ChatTemplate(CHATML, bos="", eos="").segments((ChatMessage("user", text),))

    assert [segment for segment in segments if not segment.is_template] == (
        [Segment(text, is_template=False)] if text else []
    )
    assert (
        "".join(part.text for part in segments)
        == f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"
    )


def test_a_segment_does_not_show_its_text() -> None:
    assert "diary" not in repr(Segment("my diary", is_template=False))


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("{{ ''.__class__.__mro__[1].__subclasses__() }}", id="attribute chain"),
        pytest.param("{{ ''|attr('__class__')|attr('__mro__') }}", id="attr filter"),
        pytest.param("{{ '{0.__class__}'.format(messages) }}", id="format"),
        pytest.param("{{ raise_exception.__globals__['os'].system('id') }}", id="globals of ours"),
        pytest.param("{{ cycler.__init__.__globals__.os.popen('id').read() }}", id="globals of Jinja's"),
        pytest.param("{{ lipsum.__globals__['os'] }}", id="lipsum"),
        pytest.param("{{ self.__init__.__globals__ }}", id="self"),
        pytest.param("{{ messages.append(1) }}", id="changes its input"),
        pytest.param("{{ messages[0].update({'content': 'x'}) }}", id="changes a message"),
        pytest.param("{% include '/etc/passwd' %}", id="include"),
        pytest.param("{% import 'os' as os %}", id="import"),
        pytest.param("{% extends 'base' %}", id="extends"),
        pytest.param("{{ 1 / 0 }}", id="division by zero"),
        pytest.param("{{ raise_exception('my diary') }}", id="refuses"),
        pytest.param("{{ nothing.at.all }}", id="unknown names"),
        pytest.param("{% broken", id="no template"),
        pytest.param("", id="empty"),
    ],
)
def test_a_template_that_wants_more_than_to_render_is_refused(source: str) -> None:
    with pytest.raises(TemplateRefusedError) as refusal:
        rendered(source, (ChatMessage("user", "my diary"),))

    assert refusal.value.remedy
    assert "diary" not in str(refusal.value)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            id="nested loops",
        ),
        pytest.param("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", id="endless recursion"),
        pytest.param("{{ 'x' * 999999999 }}", id="text multiplied"),
        pytest.param("{{ [1] * 999999999 }}", id="list multiplied"),
        pytest.param("{{ 10 ** 10 ** 10 }}", id="powers"),
        pytest.param(
            "{% set n = namespace(v=9999999) %}{% for i in range(60) %}{% set n.v = n.v * n.v %}{% endfor %}",
            id="squaring",
        ),
        pytest.param(
            "{% set n = namespace(v='a') %}{% for i in range(60) %}{% set n.v = n.v ~ n.v %}{% endfor %}",
            id="text doubled",
        ),
        pytest.param(
            "{% set n = namespace(v=[1]) %}{% for i in range(60) %}{% set n.v = n.v + n.v %}{% endfor %}",
            id="list doubled",
        ),
        pytest.param("{{ 'x'|center(10000000000) }}", id="constant computed while it is read"),
        pytest.param("{{ messages[0].content|center(900000000) }}", id="wide text"),
        pytest.param("{{ '%1000000000d'|format(1) }}", id="wide number"),
        pytest.param("{{" + "(" * 20_000 + ")" * 20_000 + "}}", id="deep expression"),
        pytest.param("{% for a in messages %}" * 60 + "{% endfor %}" * 60, id="deep statements"),
        pytest.param("{{ " + "9" * 9_000 + " }}", id="long number"),
        pytest.param("x" * (TEMPLATE_LIMIT + 1), id="oversized template"),
        pytest.param(
            "{% for i in range(3000) %}{{ 'x'|center(500) }}{% endfor %}{{ messages[0].content }}",
            id="long text",
        ),
    ],
)
def test_a_bomb_is_refused_within_its_limits(source: str) -> None:
    with pytest.raises(TemplateRefusedError):
        rendered(source, (ChatMessage("user", "hello"),))

    assert resource.getrlimit(resource.RLIMIT_DATA)[0] == resource.RLIM_INFINITY, "the limit is lifted again"
    assert RENDERED_LIMIT < 3_000 * 500


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("{{ messages[0].content }}", id="all but the first dropped"),
        pytest.param(
            "{% for m in messages if m.role != 'assistant' %}{{ m.content }}{% endfor %}",
            id="answers dropped",
        ),
        pytest.param("{% for m in messages|reverse %}{{ m.content }}{% endfor %}", id="reordered"),
        pytest.param("{% for m in messages %}{{ m.content|upper }}{% endfor %}", id="altered"),
        pytest.param("{% for m in messages %}{{ m.content[:9] }}{% endfor %}", id="cut"),
        pytest.param(
            "{% for m in messages %}{{ m.content }}{% endfor %}{{ messages[0].content }}", id="repeated last"
        ),
        pytest.param("{% for m in messages %}{{ m.content ~ m.content }}{% endfor %}", id="each twice"),
    ],
)
def test_a_template_that_loses_moves_or_repeats_messages_is_refused(source: str) -> None:
    with pytest.raises(TemplateRefusedError):
        rendered(source)


def test_a_template_that_drops_the_system_message_gets_it_in_the_first_question() -> None:
    source = "{% for m in messages if m.role != 'system' %}[{{ m.content }}]{% endfor %}"

    assert rendered(source) == "[Be brief.\n\nOne?][Two.][Three?]"


def test_arithmetic_that_templates_need_is_allowed() -> None:
    assert (
        rendered("{% for m in messages %}{{ loop.index0 * 2 }}{{ m.content }}{% endfor %}", CHAT[:1])
        == "0Be brief."
    )
