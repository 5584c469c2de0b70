"""Reads a vault with nothing but FORMAT.md, SQLite and the primitives; imports none of our modules.

It checks nothing that a reader of one's own intact file could do without: it is here to show that
the page is enough to get at one's own words.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    return number.to_bytes(8, "big")


def fields(*parts: bytes) -> bytes:
    return b"".join(u32(len(part)) + part for part in parts)


def expand(key: bytes, label: str) -> bytes:
    return HKDFExpand(hashes.SHA256(), 32, label.encode()).derive(key)


def hmac256(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def seal(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    return b"\x01\x01" + nonce + AESGCMSIV(key).encrypt(nonce, plain, aad)


def unseal(key: bytes, box: bytes, aad: bytes) -> bytes:
    assert box[:2] == b"\x01\x01"
    return AESGCMSIV(key).decrypt(box[2:14], box[14:], aad)


def pad(content: bytes) -> bytes:
    whole = u32(len(content)) + content
    for size in (256, 512, 1024, 2048, 4096):
        if len(whole) <= size:
            return whole + bytes(size - len(whole))
    power = 1
    while power * 2 < len(whole):
        power *= 2
    size = power
    while size < len(whole):
        size += power // 8
    return whole + bytes(size - len(whole))


def unpad(padded: bytes) -> bytes:
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def message_aad(vault: bytes, conversation: bytes, version: int, sequence: int, previous: bytes) -> bytes:
    return fields(b"msg/1", vault, conversation, u64(sequence), b"\x01", u32(version), previous)


def link(previous: bytes, box: bytes) -> bytes:
    return hashlib.sha256(b"chain/1" + previous + box[2:]).digest()


def root_key(vault: bytes, slot_id: bytes, body: bytes, passphrase: str) -> bytes:
    parameters, salt = body[3:16], body[16:32]
    memory, passes, lanes = (int.from_bytes(parameters[at : at + 4], "big") for at in (1, 5, 9))
    text = unicodedata.normalize("NFC", passphrase).encode()
    kek = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(text)
    assert expand(kek, "slot/commit/v1") == body[32:64]
    aad = fields(b"slot/1", vault, slot_id, body[2:3], parameters, salt)
    return unseal(expand(kek, "slot/wrap/v1"), body[64:], aad)


def records_of(file: Path, passphrase: str) -> Iterator[dict[str, Any]]:
    """Every record of every conversation of a vault that is not open."""
    database = sqlite3.connect(file)
    [(vault,)] = database.execute("SELECT id FROM vault").fetchall()
    [(slot_id, body)] = database.execute("SELECT id, body FROM slot").fetchall()
    root = root_key(vault, slot_id, body, passphrase)
    wrap, meta, blind = (expand(root, f"vault/{name}/v1") for name in ("wrap", "meta", "blind"))
    rows = database.execute("SELECT name, ident, key_version, wrapped, count FROM conversation").fetchall()
    for name, ident, version, wrapped, count in rows:
        conversation = unseal(meta, ident, fields(b"id/1", vault, name))
        key = unseal(wrap, wrapped, fields(b"ck/1", vault, conversation, u32(version)))
        for sequence in range(count):
            row = hmac256(blind, fields(b"message", conversation + u64(sequence)))[:16]
            query = "SELECT previous, box FROM message WHERE name = ?"
            [(previous, box)] = database.execute(query, (row,)).fetchall()
            aad = message_aad(vault, conversation, version, sequence, previous)
            yield json.loads(unpad(unseal(key, box, aad)))
    database.close()


def row_of(name: bytes, head: bytes, *rest: bytes) -> bytes:
    return name + head + hashlib.sha256(fields(*rest)).digest()


def table_of(rows: list[bytes]) -> bytes:
    """Rows begin with their name; the first byte of it names the bucket."""
    buckets = [b"".join(sorted(row for row in rows if row[0] == at)) for at in range(256)]
    hashes = [hashlib.sha256(b"bucket/1" + bucket).digest() for bucket in buckets]
    return hashlib.sha256(b"table/1" + u64(len(rows)) + b"".join(hashes)).digest()


def vault_head(key: bytes, vault: bytes, generation: int, tables: list[list[bytes]]) -> bytes:
    digest = hashlib.sha256(b"heads/1" + b"".join(table_of(rows) for rows in tables)).digest()
    return hmac256(key, vault + u64(generation) + digest)
