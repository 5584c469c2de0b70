"""The audit log notices every change up to its last checkpoint, and no crash stops it (T32)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.vault import admin_key, checkpoints
from app.vault.admin_key import Admin
from app.vault.audit_chain import Event
from app.vault.audit_log import FIRST, LOG, WRITER, AuditLog
from app.vault.errors import AuditDamagedError, VaultUnsafeError
from app.vault.keys import FLOOR

NOW = "2026-03-01T12:00:00+00:00"
ENTRIES = 40
SIGNED = 30


def event(number: int) -> Event:
    return Event(time=NOW, who="a1b2", what="docs.add", subject=f"{number:064x}", counts={"files": number})


@pytest.fixture(scope="session")
def made_admin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Admin]:
    folder = tmp_path_factory.mktemp("admin") / "admin"
    return folder, admin_key.create(folder, "a passphrase of the admin", FLOOR)


@pytest.fixture(scope="session")
def made_log(tmp_path_factory: pytest.TempPathFactory, made_admin: tuple[Path, Admin]) -> Path:
    """Forty entries; a checkpoint behind the thirtieth stands inside the folder and outside it."""
    place = tmp_path_factory.mktemp("made")
    log = AuditLog(place / "audit")
    for number in range(ENTRIES):
        if number == SIGNED:
            checkpoints.sign(log, made_admin[1], NOW, places(place))
        log.append(event(number))
    return place


@pytest.fixture
def place(made_log: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_log, tmp_path / "copy"))


@pytest.fixture
def admin(made_admin: tuple[Path, Admin]) -> Admin:
    return made_admin[1]


def places(place: Path) -> list[Path]:
    return [place / "audit" / "checkpoint.json", place / "elsewhere" / "checkpoint.json"]


def audit(place: Path, admin: Admin) -> checkpoints.Report:
    return checkpoints.audit(AuditLog(place / "audit"), admin, places(place))


def lines(place: Path) -> list[bytes]:
    return (place / "audit" / LOG).read_bytes().splitlines(keepends=True)


def write(place: Path, content: list[bytes]) -> None:
    (place / "audit" / LOG).write_bytes(b"".join(content))


def test_an_untouched_log_verifies_to_its_last_entry(place: Path, admin: Admin) -> None:
    report = audit(place, admin)

    assert (report.entries, report.bad, report.refused) == (ENTRIES, None, ())
    assert report.checkpoint is not None
    assert report.checkpoint.count == SIGNED


def test_entries_come_back_as_they_were_given(place: Path) -> None:
    found = [entry.event for entry in AuditLog(place / "audit").entries(start=38)]

    assert found == [event(38), event(39)]


def edited(line: bytes) -> bytes:
    said = json.loads(line)
    said["counts"] = {"files": 999}
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"


CHANGES: dict[str, Callable[[list[bytes], int], list[bytes]]] = {
    "edited": lambda all_, at: [*all_[:at], edited(all_[at]), *all_[at + 1 :]],
    "removed": lambda all_, at: [*all_[:at], *all_[at + 1 :]],
    "doubled": lambda all_, at: [*all_[: at + 1], *all_[at:]],
    "exchanged": lambda all_, at: [*all_[:at], all_[at + 1], all_[at], *all_[at + 2 :]],
    "cut short": lambda all_, at: all_[:at],
    "no entry": lambda all_, at: [*all_[:at], b"{}\n", *all_[at + 1 :]],
}


@pytest.mark.parametrize("at", [0, 1, 17, SIGNED, ENTRIES - 2])
@pytest.mark.parametrize("change", CHANGES)
def test_the_first_entry_that_does_not_fit_is_named(place: Path, admin: Admin, change: str, at: int) -> None:
    write(place, CHANGES[change](lines(place), at))

    report = audit(place, admin)

    assert report.bad == (at + 1 if change == "doubled" else at)
    assert report.why


@given(at=st.integers(0, ENTRIES - 1), bit=st.integers(0, 7), where=st.floats(0, 1, exclude_max=True))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_altered_bit_goes_unnoticed(made_log: Path, admin: Admin, at: int, bit: int, where: float) -> None:
    content = lines(made_log)
    line = bytearray(content[at])
    line[int(where * len(line))] ^= 1 << bit
    log = made_log / "audit" / LOG
    kept = log.read_bytes()
    try:
        write(made_log, [*content[:at], bytes(line), *content[at + 1 :]])
        assert audit(made_log, admin).bad is not None
    finally:
        log.write_bytes(kept)


def test_an_old_copy_of_the_whole_folder_is_noticed_by_the_checkpoint_kept_elsewhere(
    place: Path, admin: Admin, tmp_path: Path
) -> None:
    put_back(place, admin, tmp_path)

    report = audit(place, admin)

    assert report.bad == ENTRIES
    assert "checkpoint" in report.why


def test_no_checkpoint_is_signed_over_one_that_the_log_does_not_match(
    place: Path, admin: Admin, tmp_path: Path
) -> None:
    put_back(place, admin, tmp_path)

    with pytest.raises(AuditDamagedError):
        checkpoints.sign(AuditLog(place / "audit"), admin, NOW, places(place))
    assert audit(place, admin).bad == ENTRIES


def put_back(place: Path, admin: Admin, tmp_path: Path) -> None:
    """An old copy of the log's own folder, after one more event was signed."""
    log = AuditLog(place / "audit")
    old = shutil.copytree(place / "audit", tmp_path / "old")
    log.append(event(ENTRIES))
    checkpoints.sign(log, admin, NOW, places(place))
    shutil.rmtree(place / "audit")
    shutil.copytree(old, place / "audit")


def test_another_log_in_its_place_is_noticed(place: Path, admin: Admin) -> None:
    shutil.rmtree(place / "audit")
    AuditLog(place / "audit").append(event(0))

    assert audit(place, admin).bad == 0


def test_a_log_that_is_gone_is_noticed(place: Path, admin: Admin) -> None:
    shutil.rmtree(place / "audit")

    report = audit(place, admin)

    assert (report.bad, report.why) == (0, "The audit log is gone.")


def test_a_checkpoint_that_nobody_signed_is_refused_by_name(place: Path, admin: Admin) -> None:
    file = places(place)[0]
    said = json.loads(file.read_bytes())
    file.write_text(json.dumps({**said, "count": 12}))

    report = audit(place, admin)

    assert report.refused == ("checkpoint.json",)
    assert report.bad is None, "the other copy still vouches"


def test_the_writers_key_cannot_forge_what_stands_before_it(place: Path) -> None:
    """Whoever takes the files now holds the key of entry 40, from which no earlier one follows."""
    held = (place / "audit" / WRITER).read_bytes()

    assert not (place / "audit" / FIRST).exists(), "the admin took the first key over"
    assert json.loads(held)["number"] == ENTRIES


@pytest.mark.parametrize("field", ["time", "who", "what", "subject"])
def test_an_entry_of_several_lines_is_none(place: Path, field: str) -> None:
    """What is shown before it is verified must not look like other entries."""
    content = lines(place)
    said = json.loads(content[3])
    content[3] = json.dumps({**said, field: "x\n     4  forged"}, separators=(",", ":")).encode() + b"\n"
    write(place, content)

    with pytest.raises(AuditDamagedError):
        list(AuditLog(place / "audit").entries())


def test_a_line_that_a_crash_cut_off_is_taken_away(place: Path, admin: Admin) -> None:
    with (place / "audit" / LOG).open("ab") as stream:
        stream.write(b'{"number":40,"time')

    AuditLog(place / "audit").append(event(40))

    assert (audit(place, admin).entries, audit(place, admin).bad) == (ENTRIES + 1, None)


def test_an_entry_whose_key_a_crash_left_behind_is_taken_over(place: Path, admin: Admin) -> None:
    before = (place / "audit" / WRITER).read_bytes()
    AuditLog(place / "audit").append(event(40))
    (place / "audit" / WRITER).write_bytes(before)

    AuditLog(place / "audit").append(event(41))

    assert (audit(place, admin).entries, audit(place, admin).bad) == (ENTRIES + 2, None)


def test_a_damaged_log_still_takes_new_entries(place: Path, admin: Admin) -> None:
    write(place, lines(place)[:20])

    AuditLog(place / "audit").append(event(40))

    assert audit(place, admin).bad == 20


def test_before_there_is_an_admin_the_log_keeps_its_first_key_for_one(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit")
    log.append(event(0))

    first = log.first_key()

    assert first is not None
    assert log.verify(first).bad is None


@pytest.mark.parametrize("stored", [b"", b"{}", b"[" * 500, b'{"log":"","number":-1}'])
def test_a_writers_place_that_cannot_be_read_is_refused(place: Path, stored: bytes) -> None:
    (place / "audit" / WRITER).write_bytes(stored)

    with pytest.raises(AuditDamagedError):
        AuditLog(place / "audit").append(event(0))


def test_a_log_that_others_can_reach_is_refused(place: Path) -> None:
    (place / "audit" / LOG).chmod(0o644)

    with pytest.raises(VaultUnsafeError):
        AuditLog(place / "audit").append(event(0))
