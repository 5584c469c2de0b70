"""Conversations are ordered, erased and opened from the command line; what destroys says what it means."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from app.cli.main import run
from app.history.history import History
from app.locations import locate
from app.vault.keys import FLOOR
from tests.app.cli.home import passphrase_in

WORDS = "five words that nobody guesses"

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A history of two conversations, one with two branches; nobody sits at the terminal."""
    monkeypatch.setenv("INHOUSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("INHOUSE_PASSPHRASE_FILE", str(passphrase_in(tmp_path, WORDS)))
    with History.create(locate(os.environ).history, WORDS, kdf=FLOOR) as history:
        first = history.begin_turn(None, "Where is the charter?")
        history.finish(first.turn, "{}", state="complete", rest="In room 4.")
        beside = history.begin_turn(first.conversation, "Where is it?", after=None)
        history.append(beside.turn, "In ro")
        other = history.begin_turn(None, "Something else")
    with Path(os.devnull).open(encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        yield {"one": first.conversation, "turn": first.turn, "other": other.conversation}


@pytest.fixture
def ask(ids: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Ask:
    def asked(*arguments: str) -> tuple[int, str, str]:
        code = run(["history", *(ids.get(word, word) for word in arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return asked


def listed(ask: Ask, *options: str) -> list[str]:
    code, out, _ = ask("list", "--json", *options)
    assert code == 0
    return [one["title"] for one in json.loads(out)["conversations"]]


def test_names_tags_and_pins_are_listed(ask: Ask) -> None:
    for arguments in (("rename", "one", "My charter"), ("tag", "one", "legal", "travel"), ("pin", "one")):
        assert ask(*arguments)[0] == 0
    _, out, _ = ask("list")

    assert "My charter  [pinned, #legal, #travel]" in out.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (("rename", "one", "-"), b"Okapi\n"),
        (("tag", "one", "-"), b"legal\nOkapi\n"),
        (("rate", "one", "turn", "good", "--reason", "-"), b"Okapi\n"),
    ],
    ids=["a title", "tags", "a reason"],
)
def test_a_text_may_come_from_standard_input_where_no_process_sees_it(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], typed: bytes
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(typed)))
    assert ask(*arguments)[0] == 0

    assert "Okapi" in ask("list")[1] + ask("show", "one", "--branch", "turn", "--json")[1]


def test_words_to_search_for_may_come_from_standard_input_too(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"something\n")))

    assert "Something else" in ask("search", "-")[1]


def test_what_is_archived_or_deleted_is_listed_elsewhere(ask: Ask) -> None:
    ask("archive", "one")
    _, said, _ = ask("delete", "other")
    assert "Nothing was destroyed" in said
    assert (listed(ask), listed(ask, "--archived"), listed(ask, "--bin")) == (
        [],
        ["Where is the charter?"],
        ["Something else"],
    )
    assert "in the bin since" in ask("bin")[1]
    ask("undelete", "other")
    assert listed(ask) == ["Something else"]


def test_the_tree_shows_every_branch_and_which_one_is_shown(ask: Ask, ids: dict[str, str]) -> None:
    first, second = ask("tree", "one")[1].splitlines()

    assert first.startswith(f"  {ids['turn']}")
    assert second.startswith("* ")
    assert second.endswith("Where is it?  [interrupted]")
    assert "In room 4." in ask("show", "one", "--branch", "turn")[1]
    assert "In room 4." not in ask("show", "one")[1]


def test_a_rating_is_shown_and_taken_back(ask: Ask) -> None:
    ask("rate", "one", "turn", "bad", "--reason", "wrong room")
    turns = json.loads(ask("tree", "one", "--json")[1])["turns"]
    assert (turns[0]["rating"]["rating"], turns[0]["rating"]["reason"]) == ("bad", "wrong room")
    ask("rate", "one", "turn", "none")
    assert json.loads(ask("tree", "one", "--json")[1])["turns"][0]["rating"] is None


def test_merging_leaves_one_in_the_list(ask: Ask) -> None:
    assert ask("merge", "one", "other")[0] == 0
    assert listed(ask) == ["Where is the charter?"]


def test_nothing_is_erased_unless_it_is_confirmed(ask: Ask) -> None:
    code, _, err = ask("erase", "one")
    assert (code, len(listed(ask))) == (2, 2)
    assert "--yes" in err


def test_an_erasure_is_reported_with_what_it_does_not_reach(ask: Ask) -> None:
    code, out, _ = ask("erase", "one", "--yes")
    assert code == 0
    assert "Destroyed: 1 conversation, 5 records." in out
    assert "Not reached" in out
    report = json.loads(ask("erase", "--all", "--yes", "--json")[1])
    assert (report["conversations"], report["backups"], listed(ask)) == (1, [], [])


@pytest.mark.parametrize("arguments", [("erase",), ("erase", "one", "--all"), ("retention", "soon")])
def test_what_makes_no_sense_is_refused(ask: Ask, arguments: tuple[str, ...]) -> None:
    assert ask(*arguments)[0] == 2
    assert len(listed(ask)) == 2


def test_a_hold_refuses_to_erase(ask: Ask) -> None:
    assert "nothing is destroyed" in ask("hold", "on")[1]
    code, _, err = ask("erase", "one", "--yes")
    assert (code, "hold off" in err, len(listed(ask))) == (2, True, 2)


def test_consent_and_retention_are_off_and_can_be_switched(ask: Ask) -> None:
    assert "not allowed" in ask("consent")[1]
    assert "until you erase" in ask("retention")[1]
    assert "is allowed" in ask("consent", "on")[1]
    assert "90 days" in ask("retention", "90")[1]
    assert "until you erase" in ask("retention", "off")[1]


def test_a_forgotten_passphrase_is_replaced_with_the_recovery_code(ask: Ask, tmp_path: Path) -> None:
    """Deriving keys at full cost, once for the new passphrase and once for opening with it."""
    code, out, err = ask("recovery", "new")
    assert (code, "Shown once" in err) == (0, True)
    for name, text in (("code", out), ("new", "six other words nobody ever thought")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    used = ask(
        "recovery", "use", "--code-file", str(tmp_path / "code"),
        "--new-passphrase-file", str(tmp_path / "new"),
    )  # fmt: skip

    assert used[0] == 0
    _, ways, _ = ask("ways", "--passphrase-file", str(tmp_path / "new"))
    assert ways.splitlines()[0].startswith("passphrase")
    assert "recovery code" in ways
