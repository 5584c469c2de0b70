"""Who is the admin, what only the admin may do, and what everybody is protected from (T31)."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.administration import signatures
from app.administration.auditing import EVENTS, Auditor
from app.administration.models import PublishedModels
from app.administration.new_log import begin_anew
from app.administration.publishing import KnowledgeSeal
from app.administration.role import UNLOCKED_FOR, Administration
from app.errors import AdminChangedError, AdminError, AdminNeededError, NotSignedError
from app.locations import Locations
from app.vault import admin_key
from app.vault.admin_key import FILE
from app.vault.keys import FLOOR
from grounding.catalog import Catalog
from grounding.library.writer import writing
from models.registry import ModelRegistry
from tests.grounding.small_library import put

PASSPHRASE = "words that only the admin knows"


@dataclass
class Site:
    """One installation, as one person meets it."""

    root: Path
    typed: str | None = None
    """What is typed when the admin's passphrase is asked for."""

    now: float = 0.0
    asked: int = field(default=0, init=False)

    @property
    def locations(self) -> Locations:
        return Locations(self.root / "config", self.root / "data", self.root / "state", self.root / "history")

    def ask(self) -> str | None:
        self.asked += 1
        return self.typed

    def administration(self) -> Administration:
        auditor = Auditor(self.locations.audit, "robin")
        return Administration(self.locations, auditor, self.ask, lambda: self.now)

    @property
    def catalog(self) -> Catalog:
        return Catalog(self.locations.knowledge)

    def put(self, name: str, text: str) -> None:
        with writing(self.catalog, "add") as writer:
            put(writer, name, text)

    def seal(self) -> KnowledgeSeal:
        return KnowledgeSeal(self.administration(), self.catalog)

    def models(self) -> PublishedModels:
        return PublishedModels(ModelRegistry(self.locations.models), self.administration())

    def events(self) -> list[str]:
        return [entry.event.what for entry in Auditor(self.locations.audit, "robin").log.entries()]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with an admin and two signed documents."""
    site = Site(tmp_path_factory.mktemp("made") / "site")
    site.put("leave", "You have 27 days of leave.")
    site.put("meals", "A meal costs 52 euros.")
    administration = site.administration()
    administration.create(PASSPHRASE, FLOOR)
    KnowledgeSeal(administration, site.catalog).sign()
    administration.close()
    return site.root


@pytest.fixture
def site(made: Path, tmp_path: Path) -> Site:
    return Site(Path(shutil.copytree(made, tmp_path / "site")))


def test_without_an_admin_key_everybody_may_do_everything(tmp_path: Path) -> None:
    administration = Site(tmp_path).administration()

    assert administration.require("docs.add") is None
    assert not administration.is_set_up


def test_without_an_admin_key_nothing_needs_a_signature(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.put("leave", "You have 27 days of leave.")

    site.seal().check()


def test_with_an_admin_key_nobody_else_may(site: Site) -> None:
    with pytest.raises(AdminNeededError):
        site.administration().require("docs.add")


def test_what_was_refused_is_recorded(site: Site) -> None:
    with pytest.raises(AdminNeededError):
        site.administration().require("docs.add")

    assert site.events()[-1] == "admin.refused"


def test_a_wrong_passphrase_is_refused_and_recorded(site: Site) -> None:
    site.typed = "words that nobody knows"

    with pytest.raises(AdminError, match="could not be opened"):
        site.administration().require("docs.add")

    assert site.events()[-1] == "admin.refused"


def test_the_passphrase_proves_the_role(site: Site) -> None:
    site.typed = PASSPHRASE

    assert site.administration().require("docs.add") is not None


def test_an_unlocked_key_is_not_asked_for_again_within_fifteen_minutes(site: Site) -> None:
    site.typed = PASSPHRASE
    administration = site.administration()
    administration.require("docs.add")

    site.now = UNLOCKED_FOR
    administration.require("docs.add")

    assert site.asked == 1


def test_after_fifteen_minutes_it_is(site: Site) -> None:
    site.typed = PASSPHRASE
    administration = site.administration()
    administration.require("docs.add")

    site.now = UNLOCKED_FOR + 1
    site.typed = None

    with pytest.raises(AdminNeededError):
        administration.require("docs.add")


def test_another_admin_key_in_its_place_is_refused(site: Site, tmp_path: Path) -> None:
    site.administration().public()
    other = Site(tmp_path / "other")
    other.administration().create("the attacker's own words", FLOOR)
    shutil.copy(other.locations.admin / FILE, site.locations.admin / FILE)

    with pytest.raises(AdminChangedError):
        site.administration().public()


def test_a_new_admin_key_is_known_once_its_fingerprint_was_given(site: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "other")
    fingerprint = other.administration().create("the new admin's own words", FLOOR)
    shutil.copy(other.locations.admin / FILE, site.locations.admin / FILE)

    with pytest.raises(AdminError):
        site.administration().trust("0000 " * 16)
    site.administration().trust(fingerprint)

    assert site.administration().public() is not None


def test_an_admin_key_that_is_gone_does_not_make_everybody_the_admin(site: Site) -> None:
    (site.locations.admin / FILE).unlink()

    with pytest.raises(AdminChangedError):
        site.administration().require("docs.add")
    with pytest.raises(AdminChangedError):
        site.seal().check()


def test_whoever_says_so_goes_on_without_an_admin(site: Site) -> None:
    (site.locations.admin / FILE).unlink()

    site.administration().trust("none")

    assert site.administration().require("docs.add") is None


@pytest.mark.parametrize("pin", [b"", b"[]", b"{}", b'{"public": 5, "newest": {}}', b"[" * 2000])
def test_a_known_key_that_cannot_be_read_matches_no_key(site: Site, pin: bytes) -> None:
    site.locations.known_admin.write_bytes(pin)

    with pytest.raises(AdminChangedError):
        site.administration().public()


def test_signed_documents_are_answered_from(site: Site) -> None:
    site.seal().check()


CHANGES = {
    "a text": "UPDATE chunks SET text = 'You have 99 days of leave.' WHERE version LIKE 'leave%'",
    "a heading": "UPDATE chunks SET headings = 'Other' WHERE version LIKE 'leave%'",
    "a vector": "UPDATE vectors SET vector = zeroblob(length(vector)) WHERE chunk = 1",
    "a name": "UPDATE documents SET name = 'other' WHERE name = 'leave'",
    "who may read it": "UPDATE collections SET groups = '[\"board\"]'",
    "whether it is live": "UPDATE live SET until = 1 WHERE version LIKE 'leave%'",
    "its date": "UPDATE versions SET dated = '2031-01-01'",
    "its text goes": "DELETE FROM vectors; DELETE FROM chunks WHERE version LIKE 'leave%'",
}


@pytest.mark.parametrize("what", CHANGES)
def test_documents_that_somebody_changed_are_not_answered_from(site: Site, what: str) -> None:
    seal = site.seal()
    seal.check()
    connection = sqlite3.connect(site.locations.knowledge / "catalog.db")
    connection.executescript(CHANGES[what])
    connection.close()

    with pytest.raises(NotSignedError):
        seal.check()
    with pytest.raises(NotSignedError):
        site.seal().check()
    assert site.events()[-1] == "docs.refused"


def test_a_document_that_nobody_signed_is_not_answered_from(site: Site) -> None:
    site.put("extra", "You have 99 days of leave.")

    with pytest.raises(NotSignedError):
        site.seal().check()


def test_an_older_state_that_was_signed_is_not_answered_from_again(site: Site, tmp_path: Path) -> None:
    old = shutil.copytree(site.locations.knowledge, tmp_path / "old")
    site.typed = PASSPHRASE
    site.put("leave", "You have 28 days of leave.")
    site.seal().sign()

    shutil.rmtree(site.locations.knowledge)
    shutil.copytree(old, site.locations.knowledge)

    with pytest.raises(NotSignedError, match="older"):
        site.seal().check()


@pytest.mark.parametrize("kept", [True, False], ids=["with the signature there", "with it taken away"])
def test_what_is_signed_after_a_clock_went_wrong_is_newer_all_the_same(site: Site, kept: bool) -> None:
    """Times of signatures tell old from new; a clock set right again must not make everything old."""
    ahead = "2099-01-01T00:00:00.000000+00:00"
    site.typed = PASSPHRASE
    administration = site.administration()
    administration.public()
    administration.refuse_older("knowledge base", ahead)
    site.put("leave", "You have 28 days of leave.")
    if not kept:
        site.locations.knowledge_signature.unlink()

    KnowledgeSeal(administration, site.catalog).sign()

    site.seal().check()
    assert json.loads(site.locations.knowledge_signature.read_bytes())["time"] > ahead


def test_a_later_signature_is_newer_than_the_one_it_replaces(site: Site) -> None:
    """Another admin's machine may have seen a clock that was ahead; its signature tells."""
    ahead, digest = "2099-01-01T00:00:00.000000+00:00", b"d" * 32
    admin, file = admin_key.unlock(site.locations.admin, PASSPHRASE), site.root / "signature.json"
    signed = admin.sign("it", digest + ahead.encode())
    file.write_text(json.dumps({"time": ahead, "digest": digest.hex(), "signature": signed.hex()}))

    assert signatures.sign(admin, "it", digest, file).time > ahead

    file.write_text(json.dumps({"time": ahead, "digest": digest.hex(), "signature": bytes(64).hex()}))
    assert signatures.sign(admin, "it", digest, file).time < ahead


def test_two_accounts_that_are_recorded_at_once_both_keep_their_names(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        auditors = [Auditor(tmp_path / "audit", f"account {number}") for number in range(4)]
        assert list(threads.map(lambda one: one.record("docs.add"), auditors)) == [""] * 4

    names = auditors[0].names()
    assert sorted(names.values()) == [f"account {number}" for number in range(4)]
    assert {entry.event.who for entry in auditors[0].log.entries()} == set(names)


@pytest.mark.parametrize("hostile", ["robin\n     9  2026-01-01  somebody  docs.add", "\x1b[2Jrobin"])
def test_a_name_that_was_altered_stays_on_its_line(site: Site, hostile: str) -> None:
    (site.locations.audit / "names.json").write_text(json.dumps({"a1b2": hostile}))

    [name] = Auditor(site.locations.audit, "robin").names().values()

    assert name.isprintable()


def test_taking_the_signature_away_does_not_help(site: Site) -> None:
    site.locations.knowledge_signature.unlink()

    with pytest.raises(NotSignedError):
        site.seal().check()


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b'{"time":"","digest":"","signature":""}'])
def test_a_signature_that_cannot_be_read_is_none(site: Site, content: bytes) -> None:
    site.locations.knowledge_signature.write_bytes(content)

    with pytest.raises(NotSignedError):
        site.seal().check()


def test_a_signature_of_the_models_is_none_of_the_documents(site: Site) -> None:
    site.locations.models.mkdir(parents=True)
    (site.locations.models / "models.json").write_text("{}")
    site.typed = PASSPHRASE
    site.models().sign()
    shutil.copy(site.locations.models_signature, site.locations.knowledge_signature)

    with pytest.raises(NotSignedError):
        site.seal().check()


def test_a_list_of_models_that_nobody_signed_is_not_used(site: Site) -> None:
    site.locations.models.mkdir(parents=True)
    (site.locations.models / "models.json").write_text("{}")

    with pytest.raises(NotSignedError):
        site.models().get("large")


def test_the_built_in_model_needs_no_signature(site: Site) -> None:
    assert site.models().get("smollm2-135m-instruct").built_in


def test_models_are_added_and_removed_by_the_admin_alone(site: Site, tmp_path: Path) -> None:
    with pytest.raises(AdminNeededError):
        site.models().add(tmp_path / "a.gguf", check=print)
    with pytest.raises(AdminNeededError):
        site.models().remove("large")


def test_the_record_holds_no_text_and_no_name(site: Site) -> None:
    content = (site.locations.audit / "log.jsonl").read_text()

    assert "leave" not in content
    assert "robin" not in content
    assert "robin" in (site.locations.audit / "names.json").read_text()


def test_a_name_can_be_forgotten_and_the_events_stay(site: Site) -> None:
    auditor = Auditor(site.locations.audit, "robin")
    before = site.events()

    assert auditor.forget("robin") == 1
    assert (auditor.names(), site.events()) == ({}, before)


def test_only_known_events_are_recorded(site: Site) -> None:
    with pytest.raises(ValueError, match="no event"):
        site.administration().auditor.record("prompt: a secret")  # type: ignore[arg-type]  # the point

    assert all(" " not in event for event in EVENTS)


def test_an_audit_log_that_cannot_be_written_is_said_and_stops_nothing(site: Site) -> None:
    (site.locations.audit / "log.jsonl").chmod(0o644)
    administration = site.administration()

    administration.record("docs.add")

    assert "not recorded" in administration.notices[0]


def test_the_admin_verifies_the_record_from_its_first_event(site: Site) -> None:
    site.typed = PASSPHRASE

    assert site.administration().audit().bad is None

    lines = (site.locations.audit / "log.jsonl").read_bytes().splitlines(keepends=True)
    said = json.loads(lines[1])
    lines[1] = json.dumps({**said, "who": "somebody"}, separators=(",", ":")).encode() + b"\n"
    (site.locations.audit / "log.jsonl").write_bytes(b"".join(lines))

    assert site.administration().audit().bad == 1


def rolled_back(site: Site, tmp_path: Path) -> None:
    """An older copy of the log and the writer's key, put back after more had happened."""
    old = shutil.copytree(site.locations.audit, tmp_path / "old")
    administration = site.administration()
    administration.record("docs.remove", counts={"number": 1})
    administration.unlock(PASSPHRASE)
    administration.close()
    shutil.rmtree(site.locations.audit)
    shutil.copytree(old, site.locations.audit)


def begun_anew(site: Site, tmp_path: Path) -> None:
    """The log taken away, and another one begun by the next event."""
    del tmp_path
    shutil.rmtree(site.locations.audit)
    site.administration().record("docs.add")


def cut_off(site: Site, tmp_path: Path) -> None:
    """The log emptied, its writer left alone."""
    del tmp_path
    (site.locations.audit / "log.jsonl").write_bytes(b"")


@pytest.mark.parametrize("attack", [rolled_back, begun_anew, cut_off])
def test_unlocking_the_admin_key_does_not_vouch_for_a_log_that_was_put_back(
    site: Site, tmp_path: Path, attack: Callable[[Site, Path], None]
) -> None:
    attack(site, tmp_path)
    site.typed = PASSPHRASE
    administration = site.administration()

    for _ in range(2):
        assert administration.audit().bad is not None
    assert "checkpoint" in " ".join(administration.notices)


def test_a_log_that_is_lost_is_begun_anew_by_the_admin_and_the_rest_is_kept(site: Site) -> None:
    site.typed = PASSPHRASE
    administration = site.administration()
    (site.locations.audit / "log.jsonl").unlink()
    assert administration.audit().bad == 0

    aside = begin_anew(administration)

    assert aside is not None
    assert (aside / "names.json").exists()
    assert administration.audit().bad is None
    assert site.events()[0] == "audit.begin"


def test_only_the_admin_begins_the_log_anew(site: Site) -> None:
    with pytest.raises(AdminNeededError):
        begin_anew(site.administration())


def test_an_admin_key_is_made_where_the_folder_above_is_open_to_others(tmp_path: Path) -> None:
    """As a program that was used before leaves it."""
    site = Site(tmp_path)
    site.locations.state.mkdir(mode=0o755)

    site.administration().create(PASSPHRASE, FLOOR)

    assert site.administration().public() is not None
