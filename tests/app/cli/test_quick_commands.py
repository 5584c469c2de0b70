"""Commands that start no child process: help, settings, refusals, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app.cli.main import cli, run
from app.contract import SHAPES
from tests.app.cli.home import ROOT, Home, passphrase_in


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with Path(os.devnull).open(encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        yield


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param([], 2, "The window needs a terminal.", id="the window without a terminal"),
        pytest.param(["nonsense"], 2, "No such command", id="an unknown command"),
        pytest.param(["ask"], 2, "Give one question, or a file with --jsonl.", id="ask nothing"),
        pytest.param(["ask", "a?", "--jsonl", "f"], 2, "Give one question", id="ask twice"),
        pytest.param(["ask", ""], 2, "The prompt is empty.", id="an empty question"),
        pytest.param(["ask", "x" * 50_001], 2, "the limit is 50000", id="too long a question"),
        pytest.param(["ask", "caf\udce9"], 2, "not valid UTF-8", id="a question that is no text"),
        pytest.param(
            ["ask", "a?", "--no-history", "--conversation", "x"], 2, "needs the history", id="go on unkept"
        ),
        pytest.param(
            ["ask", "--jsonl", "-", "--conversation", "x"], 2, "needs the history", id="a batch goes on"
        ),
        pytest.param(
            ["ask", "a?", "--conversation", "0" * 32], 2, "no such conversation", id="nothing to go on"
        ),
        pytest.param(
            ["ask", "--jsonl", "/nowhere"], 2, "/nowhere cannot be read", id="a batch that is not there"
        ),
        pytest.param(
            ["ask", "a?", "--model", "nope"], 5, "There is no model named 'nope'.", id="unknown model"
        ),
        pytest.param(
            ["--model", "nope", "ask", "a?"], 5, "no model named", id="unknown model before the command"
        ),
        pytest.param(["docs"], 2, "Usage: inhouse docs", id="a group alone"),
        pytest.param(["docs", "add"], 2, "Nothing to add.", id="add nothing"),
        pytest.param(["docs", "add", ""], 2, "The path is empty.", id="add an unset variable"),
        pytest.param(["docs", "sync", ""], 2, "The path is empty.", id="mirror an unset variable"),
        pytest.param(["docs", "add", "/nowhere"], 2, "/nowhere does not exist", id="add what is not there"),
        pytest.param(["docs", "search", "x", "-k", "0"], 2, "0 is not in the range", id="no results wanted"),
        pytest.param(["history", "show", "ab"], 2, "There is no history yet.", id="show what never was"),
        pytest.param(["history", "keyring", "on"], 2, "There is no history yet.", id="a keyring for nothing"),
        pytest.param(
            ["models", "remove", "nope"], 5, "There is no model named", id="remove an unknown model"
        ),
        pytest.param(
            ["models", "add", "/nowhere.gguf"], 2, "does not exist", id="add a model that is not there"
        ),
        pytest.param(["config", "schema", "--of", "x"], 2, "Invalid value", id="an unknown schema"),
    ],
)
def test_a_refusal_has_a_sentence_and_its_exit_code(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code

    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert "Traceback" not in shown.err


def test_a_file_that_is_no_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "garbage.gguf").write_bytes(b"garbage")

    assert run(["models", "add", str(tmp_path / "garbage.gguf")]) == 5
    assert "is not a GGUF file" in capsys.readouterr().err


def test_broken_settings_are_a_usage_error_and_can_be_found(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "inhouse.toml").write_text("[model]\ncontxt = 1\n")

    assert run(["config", "show"]) == 2
    assert 'Did you mean "context"?' in capsys.readouterr().err
    assert run(["config", "paths"]) == 0
    assert str(home / "config" / "inhouse.toml") in capsys.readouterr().out


def test_config_show_prints_what_is_in_force(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INHOUSE_MODEL_CONTEXT", "1234")

    assert run(["--model", "other", "config", "show"]) == 0
    assert json.loads(capsys.readouterr().out)["model"]["context"] == 1234


@pytest.mark.parametrize("shape", SHAPES)
def test_every_schema_is_printed(shape: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "schema", "--of", shape]) == 0

    assert json.loads(capsys.readouterr().out) == SHAPES[shape].model_json_schema(mode="serialization")


def test_looking_at_conversations_begins_no_history(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = passphrase_in(tmp_path / "keys")

    assert run(["history", "list", "--json", "--passphrase-file", str(file)]) == 0
    assert json.loads(capsys.readouterr().out) == {"conversations": []}
    assert not (home / "history").exists()


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        pytest.param(
            "five words that nobody guesses", 0o644, "can be read by other accounts", id="open to others"
        ),
        pytest.param("", 0o600, "is empty", id="empty"),
        pytest.param("short", 0o600, "at least 8 characters", id="too short for a new history"),
    ],
)
def test_a_passphrase_file_that_gives_none_is_refused(
    text: str, mode: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = passphrase_in(tmp_path / "keys", text, mode)

    assert run(["ask", "hello?", "--passphrase-file", str(file)]) == 4
    assert said in capsys.readouterr().err


def test_a_name_that_steers_terminals_is_not_shown_raw(capsys: pytest.CaptureFixture[str]) -> None:
    run(["docs", "add", "/no\x1b[31mwhere\x9b"])
    run(["models", "add", "/no\x1b[31mwhere\x9b"])
    run(["\x1b[31m\x9b"])

    shown = capsys.readouterr()
    assert "\x1b" not in shown.err
    assert "\x9b" not in shown.err


def every_command(
    command: click.Command, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], click.Command]]:
    """All commands below one, with the words that call them."""
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            found += every_command(inner, (*path, name))
    return found


@pytest.mark.parametrize(
    "command",
    [command for _, command in every_command(cli)],
    ids=[" ".join(path) or "inhouse" for path, _ in every_command(cli)],
)
def test_every_command_and_option_has_help(command: click.Command) -> None:
    assert command.help
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert all(one.help for one in options), [one.name for one in options if not one.help]


@pytest.mark.parametrize("path", [path for path, _ in every_command(cli)], ids=" ".join)
def test_every_command_answers_help(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli, [*path, "--help"])

    assert done.exit_code == 0
    assert "Usage: " in done.output


def test_help_imports_no_library_and_creates_nothing(empty: Home) -> None:
    heavy = "{'torch', 'chromadb', 'spacy', 'llama_cpp', 'sentence_transformers', 'cryptography', 'textual'}"
    program = (
        "import sys; from app.cli.main import run; run(['--help']); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=empty.environment,
        check=True,
    )

    assert done.stdout.endswith("[]\n")
    assert not (empty.root / "inhouse").exists()


def test_a_reader_that_has_seen_enough_is_no_trouble(empty: Home) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "config", "schema", "--of", "ask"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=empty.environment,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaints = process.stderr.read()
    process.stderr.close()

    assert process.wait(60) == 1
    assert complaints == b""
