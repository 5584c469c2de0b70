from __future__ import annotations

from pathlib import Path

import pytest

from scripts.setting_up.wheel_store import WheelStore, digest_of, store_folder

NAME = "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, said: list[str]) -> WheelStore:
    return WheelStore(tmp_path / "store", "cp311", said.append)


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(b"compiled for the CPU")
    return path


def test_a_kept_wheel_comes_back_whole(store: WheelStore, wheel: Path) -> None:
    kept = store.keep("cpu-1", wheel)
    assert store.find("cpu-1") == kept
    assert kept.read_bytes() == wheel.read_bytes()


def test_its_folder_is_the_users_alone(store: WheelStore, wheel: Path) -> None:
    assert store.keep("cpu-1", wheel).parent.stat().st_mode & 0o777 == 0o700


def test_another_slot_has_none(store: WheelStore, wheel: Path) -> None:
    store.keep("cpu-1", wheel)
    assert store.find("cuda-1") is None


def test_a_wheel_whose_digest_differs_is_refused_and_named(
    store: WheelStore, wheel: Path, said: list[str]
) -> None:
    kept = store.keep("cpu-1", wheel)
    kept.write_bytes(b"something else")
    assert store.find("cpu-1") is None
    assert str(kept) in said[0]


@pytest.mark.parametrize("recorded", [None, "", "short", "\xff" * 64, "0" * 64], ids=repr)
def test_a_wheel_without_its_digest_is_refused(
    store: WheelStore, wheel: Path, said: list[str], recorded: str | None
) -> None:
    kept = store.keep("cpu-1", wheel)
    beside = kept.with_name(f"{kept.name}.sha256")
    beside.unlink()
    if recorded is not None:
        beside.write_text(recorded, encoding="latin-1")
    assert store.find("cpu-1") is None
    assert len(said) == 1


def test_keeping_again_mends_a_refused_one(store: WheelStore, wheel: Path) -> None:
    kept = store.keep("cpu-1", wheel)
    kept.write_bytes(b"something else")
    store.keep("cpu-1", wheel)
    assert store.find("cpu-1") == kept


@pytest.mark.parametrize(
    ("tags", "fits"),
    [("py3-none", True), ("cp311-cp311", True), ("cp312-cp312", False)],
    ids=["any", "same", "other"],
)
def test_only_a_wheel_for_the_same_python_is_found(
    store: WheelStore, tmp_path: Path, tags: str, fits: bool
) -> None:
    wheel = tmp_path / f"llama_cpp_python-0.3.36-{tags}-linux_x86_64.whl"
    wheel.write_bytes(b"wheel")
    store.keep("cpu-1", wheel)
    assert (store.find("cpu-1") is not None) is fits


def test_keeping_leaves_no_other_files(store: WheelStore, wheel: Path) -> None:
    kept = store.keep("cpu-1", wheel)
    assert sorted(path.name for path in kept.parent.iterdir()) == [NAME, f"{NAME}.sha256"]
    assert (kept.parent / f"{NAME}.sha256").read_text() == f"{digest_of(wheel)}\n"


def test_forgetting_removes_one_slot(store: WheelStore, wheel: Path) -> None:
    store.keep("cpu-1", wheel)
    store.keep("cuda-1", wheel)
    store.forget("cpu-1")
    assert (store.find("cpu-1"), store.find("cuda-1") is None) == (None, False)


def test_the_store_lies_in_the_users_cache(tmp_path: Path) -> None:
    assert store_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "inhouse" / "wheels"
    assert store_folder({}) == store_folder({"XDG_CACHE_HOME": "not/absolute"})
