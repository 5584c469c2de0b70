"""llama.cpp says only in its log what it did with the layers; it is read right or not at all."""

from __future__ import annotations

import pytest

from models.llama_weights import _Log, _reason

pytestmark = pytest.mark.real

BLOCKS = 30
INFO, WARN, ERROR, CONT = 2, 3, 4, 5


def heard(*lines: tuple[int, bytes]) -> _Log:
    log = _Log()
    for level, line in lines:
        log._hear(level, line, None)
    return log


@pytest.mark.parametrize(
    ("line", "blocks"),
    [
        pytest.param(b"load_tensors: offloaded 31/31 layers to GPU\n", 30, id="all, with the output layer"),
        pytest.param(b"load_tensors: offloaded 30/31 layers to GPU\n", 29, id="all but the first block"),
        pytest.param(b"load_tensors: offloaded 1/31 layers to GPU\n", 0, id="the output layer alone"),
        pytest.param(b"load_tensors: offloaded 0/31 layers to GPU\n", 0, id="none"),
        pytest.param(
            b"load_tensors: offloaded 30/30 layers to GPU\n", 30, id="a build that counts blocks only"
        ),
        pytest.param(
            b"load_tensors: offloaded 99999/99999 layers to GPU\n", 30, id="never more than there are"
        ),
        pytest.param(
            b"load_tensors: offloading 30 repeating layers to GPU\n", 0, id="an announcement is no fact"
        ),
        pytest.param(b"offloaded 123456789012/31 layers", 0, id="an absurd number"),
        pytest.param(b"\xff\xfe offloaded", 0, id="no text"),
    ],
)
def test_offloaded_layers(line: bytes, blocks: int) -> None:
    assert heard((INFO, line)).blocks_offloaded(BLOCKS) == blocks


def test_only_errors_are_the_reason_of_a_failure() -> None:
    log = heard(
        (ERROR, b"gguf_init_from_file: tensor data is not within the file bounds\n"),
        (WARN, b"load: control token is not marked\n"),
        (CONT, b"."),
        (INFO, b"print_info: file type = Q4_1\n"),
    )

    assert log.last_error == "gguf_init_from_file: tensor data is not within the file bounds"


def test_a_long_error_is_cut() -> None:
    assert len(heard((ERROR, b"x" * 10_000)).last_error) == 300


@pytest.mark.parametrize(
    ("offloaded", "asked_for", "can_offload", "words"),
    [
        pytest.param(30, -1, True, "", id="all are on the GPU"),
        pytest.param(0, -1, False, "this build has no GPU backend", id="a build for the CPU"),
        pytest.param(0, 10, False, "this build has no GPU backend", id="whatever was asked for"),
        pytest.param(0, -1, True, "no GPU was found", id="a machine without one"),
        pytest.param(12, -1, True, "llama.cpp put only 12 of 30", id="some did not fit"),
        pytest.param(9, 10, True, "the settings ask for 10", id="fewer were asked for"),
        pytest.param(0, 0, True, "the settings ask for 0", id="none was asked for"),
    ],
)
def test_the_reason_why_layers_are_not_on_the_gpu(
    offloaded: int, asked_for: int, words: str, *, can_offload: bool
) -> None:
    reason = _reason(offloaded, BLOCKS, asked_for, can_offload=can_offload)

    assert reason.startswith(words)
    assert bool(reason) == bool(words)
