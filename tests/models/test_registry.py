"""A name stands for a file with a promised content; whatever is damaged is said and nothing is lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from models.errors import (
    ModelError,
    ModelNameTakenError,
    UnknownModelError,
    WeightsAlteredError,
    WeightsMissingError,
    WeightsUnusableError,
)
from models.registry import BUILT_IN_NAME, REGISTRY_LIMIT, ModelRegistry, built_in, sha256_of, verify
from models.spec import ModelSpec

HEAD = b"GGUF\x03\x00\x00\x00"


def accept(_spec: ModelSpec) -> None:
    """A model that loads."""


def refuse(_spec: ModelSpec) -> None:
    raise WeightsUnusableError("It does not load.")


@pytest.fixture
def registry(tmp_path: Path) -> ModelRegistry:
    return ModelRegistry(tmp_path / "models")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "My Model Q4_K.gguf"
    file.write_bytes(HEAD + b"weights" * 100)
    return file


def test_the_built_in_model_is_always_there(registry: ModelRegistry) -> None:
    spec = registry.get(BUILT_IN_NAME)

    assert registry.names() == [BUILT_IN_NAME]
    assert spec == built_in()
    assert spec.built_in
    assert spec.path.stat().st_size == spec.size
    assert not registry.folder.exists(), "asking creates nothing"


@pytest.mark.real
def test_the_built_in_weights_are_the_promised_ones() -> None:
    assert sha256_of(built_in().path) == built_in().sha256


def test_an_added_model_is_kept_as_a_copy_with_its_checksum(registry: ModelRegistry, file: Path) -> None:
    spec = registry.add(file, check=accept)
    file.unlink()

    assert spec.name == "my-model-q4_k"
    assert registry.get(spec.name) == spec
    assert spec.sha256 == sha256_of(spec.path)
    assert sorted(path.name for path in registry.folder.iterdir()) == ["models.json", "my-model-q4_k.gguf"]


@pytest.mark.parametrize(
    "name", ["Capitals", "../up", "a/b", ".hidden", "a" * 65, "ü", "a b", "-flag", "new\nline"]
)
def test_a_name_that_is_none_is_refused(registry: ModelRegistry, file: Path, name: str) -> None:
    with pytest.raises(WeightsUnusableError) as refusal:
        registry.add(file, name=name, check=accept)

    assert "--name" in refusal.value.remedy


@pytest.mark.parametrize("name", [BUILT_IN_NAME, "first"])
def test_a_taken_name_is_an_error_and_the_first_model_stays(
    registry: ModelRegistry, file: Path, tmp_path: Path, name: str
) -> None:
    first = registry.add(file, name="first", check=accept)
    other = tmp_path / "other.gguf"
    other.write_bytes(HEAD + b"other")
    with pytest.raises(ModelNameTakenError):
        registry.add(other, name=name, check=accept)

    assert sha256_of(registry.get("first").path) == first.sha256


@pytest.mark.parametrize(
    "content", [b"", b"GGU", b"GGUF", HEAD[:4] + b"\x01\0\0\0", b"PK\x03\x04zip", b"GGUF\xff\xff\xff\xff"]
)
def test_what_is_no_gguf_is_refused_before_it_is_copied(
    registry: ModelRegistry, file: Path, content: bytes
) -> None:
    file.write_bytes(content)
    with pytest.raises(WeightsUnusableError):
        registry.add(file, check=accept)

    assert not registry.folder.exists()


def test_a_pipe_or_a_folder_is_no_model_and_is_not_waited_for(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    for path in (tmp_path / "pipe.gguf", tmp_path):
        with pytest.raises(ModelError):
            registry.add(path, name="model", check=accept)
    with pytest.raises(WeightsMissingError):
        registry.add(tmp_path / "gone.gguf", check=accept)


class Interrupted(BaseException):
    """As Ctrl-C, in the middle of the work."""


@pytest.mark.parametrize(
    "failure", [Interrupted, WeightsUnusableError("no"), OSError(28, "No space left on device")]
)
def test_what_does_not_work_leaves_nothing_behind(
    registry: ModelRegistry, file: Path, failure: BaseException
) -> None:
    def fail(_spec: ModelSpec) -> None:
        raise failure

    with pytest.raises((Interrupted, ModelError)):
        registry.add(file, name="model", check=fail)

    assert list(registry.folder.iterdir()) == []
    assert registry.names() == [BUILT_IN_NAME]
    registry.add(file, name="model", check=accept)


def test_a_registry_that_cannot_be_written_takes_the_copy_back(registry: ModelRegistry, file: Path) -> None:
    (registry.folder / "models.json.partial").mkdir(parents=True)
    with pytest.raises(WeightsUnusableError):
        registry.add(file, name="model", check=accept)

    assert not (registry.folder / "model.gguf").exists()


def test_a_folder_that_cannot_be_made_is_an_expected_error(tmp_path: Path, file: Path) -> None:
    (tmp_path / "occupied").write_bytes(b"")
    with pytest.raises(WeightsUnusableError) as refusal:
        ModelRegistry(tmp_path / "occupied" / "models").add(file, check=accept)

    assert refusal.value.remedy


def test_a_removed_model_is_gone_with_its_copy(registry: ModelRegistry, file: Path) -> None:
    spec = registry.add(file, name="model", check=accept)
    registry.remove("model")

    assert not spec.path.exists()
    assert registry.names() == [BUILT_IN_NAME]


def test_the_built_in_model_cannot_be_removed(registry: ModelRegistry) -> None:
    with pytest.raises(ModelError, match="comes with the program"):
        registry.remove(BUILT_IN_NAME)


def test_removing_deletes_only_the_registrys_own_copy(
    registry: ModelRegistry, file: Path, tmp_path: Path
) -> None:
    spec = registry.add(file, name="model", check=accept)
    precious = registry.folder / "precious.gguf"
    precious.write_bytes(b"precious")
    entry = {"path": str(precious), "sha256": spec.sha256, "size": spec.size}
    (registry.folder / "models.json").write_text(json.dumps({"model": entry}))
    registry.remove("model")

    assert precious.exists()


def test_an_unknown_name_gets_the_nearest_one(registry: ModelRegistry) -> None:
    with pytest.raises(UnknownModelError) as error:
        registry.get("smollm-135m-instruct")

    assert BUILT_IN_NAME in error.value.remedy


def test_weights_that_are_gone_are_missed(registry: ModelRegistry, file: Path) -> None:
    registry.add(file, name="model", check=accept).path.unlink()
    with pytest.raises(WeightsMissingError):
        registry.get("model")


GOOD = {"path": "/m.gguf", "sha256": "0" * 64, "size": 1}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"m": 5}', id="a number for a model"),
        pytest.param(b'{"m": {"path": "/m"}}', id="half a model"),
        pytest.param(json.dumps({"m": GOOD | {"size": float("inf")}}).encode(), id="endless size"),
        pytest.param(json.dumps({"m": GOOD | {"size": "9"}}).encode(), id="size in words"),
        pytest.param(json.dumps({"m": GOOD | {"sha256": "abc"}}).encode(), id="short checksum"),
        pytest.param(json.dumps({"m": GOOD | {"path": "/m\0"}}).encode(), id="path with a zero"),
        pytest.param(json.dumps({"\x1b[2J": GOOD}).encode(), id="name that steers a terminal"),
        pytest.param(b" " * (REGISTRY_LIMIT + 1), id="oversized"),
    ],
)
def test_a_damaged_registry_is_said_and_left_alone(
    registry: ModelRegistry, file: Path, content: bytes
) -> None:
    registry.folder.mkdir()
    kept = registry.folder / "models.json"
    kept.write_bytes(content)
    for attempt in (registry.names, lambda: registry.get("m"), lambda: registry.add(file, check=accept)):
        with pytest.raises(WeightsUnusableError) as refusal:
            attempt()
        assert str(kept) in refusal.value.remedy

    assert kept.read_bytes() == content
    assert registry.get(BUILT_IN_NAME).built_in


def spec_of(path: Path) -> ModelSpec:
    return ModelSpec(name="model", path=path, sha256=sha256_of(path), size=path.stat().st_size)


def test_one_altered_byte_is_noticed(file: Path, tmp_path: Path) -> None:
    spec, seen = spec_of(file), tmp_path / "state" / "verified.json"
    verify(spec, seen)
    altered = bytearray(file.read_bytes())
    altered[100] ^= 1
    file.write_bytes(altered)
    os.utime(file, ns=(0, 0))
    with pytest.raises(WeightsAlteredError) as error:
        verify(spec, seen)

    assert sha256_of(file)[:12] in str(error.value)
    assert "do not use" in error.value.remedy


def test_what_was_compared_is_remembered_until_the_file_changes(file: Path, tmp_path: Path) -> None:
    spec, seen = spec_of(file), tmp_path / "verified.json"
    verify(spec, seen)
    remembered = seen.read_bytes()
    verify(spec, seen)
    assert seen.read_bytes() == remembered, "not read again"

    file.write_bytes(file.read_bytes())
    verify(spec, seen)
    assert seen.read_bytes() != remembered, "read again"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"%s": 5}',
        b'{"%s": {"looks": 1, "at": "x"}}',
        b'{"%s": {"at": null}}',
    ],
)
def test_a_damaged_memory_costs_only_another_comparison(file: Path, tmp_path: Path, content: bytes) -> None:
    seen = tmp_path / "verified.json"
    seen.write_bytes(content.replace(b"%s", str(file).encode()))
    verify(spec_of(file), seen)

    file.write_bytes(b"altered")
    with pytest.raises(WeightsAlteredError):
        verify(ModelSpec(name="model", path=file, sha256="0" * 64, size=7), seen)


def test_a_memory_that_cannot_be_written_does_not_make_good_weights_bad(file: Path, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_bytes(b"")
    verify(spec_of(file), tmp_path / "occupied" / "verified.json")


def test_weights_that_are_gone_cannot_be_verified(tmp_path: Path) -> None:
    spec = ModelSpec(name="model", path=tmp_path / "gone.gguf", sha256="0" * 64, size=1)
    with pytest.raises(WeightsMissingError):
        verify(spec, tmp_path / "verified.json")
