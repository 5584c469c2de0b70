"""Whatever opens in a broken file is saved; nothing else is, and nothing that was erased comes back."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.vault import opening, pages, salvage
from app.vault.errors import VaultDamagedError, WrongPassphraseError
from app.vault.remains import remains_of
from app.vault.salvage import Salvaged
from tests.app.vault.makings import KEYRING_KEY, edited, opened, read_all

PAGE = 4096
Contents = dict[bytes, list[bytes | None]]


@pytest.fixture
def filled(folder: Path) -> tuple[Path, Contents]:
    """Six conversations with records from a few bytes to several pages."""
    chance = Random(5)
    with opened(folder) as (vault, _):
        ids = [vault.add(None, [b"the first of %d" % one], b"summary") for one in range(6)]
        for _ in range(8):
            for one in ids:
                vault.add(one, [chance.randbytes(chance.randrange(9_000))])
        vault.put_setting("draft", b"what was typed")
        return folder, {one: vault.read(one) for one in ids}


def salvaged(sources: list[Path], folder: Path) -> Salvaged:
    folder.mkdir(mode=0o700)
    return salvage.rebuild(
        [remains_of(source) for source in sources],
        lambda vault, slots: opening.root_key(vault, slots, lambda _vault: KEYRING_KEY),
        folder / "vault.db",
    )


def overwrite(file: Path, numbers: list[int]) -> None:
    """Pages of chance bytes; the first page is number 1."""
    chance, data = Random(7), bytearray(file.read_bytes())
    for number in numbers:
        data[(number - 1) * PAGE : number * PAGE] = chance.randbytes(PAGE)
    file.write_bytes(data)


def page_of(file: Path, content: bytes) -> int:
    return file.read_bytes().index(content) // PAGE + 1


def test_a_whole_vault_is_saved_whole(filled: tuple[Path, Contents], tmp_path: Path) -> None:
    folder, contents = filled

    told = salvaged([folder / "vault.db"], tmp_path / "new")

    assert (told.records, told.missing, told.lost_conversations) == (54, 0, 0)
    assert read_all(tmp_path / "new") == (contents, [], True)
    with opened(tmp_path / "new") as (vault, _):
        assert vault.setting("draft") == b"what was typed"


def test_what_lies_in_the_log_alone_is_saved_too(filled: tuple[Path, Contents], tmp_path: Path) -> None:
    folder, contents = filled
    with opened(folder) as (vault, _):
        new = vault.add(None, [b"only in the log"], b"summary")
        shutil.copytree(folder, tmp_path / "killed")

    salvaged([tmp_path / "killed" / "vault.db"], tmp_path / "new")

    assert read_all(tmp_path / "new")[0] == contents | {new: [b"only in the log"]}


def test_a_damaged_frame_of_the_log_hides_neither_later_ones_nor_the_page_below(
    filled: tuple[Path, Contents], tmp_path: Path
) -> None:
    """SQLite itself would silently forget everything from the damaged frame on."""
    folder, contents = filled
    with opened(folder) as (vault, _):
        one = min(contents)
        for number in range(5):
            vault.add(one, [b"later %d" % number])
        shutil.copytree(folder, tmp_path / "killed")
    log = tmp_path / "killed" / "vault.db-wal"
    data = bytearray(log.read_bytes())
    data[32 + 24 + 1000] ^= 1
    log.write_bytes(data)

    salvaged([tmp_path / "killed" / "vault.db"], tmp_path / "new")

    assert b"later 4" in read_all(tmp_path / "new")[0][one]


@pytest.mark.parametrize("seed", range(4))
def test_pages_of_rubbish_cost_what_lay_on_them_and_no_more(
    filled: tuple[Path, Contents], tmp_path: Path, seed: int
) -> None:
    folder, contents = filled
    file = folder / "vault.db"
    pages_of_it = file.stat().st_size // PAGE
    spared = {1, *(page_of(file, row) for row in _vital(file))}
    broken = Random(seed).sample(sorted(set(range(1, pages_of_it + 1)) - spared), 6)
    overwrite(file, broken)

    told = salvaged([file], tmp_path / "new")

    found, _, sound = read_all(tmp_path / "new")
    assert sound
    saved = 0
    for one, records in found.items():
        for record, whole in zip(records, contents[one], strict=False):
            assert record in (whole, None)
            saved += record is not None
    assert saved == told.records
    assert saved >= 54 - 6 * 15


def _vital(file: Path) -> list[bytes]:
    """The first row and one slot: without them a copy is needed."""
    connection = sqlite3.connect(file)
    try:
        return [row[0] for row in connection.execute("SELECT head FROM vault UNION SELECT body FROM slot")]
    finally:
        connection.close()


def test_the_first_page_and_all_inner_pages_are_not_needed(
    filled: tuple[Path, Contents], tmp_path: Path
) -> None:
    folder, contents = filled
    data = (folder / "vault.db").read_bytes()
    inner = [at // PAGE + 1 for at in range(PAGE, len(data), PAGE) if data[at] in {2, 5, 10}]
    overwrite(folder / "vault.db", [1, *inner])

    salvaged([folder / "vault.db"], tmp_path / "new")

    assert read_all(tmp_path / "new") == (contents, [], True)


def test_a_copy_fills_what_is_missing_and_newer_records_stay(
    filled: tuple[Path, Contents], tmp_path: Path
) -> None:
    folder, contents = filled
    copy = Path(shutil.copy(folder / "vault.db", tmp_path / "copy.db"))
    one = min(contents)
    with opened(folder) as (vault, _):
        vault.add(one, [b"since the copy"])
    with edited(folder) as file:
        file.execute("DELETE FROM message WHERE rowid < 10")

    told = salvaged([folder / "vault.db", copy], tmp_path / "new")

    assert told.from_copies == 9
    assert read_all(tmp_path / "new")[0] == contents | {one: [*contents[one], b"since the copy"]}


def test_a_lost_row_of_a_conversation_comes_from_the_copy_with_the_newer_records_behind_it(
    filled: tuple[Path, Contents], tmp_path: Path
) -> None:
    folder, contents = filled
    copy = Path(shutil.copy(folder / "vault.db", tmp_path / "copy.db"))
    with opened(folder) as (vault, _):
        for one in contents:
            vault.add(one, [b"since the copy"])
    with edited(folder) as file:
        file.execute("DELETE FROM conversation")

    told = salvaged([folder / "vault.db", copy], tmp_path / "new")

    assert told.revived == 6
    expected = {one: [*records, b"since the copy"] for one, records in contents.items()}
    assert read_all(tmp_path / "new")[0] == expected


def test_a_conversation_that_only_a_copy_has_does_not_come_back_while_the_list_is_vouched_for(
    filled: tuple[Path, Contents], tmp_path: Path
) -> None:
    folder, contents = filled
    with opened(folder) as (vault, _):
        erased = vault.add(None, [b"only in the copy"], b"summary")
    copy = Path(shutil.copy(folder / "vault.db", tmp_path / "copy.db"))
    with opened(folder) as (vault, _):
        vault.erase([erased])
    with edited(folder) as file:
        file.execute("DELETE FROM message WHERE rowid = 1")

    told = salvaged([folder / "vault.db", copy], tmp_path / "new")

    assert told.revived == 0
    assert read_all(tmp_path / "new")[0] == contents


def test_without_its_id_and_slots_a_copy_supplies_them(filled: tuple[Path, Contents], tmp_path: Path) -> None:
    folder, contents = filled
    copy = Path(shutil.copy(folder / "vault.db", tmp_path / "copy.db"))
    with edited(folder) as file:
        file.execute("DELETE FROM vault")
        file.execute("DELETE FROM slot")

    with pytest.raises(VaultDamagedError, match="Nothing is left"):
        salvaged([folder / "vault.db"], tmp_path / "none")
    salvaged([folder / "vault.db", copy], tmp_path / "new")

    assert read_all(tmp_path / "new")[0] == contents


def test_a_wrong_key_saves_nothing(filled: tuple[Path, Contents], tmp_path: Path) -> None:
    folder, _ = filled
    found = remains_of(folder / "vault.db")

    with pytest.raises(WrongPassphraseError):
        salvage.rebuild(
            [found],
            lambda vault, slots: opening.root_key(vault, slots, lambda _vault: bytes(32)),
            tmp_path / "new.db",
        )

    assert not (tmp_path / "new.db").exists()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=20_000), st.binary(max_size=9_000))
def test_any_bytes_are_read_without_an_exception(
    tmp_path_factory: pytest.TempPathFactory, file: bytes, log: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "x.db").write_bytes(file)
    (folder / "x.db-wal").write_bytes(log)

    remains_of(folder / "x.db")


def test_cells_whose_overflow_leads_in_a_circle_cost_no_more_than_the_file_is_long(tmp_path: Path) -> None:
    """A leaf of 400 cells; each claims 18 MiB and continues on a page that leads to itself."""
    local = pages.local_bytes(9 << 21, PAGE)
    cell = bytes([0x89, 0x80, 0x80, 0x00, 0x01]) + bytes(local) + (3).to_bytes(4, "big")
    leaf = bytearray(PAGE)
    leaf[:8] = bytes([0x0D, 0, 0, 400 >> 8, 400 & 255, 0, 0, 0])
    leaf[8:808] = (2000).to_bytes(2, "big") * 400
    leaf[2000 : 2000 + len(cell)] = cell
    file = tmp_path / "x.db"
    file.write_bytes(bytes(PAGE) + bytes(leaf) + (3).to_bytes(4, "big") + bytes(PAGE - 4))
    read = pages.Pages(file.read_bytes(), b"")

    assert list(pages.rows_in(read)) == []
    assert read.overflow_left <= 0
