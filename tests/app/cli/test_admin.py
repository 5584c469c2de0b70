"""`inhouse admin` and `inhouse audit`, and what an employee can do against an admin's will (T31)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.contract.admin import AdminShape, AuditReportShape, AuditShape
from tests.app.cli.home import Home, passphrase_in

pytestmark = pytest.mark.real

WORDS = "words that only the admin knows"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An installation with an admin key; its processes run as an employee."""
    root = tmp_path_factory.mktemp("site")
    file = passphrase_in(root / "admins", WORDS)
    made = Home(root, {"INHOUSE_NEW_ADMIN_PASSPHRASE_FILE": str(file)}).run("admin", "init")
    assert made.code == 0, made.err
    return Home(root)


@pytest.fixture(scope="module")
def admins(home: Home) -> Home:
    """The same, run by the admin."""
    file = home.root / "admins" / "passphrase"
    return Home(home.root, {"INHOUSE_ADMIN_PASSPHRASE_FILE": str(file)})


FORBIDDEN = [
    "docs add app/samples/handbook",
    "docs remove anything",
    "docs sync app/samples/handbook",
    "docs watch app/samples/handbook",
    "docs rollback 1",
    "docs prune --keep 1",
    "docs rebuild",
    "docs collection board --groups board",
    "entities load entities.csv",
    "entities remove PTO",
    "entities correct PTO --reject",
    "models add README.md",
    "models remove large",
    "admin sign",
    "admin init",
    "admin passphrase",
    "audit verify",
    "audit forget robin",
]


@pytest.mark.parametrize("command", FORBIDDEN)
def test_an_employee_is_refused_with_a_reason(home: Home, command: str) -> None:
    said = home.run(*command.split())

    assert said.code != 0
    assert "admin" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "variables",
    [{"INHOUSE_ADMIN": "1"}, {"INHOUSE_ROLE": "admin"}, {"INHOUSE_ADMIN_PASSPHRASE_FILE": "/dev/null"}],
    ids=lambda given: next(iter(given)),
)
def test_no_variable_makes_somebody_the_admin(home: Home, variables: dict[str, str]) -> None:
    said = Home(home.root, variables).run("docs", "prune", "--keep", "1")

    assert said.code != 0
    assert "Traceback" not in said.err


def test_what_was_tried_is_in_the_record(home: Home) -> None:
    before = len(AuditShape.model_validate_json(home.run("audit", "show", "--json").out).entries)
    home.run("docs", "prune", "--keep", "1")

    entries = AuditShape.model_validate_json(home.run("audit", "show", "--json").out).entries

    assert len(entries) == before + 1
    assert entries[-1].what == "admin.refused"


def test_the_admin_may_and_what_was_done_is_signed_and_recorded(home: Home, admins: Home) -> None:
    folder = home.root / "documents"
    folder.mkdir()
    (folder / "meals.md").write_text("# Meals\n\nThe daily meal allowance is 52 euros.\n")

    assert admins.run("docs", "add", folder).code == 0

    assert AdminShape.model_validate_json(home.run("admin", "status", "--json").out).documents == "signed"
    assert "52 euros" in home.run("docs", "search", "meal allowance").out
    assert '"docs.add"' in home.run("audit", "show", "--json").out


def test_verifying_says_what_is_signed_in_words_that_can_be_noted(admins: Home) -> None:
    said = admins.run("audit", "verify", "--json")

    report = AuditReportShape.model_validate_json(said.out)

    assert (said.code, report.bad) == (0, None)
    assert len(report.words.split()) == 8


def test_the_record_shows_no_text(home: Home) -> None:
    content = (home.root / "inhouse" / "data" / "audit" / "log.jsonl").read_text()

    assert all(set(json.loads(line)["counts"]) <= {"number", "entries"} for line in content.splitlines())
    assert "meals" not in content


def test_a_record_that_somebody_cut_is_told_with_an_exit_code(admins: Home, tmp_path: Path) -> None:
    log = admins.root / "inhouse" / "data" / "audit" / "log.jsonl"
    whole = log.read_bytes()
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]))
    try:
        said = admins.run("audit", "verify")
    finally:
        log.write_bytes(whole)

    assert said.code == 1
    assert "Event 3 is the first that does not fit" in said.out
