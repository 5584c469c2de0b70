"""The admin's role is proven by unlocking a key, and what it signed cannot be anything else."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from pathlib import Path

import pytest

from app.vault import admin_key
from app.vault.errors import (
    AdminKeyDamagedError,
    CostRefusedError,
    SignatureRefusedError,
    VaultAbsentError,
    VaultExistsError,
    VaultUnsafeError,
    WrongPassphraseError,
)
from app.vault.keys import FLOOR

PASSPHRASE = "words that only the admin knows"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "admin"
    admin_key.create(folder, PASSPHRASE, FLOOR).close()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "admin"))


def change(folder: Path, **said: object) -> None:
    file = folder / admin_key.FILE
    file.write_text(json.dumps({**json.loads(file.read_bytes()), **said}))


def test_what_the_unlocked_key_signs_verifies_with_the_stored_public_key(folder: Path) -> None:
    signature = admin_key.unlock(folder, PASSPHRASE).sign("policy", b"content")

    admin_key.verify(admin_key.load(folder).public, "policy", b"content", signature)


@pytest.mark.parametrize(
    ("purpose", "content"), [("model list", b"content"), ("policy", b"other"), ("policyc", b"ontent")]
)
def test_a_signature_belongs_to_one_purpose_and_one_content(
    folder: Path, purpose: str, content: bytes
) -> None:
    signature = admin_key.unlock(folder, PASSPHRASE).sign("policy", b"content")

    with pytest.raises(SignatureRefusedError):
        admin_key.verify(admin_key.load(folder).public, purpose, content, signature)


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(63), bytes(1000)])
def test_what_is_no_signature_is_refused(folder: Path, signature: bytes) -> None:
    with pytest.raises(SignatureRefusedError):
        admin_key.verify(admin_key.load(folder).public, "policy", b"content", signature)


def test_another_passphrase_does_not_unlock(folder: Path) -> None:
    with pytest.raises(WrongPassphraseError):
        admin_key.unlock(folder, "words that nobody knows")


def test_a_changed_passphrase_opens_the_same_key(folder: Path) -> None:
    with_old = admin_key.unlock(folder, PASSPHRASE)
    with_old.change_passphrase("another one, and longer", FLOOR)

    assert admin_key.unlock(folder, "another one, and longer").public == with_old.public
    with pytest.raises(WrongPassphraseError):
        admin_key.unlock(folder, PASSPHRASE)


def test_an_earlier_unlocked_key_does_not_bring_the_old_passphrase_back(folder: Path) -> None:
    """`docs watch` holds the key for hours, and keeps the first key of a log in its file."""
    earlier = admin_key.unlock(folder, PASSPHRASE)
    admin_key.unlock(folder, PASSPHRASE).change_passphrase("other words of the admin", FLOOR)

    earlier.keep_first_key(b"l" * 16, bytearray(32))

    assert admin_key.unlock(folder, "other words of the admin").first_key(b"l" * 16) == bytearray(32)
    with pytest.raises(WrongPassphraseError):
        admin_key.unlock(folder, PASSPHRASE)


def test_nothing_is_written_over_another_key(folder: Path, tmp_path: Path) -> None:
    earlier = admin_key.unlock(folder, PASSPHRASE)
    admin_key.create(tmp_path / "other", PASSPHRASE, FLOOR).close()
    shutil.copy(tmp_path / "other" / admin_key.FILE, folder / admin_key.FILE)

    with pytest.raises(AdminKeyDamagedError):
        earlier.keep_first_key(b"l" * 16, bytearray(32))


def test_a_closed_key_signs_nothing(folder: Path) -> None:
    admin = admin_key.unlock(folder, PASSPHRASE)
    admin.close()

    with pytest.raises(WrongPassphraseError):
        admin.sign("policy", b"content")


def test_there_is_one_key_and_it_is_not_replaced(folder: Path) -> None:
    with pytest.raises(VaultExistsError):
        admin_key.create(folder, "another passphrase", FLOOR)


def test_without_a_key_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(VaultAbsentError):
        admin_key.load(tmp_path)


def test_a_foreign_public_key_beside_the_seed_is_noticed(folder: Path, tmp_path: Path) -> None:
    change(folder, public=bytes(32).hex())

    with pytest.raises(AdminKeyDamagedError):
        admin_key.unlock(folder, PASSPHRASE)


@pytest.mark.parametrize(
    "said",
    [
        {"format": 2},
        {"id": "00"},
        {"public": "zz"},
        {"slot": "00" * 126},
        {"slot": 5},
        {"logs": []},
        {"logs": {f"{number:032x}": "00" for number in range(65)}},
    ],
    ids=["format", "id", "public", "slot", "slot type", "logs", "many logs"],
)
def test_a_file_of_another_form_is_refused(folder: Path, said: dict[str, object]) -> None:
    change(folder, **said)

    with pytest.raises(AdminKeyDamagedError):
        admin_key.load(folder)


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[" * 9000, b" " * 70_000], ids=["", "null", "deep", "long"]
)
def test_what_is_no_key_file_is_refused(folder: Path, content: bytes) -> None:
    (folder / admin_key.FILE).write_bytes(content)

    with pytest.raises(AdminKeyDamagedError):
        admin_key.load(folder)


def test_a_cost_outside_its_range_is_refused_before_anything_is_derived(folder: Path) -> None:
    slot = bytearray.fromhex(json.loads((folder / admin_key.FILE).read_bytes())["slot"])
    slot[4:8] = (64 * 1024 * 1024).to_bytes(4, "big")  # 64 GiB
    change(folder, slot=slot.hex())

    tracemalloc.start()
    with pytest.raises(CostRefusedError):
        admin_key.unlock(folder, PASSPHRASE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_a_file_that_others_can_reach_is_refused(folder: Path) -> None:
    (folder / admin_key.FILE).chmod(0o644)

    with pytest.raises(VaultUnsafeError):
        admin_key.load(folder)


def test_neither_the_seed_nor_sealed_keys_show_in_repr(folder: Path) -> None:
    admin = admin_key.unlock(folder, PASSPHRASE)
    admin.keep_first_key(bytes(16), bytearray(b"k" * 32))

    assert "kkkk" not in repr(admin) + repr(admin_key.load(folder))


def test_the_fingerprint_is_the_same_for_the_same_key_only(folder: Path) -> None:
    own = admin_key.load(folder).fingerprint()

    assert own == admin_key.fingerprint(admin_key.load(folder).public)
    assert own != admin_key.fingerprint(bytes(32))
