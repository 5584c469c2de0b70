"""The policy of the site: understood exactly, in force as the admin signed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.administration.auditing import Auditor
from app.administration.policy import FILE_LIMIT, PublishedPolicy, SitePolicy, parse
from app.administration.role import Administration
from app.assembly import Parts
from app.errors import AdminNeededError, NotSignedError, SettingsError, UsageError
from app.locations import Locations
from app.settings import Settings
from app.vault.keys import FLOOR

PASSPHRASE = "words that only the admin knows"


@pytest.fixture
def locations(tmp_path: Path) -> Locations:
    return Locations(tmp_path / "config", tmp_path / "data", tmp_path / "state", tmp_path / "history")


@pytest.fixture
def admins(locations: Locations) -> Administration:
    """Set up, and whoever asks knows the passphrase."""
    administration = Administration(locations, Auditor(locations.audit, "kim"), lambda: PASSPHRASE)
    administration.create(PASSPHRASE, FLOOR)
    return administration


def employees(locations: Locations) -> PublishedPolicy:
    return PublishedPolicy(Administration(locations, Auditor(locations.audit, "robin")))


def written(folder: Path, text: str) -> Path:
    file = folder / "wanted.yaml"
    file.write_text(text)
    return file


def test_without_a_policy_nothing_is_forbidden(locations: Locations) -> None:
    assert employees(locations).current() == SitePolicy()


def test_what_is_not_named_is_left_to_each_person() -> None:
    policy = parse(b"history:\n  retention_days: 90\n", "policy.yaml")

    assert policy.history.retention_days == 90
    assert policy.answer == SitePolicy().answer


REFUSED = {
    "an unknown section": (b"histroy:\n  hold: true\n", "line 1", '"history"'),
    "an unknown key": (b"history:\n  hold: true\n  retention: 9\n", "line 3", '"retention_days"'),
    "a number out of range": (b"history:\n  retention_days: -1\n", "line 2", "greater than or equal"),
    "no way to answer": (b"answer:\n  modes: []\n", "line 2", "at least 1"),
    "an unknown way to answer": (b"answer:\n  modes: [always]\n", "line 2", "documents_only"),
    "a list": (b"- history\n", "policy.yaml", "dictionary"),
    "no YAML": (b"history: [\n", "line 2", "YAML"),
    "a tag that makes an object": (b"!!python/object/apply:os.system [true]\n", "line 1", "YAML"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_understood_is_refused_with_its_line(what: str) -> None:
    content, place, reason = REFUSED[what]

    with pytest.raises(SettingsError) as refused:
        parse(content, "policy.yaml")

    assert place in str(refused.value)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "repeat", ["{{p: *x{0}, q: *x{0}}}", "{{<<: [*x{0}, *x{0}]}}"], ids=["values", "merged"]
)
def test_a_small_file_that_would_grow_without_end_is_refused(repeat: str) -> None:
    """Each line names the one before twice; sixty lines would be more than any memory holds."""
    lines = ["x0: &x0 {k: 1}", *(f"x{at}: &x{at} " + repeat.format(at - 1) for at in range(1, 60))]

    with pytest.raises(SettingsError, match="stands for another"):
        parse("\n".join(lines).encode(), "policy.yaml")


def test_a_file_that_is_no_policy_by_its_size_is_refused(locations: Locations, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="bytes"):
        employees(locations).publish(written(tmp_path, " " * (FILE_LIMIT + 1)))


def test_a_published_policy_is_in_force_for_everybody(
    locations: Locations, admins: Administration, tmp_path: Path
) -> None:
    PublishedPolicy(admins).publish(written(tmp_path, "history:\n  hold: true\n"))

    assert employees(locations).current().history.hold


def test_only_the_admin_publishes(locations: Locations, admins: Administration, tmp_path: Path) -> None:
    with pytest.raises(AdminNeededError):
        employees(locations).publish(written(tmp_path, "history:\n  hold: true\n"))


def test_a_policy_that_somebody_wrote_is_not_in_force(
    locations: Locations, admins: Administration, tmp_path: Path
) -> None:
    PublishedPolicy(admins).publish(written(tmp_path, "history:\n  hold: true\n"))
    locations.policy.write_text("history:\n  hold: false\n")

    with pytest.raises(NotSignedError):
        employees(locations).current()


def test_a_policy_from_before_there_was_an_admin_says_what_to_do(
    locations: Locations, tmp_path: Path
) -> None:
    administration = Administration(locations, Auditor(locations.audit, "kim"), lambda: PASSPHRASE)
    policy = PublishedPolicy(administration)
    policy.publish(written(tmp_path, "history:\n  hold: true\n"))
    administration.create(PASSPHRASE, FLOOR)

    with pytest.raises(NotSignedError) as refusal:
        employees(locations).current()
    assert "inhouse admin policy" in refusal.value.remedy

    policy.publish(locations.policy)
    assert employees(locations).current().history.hold


def test_a_policy_that_was_here_cannot_be_taken_away(
    locations: Locations, admins: Administration, tmp_path: Path
) -> None:
    PublishedPolicy(admins).publish(written(tmp_path, "history:\n  hold: true\n"))
    employees(locations).current()
    locations.policy.unlink()
    locations.policy_signature.unlink()

    with pytest.raises(NotSignedError, match="gone"):
        employees(locations).current()


def test_an_older_policy_that_was_signed_cannot_be_put_back(
    locations: Locations, admins: Administration, tmp_path: Path
) -> None:
    PublishedPolicy(admins).publish(written(tmp_path, "history:\n  hold: false\n"))
    old = locations.policy.read_bytes(), locations.policy_signature.read_bytes()
    PublishedPolicy(admins).publish(written(tmp_path, "history:\n  hold: true\n"))
    employees(locations).current()

    locations.policy.write_bytes(old[0])
    locations.policy_signature.write_bytes(old[1])

    with pytest.raises(NotSignedError, match="older"):
        employees(locations).current()


def test_a_way_of_answering_that_the_policy_forbids_is_refused(locations: Locations, tmp_path: Path) -> None:
    employees(locations).publish(written(tmp_path, "answer:\n  modes: [documents_first, documents_only]\n"))
    parts = Parts(locations, Settings())

    with pytest.raises(UsageError, match="does not allow"):
        parts.allowed_mode("free")
    assert parts.allowed_mode() == "documents_only"


def test_a_usual_way_that_the_policy_forbids_gives_way_to_its_own(
    locations: Locations, tmp_path: Path
) -> None:
    employees(locations).publish(written(tmp_path, "answer:\n  modes: [documents_first]\n"))

    assert Parts(locations, Settings()).allowed_mode() == "documents_first"


def test_a_policy_from_before_there_was_an_admin_is_signed_with_the_rest(
    locations: Locations, tmp_path: Path
) -> None:
    employees(locations).publish(written(tmp_path, "history:\n  hold: true\n"))
    administration = Administration(locations, Auditor(locations.audit, "kim"), lambda: PASSPHRASE)
    administration.create(PASSPHRASE, FLOOR)

    PublishedPolicy(administration).sign()

    assert employees(locations).current().history.hold
