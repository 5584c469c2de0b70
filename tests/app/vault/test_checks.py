"""Checks that other checks would mostly back up; each is held here on its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.vault import places, store
from app.vault.chain import GENESIS
from app.vault.database import connect, transaction
from app.vault.errors import ConversationFullError
from app.vault.records import Binding, open_chain, seal_behind
from tests.app.vault.makings import edited, opened
from tests.app.vault.stranger import fields, u32, u64

V, C, N, P = b"v" * 16, b"c" * 16, b"n" * 16, b"p" * 32


@pytest.mark.parametrize(
    ("ours", "specified"),
    [
        pytest.param(
            places.slot(V, N, 1, b"k" * 13, P), fields(b"slot/1", V, N, b"\x01", b"k" * 13, P), id="slot"
        ),
        pytest.param(places.conversation_key(V, C, 3), fields(b"ck/1", V, C, u32(3)), id="conversation key"),
        pytest.param(places.conversation_id(V, N), fields(b"id/1", V, N), id="conversation id"),
        pytest.param(places.summary(V, C), fields(b"meta/1", V, C), id="summary"),
        pytest.param(places.setting(V, N), fields(b"set/1", V, N), id="setting"),
        pytest.param(
            places.message(V, C, 3, places.Position(5, P)),
            fields(b"msg/1", V, C, u64(5), b"\x01", u32(3), P),
            id="message",
        ),
    ],
)
def test_a_place_has_the_bytes_of_the_specification(ours: bytes, specified: bytes) -> None:
    assert ours == specified


def test_the_first_record_stands_behind_nothing() -> None:
    binding = Binding(V, C, 1, bytearray(32))
    sealed, tip = seal_behind(binding, [b"first"], 0, P)
    proper, proper_tip = seal_behind(binding, [b"first"], 0, GENESIS)

    assert open_chain(binding, sealed, tip) == [None]
    assert open_chain(binding, proper, proper_tip) == [b"first"]


def test_the_newest_message_from_another_branch_of_time_is_noticed(folder: Path) -> None:
    with opened(folder) as (vault, _):
        conversation = vault.add(None, [b"common"])
    fork = Path(shutil.copytree(folder, folder.parent / "fork"))
    for place in (folder, fork):
        with opened(place) as (vault, _):
            vault.add(conversation, [place.name.encode()])
    with edited(fork) as file:
        [(box,)] = file.execute("SELECT box FROM message WHERE rowid = 2").fetchall()
    with edited(folder) as file:
        file.execute("UPDATE message SET box = ? WHERE rowid = 2", (box,))

    with opened(folder) as (vault, _):
        assert vault.read(conversation) == [b"common", None]


@pytest.mark.parametrize("generation", ["'text'", "-1", "9223372036854775807", "1.5"])
def test_a_generation_that_is_none_is_noticed_and_replaced(folder: Path, generation: str) -> None:
    with edited(folder) as file:
        file.execute(f"UPDATE vault SET generation = {generation}")

    with opened(folder) as (vault, incidents):
        vault.add(None, [b"still usable"])
        assert [one.what for one in incidents] == ["heads"]


def test_a_conversation_takes_no_more_records_than_its_key_may_seal(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_RECORDS", 3)
    with opened(folder) as (vault, _):
        conversation = vault.add(None, [b"1", b"2", b"3"])
        with pytest.raises(ConversationFullError):
            vault.add(conversation, [b"4"])


def test_a_broken_page_costs_its_own_messages_only(folder: Path) -> None:
    texts = [b"%03d" % number * 300 for number in range(30)]
    with opened(folder) as (vault, _):
        conversation = vault.add(None, texts)
    with edited(folder) as file:
        [(root,)] = file.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'message'").fetchall()
    whole = bytearray((folder / "vault.db").read_bytes())
    size = int.from_bytes(whole[16:18], "big")
    child = int.from_bytes(whole[(root - 1) * size + 8 :][:4], "big")
    assert whole[(root - 1) * size] == 5, "the table has grown beyond one page"
    whole[(child - 1) * size : child * size] = b"\xff" * size
    (folder / "vault.db").write_bytes(whole)

    with opened(folder) as (vault, _):
        read = vault.read(conversation)

    assert None in read
    assert {text for text in read if text is not None} <= set(texts)
    assert any(read)


def test_a_transaction_that_fails_is_undone_at_once(folder: Path) -> None:
    connection = connect(folder / "vault.db")

    def fail_half_way() -> None:
        with transaction(connection):
            connection.execute("DELETE FROM slot")
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()

    assert not connection.in_transaction
    assert connection.execute("SELECT count(*) FROM slot").fetchone() == (2,)
    connection.close()
