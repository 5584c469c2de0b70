"""The published figures of the primitives, and our own for every byte of format 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from app.vault import chain, errors, slots
from app.vault.envelope import HEADER, pad, seal, unpad, unseal
from app.vault.keys import VaultKeys
from app.vault.places import Position, message
from app.vault.records import Binding, Stored, open_chain
from app.vault.recovery_code import code_of, key_of
from app.vault.rows import Rows

HERE = Path(__file__).parent / "vectors"
TEXTS = {"passphrase", "table", "code"}
"""What is given as it is; every other string is hexadecimal."""

WYCHEPROOF = json.loads((HERE / "wycheproof.json").read_text())
V1 = sorted((HERE / "v1").glob("*.json"))
SIV = json.loads((HERE / "rfc8452.json").read_text())["cases"]


def test_argon2id_matches_rfc_9106_section_5_3() -> None:
    kdf = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        secret=b"\x03" * 8,
        ad=b"\x04" * 12,
    )

    tag = kdf.derive(b"\x01" * 32).hex()

    assert tag == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"


@pytest.mark.parametrize(
    ("salt", "info", "length", "key", "output"),
    [
        pytest.param(
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            42,
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            id="A.1",
        ),
        pytest.param(
            "",
            "",
            42,
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            id="A.3",
        ),
    ],
)
def test_hkdf_matches_rfc_5869(salt: str, info: str, length: int, key: str, output: str) -> None:
    """The pseudorandom key of the appendix goes into the expand step, which is the one we use."""
    expand = HKDFExpand(hashes.SHA256(), length, bytes.fromhex(info))
    whole = HKDF(hashes.SHA256(), length, bytes.fromhex(salt), bytes.fromhex(info))

    assert expand.derive(bytes.fromhex(key)).hex() == output
    assert whole.derive(b"\x0b" * 22).hex() == output


@pytest.mark.parametrize("case", SIV, ids=[str(number) for number in range(len(SIV))])
def test_the_cipher_matches_rfc_8452(case: dict[str, str]) -> None:
    key, nonce, aad, plain, result = (
        bytes.fromhex(case[name]) for name in ("key", "nonce", "aad", "plaintext", "result")
    )

    assert seal(plain, key=key, aad=aad, nonce=nonce) == HEADER + nonce + result
    assert unseal(HEADER + nonce + result, key=key, aad=aad) == plain


@pytest.mark.parametrize("case", WYCHEPROOF["cases"], ids=[str(one["tcId"]) for one in WYCHEPROOF["cases"]])
def test_the_cipher_refuses_what_wycheproof_calls_invalid(case: dict[str, str]) -> None:
    """Each tag is that of the text with bits flipped, and the text is encrypted to fit the flipped one."""
    key, nonce = bytes.fromhex(WYCHEPROOF["key"]), bytes.fromhex(WYCHEPROOF["iv"])
    aad, plain, text, tag = (bytes.fromhex(case[name]) for name in ("aad", "msg", "ct", "tag"))

    with pytest.raises(errors.RecordUnreadableError):
        unseal(HEADER + nonce + text + tag, key=key, aad=aad)
    flipped = int.from_bytes(seal(plain, key=key, aad=aad, nonce=nonce)[-16:], "big") ^ int.from_bytes(
        tag, "big"
    )
    assert flipped.bit_count() == (128 if ".." in case["comment"] else 1)


def test_there_are_enough_vectors_of_our_own() -> None:
    assert len(V1) >= 70


@pytest.mark.parametrize("file", V1, ids=[file.stem for file in V1])
def test_a_vector_gives_its_result_or_its_named_error(file: Path) -> None:
    vector = json.loads(file.read_text())
    operation = OPERATIONS[vector["operation"]]
    given = {name: _unhexed(name, value) for name, value in vector["given"].items()}

    if "error" in vector:
        with pytest.raises(errors.VaultError) as refusal:
            operation(given)
        assert type(refusal.value).__name__ == vector["error"]
    else:
        result = operation(given)
        assert _hexed(result) == vector["expected"]


def _unhexed(name: str, value: Any) -> Any:
    return bytes.fromhex(value) if isinstance(value, str) and name not in TEXTS else value


def _hexed(result: Any) -> Any:
    if isinstance(result, list):
        return [_hexed(one) for one in result]
    return None if result is None else bytes(result).hex()


def _place(given: dict[str, Any]) -> bytes:
    return message(
        given["vault"],
        given["conversation"],
        given["key_version"],
        Position(given["sequence"], given["previous"], given.get("kind", 1)),
    )


def _seal_message(given: dict[str, Any]) -> bytes:
    return seal(pad(given["record"]), key=given["key"], aad=_place(given), nonce=given["nonce"])


def _open_message(given: dict[str, Any]) -> bytes:
    return unpad(unseal(given["box"], key=given["key"], aad=_place(given)))


def _open_slot(given: dict[str, Any]) -> bytearray | None:
    slot = slots.Slot.from_bytes(given["slot"], given["body"])
    assert slot.to_bytes() == given["body"]
    secret = given.get("passphrase") or given.get("keyring") or slots.RecoveryKey(given["recovery"])
    return slots.open_slot(given["vault"], slot, secret)


def _open_chain(given: dict[str, Any]) -> list[bytes | None]:
    binding = Binding(given["vault"], given["conversation"], given["key_version"], bytearray(given["key"]))
    stored = [row and Stored(*(bytes.fromhex(part) for part in row)) for row in given["records"]]
    return open_chain(binding, stored, given["tip"])


def _open_setting(given: dict[str, Any]) -> bytes:
    rows = Rows(given["vault"], VaultKeys(bytearray(given["root"])))
    name, value = rows.opened_setting(given["name"], given["box"])
    return name.encode() + b"=" + value


def _vault_head(given: dict[str, Any]) -> bytes:
    tables = []
    for kind in ("conversations", "settings", "slots"):
        table = chain.TableDigest()
        for row in given[kind]:
            parts = [bytes.fromhex(part) for part in row]
            table.put(parts[0], chain.row_digest(*parts))
        tables.append(table.digest())
    return chain.vault_head(given["key"], given["vault"], given["generation"], tables)


OPERATIONS: dict[str, Any] = {
    "seal message": _seal_message,
    "open message": _open_message,
    "open slot": _open_slot,
    "open chain": _open_chain,
    "open setting": _open_setting,
    "print code": lambda given: code_of(given["key"]).encode(),
    "read code": lambda given: key_of(given["code"]).key,
    "link": lambda given: chain.link(given["previous"], given["box"]),
    "conversation head": lambda given: chain.conversation_head(
        given["key"], given["vault"], given["conversation"], given["count"], given["tip"]
    ),
    "vault head": _vault_head,
    "row name": lambda given: VaultKeys(bytearray(given["root"])).row_name(
        given["table"].encode(), given["id"]
    ),
}
