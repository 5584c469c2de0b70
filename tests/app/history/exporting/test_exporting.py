"""What is exported says all that is kept, marks what is not supported, and can be read without danger."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.contract import AskShape, HistoryExport
from app.errors import ExportTargetError, UnknownConversationError
from app.history.exporting.everything import export_everything
from app.history.exporting.one import Form, export_one
from app.history.exporting.target import write_new
from tests.app.history.conftest import folder, made_vault
from tests.app.history.rings import opened
from tests.app.history.told import tell

__all__ = ["folder", "made_vault"]

FORMS: tuple[Form, ...] = ("markdown", "html", "json")


@pytest.fixture
def written(folder: Path, tmp_path: Path) -> dict[Form, str]:
    """The same conversation in every form."""
    with opened(folder) as history:
        conversation = tell(history)
        for form in FORMS:
            export_one(history, conversation, form, tmp_path / form)
    return {form: (tmp_path / form).read_text("utf-8") for form in FORMS}


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_sentences_without_support_are_marked_where_they_stand(written: dict[Form, str], form: Form) -> None:
    text = LexborHTMLParser(written[form]).text() if form == "html" else written[form].replace("**", "")

    assert "Sick pay lasts six weeks. It is doubled in May. [not found in the documents] Apply" in text
    assert "Apply by post. [only partly supported by the documents]" in text
    assert "Reworded afterwards. [not found in the documents]" in text, "behind the answer, not left out"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "said",
    [
        pytest.param("hr/leave.md", id="document"),
        pytest.param("lines 3 to 5", id="place"),
        pytest.param("chunk-7", id="chunk"),
        pytest.param("small", id="model"),
        pytest.param("One passage is old.", id="notice"),
        pytest.param("May is wrong", id="reason of a rating"),
        pytest.param("The same applies th", id="an answer that was cut off"),
        pytest.param("And in Rome?", id="another branch"),
        pytest.param("Health", id="tag"),
    ],
)
def test_everything_that_is_kept_is_in_every_form(written: dict[Form, str], form: Form, said: str) -> None:
    assert said in written[form]


def test_markdown_shows_which_turn_follows_which(written: dict[Form, str]) -> None:
    headings = [line for line in written["markdown"].splitlines() if line.startswith("## ")]

    assert [heading.split(", 20")[0] for heading in headings] == [
        "## Turn 1",
        "## Turn 2",
        "## Turn 3, follows turn 1 (another version)",
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_form_steers_a_terminal(written: dict[Form, str], form: Form) -> None:
    assert not set(written[form]) & set("\x1b\x9b\u202e")


def test_html_runs_nothing_and_fetches_nothing(written: dict[Form, str]) -> None:
    page = LexborHTMLParser(written["html"])

    assert page.css("script, img, a, link, iframe, form, object, embed, svg, video, audio, base") == []
    assert "default-src 'none'" in written["html"]
    assert "url(" not in written["html"]
    assert "<script>alert(1)</script>" in page.text(), "shown as the text that it is"


def test_markdown_fetches_nothing_and_holds_no_html(written: dict[Form, str]) -> None:
    assert "![x]" not in written["markdown"].replace("\\![x]", "")
    assert "<script>" not in written["markdown"].replace("\\<script>", "")


def test_json_is_as_its_schema_says(written: dict[Form, str]) -> None:
    [conversation] = HistoryExport.model_validate_json(written["json"]).conversations
    first, second, other = conversation.turns

    assert (first.rating and first.rating.rating, conversation.pinned) == ("bad", True)
    assert (second.state, second.result, second.answer) == ("interrupted", None, "The same applies th")
    assert (other.parent, second.parent, first.parent) == (first.id, first.id, None)
    assert conversation.shown == second.id
    assert AskShape.model_validate(first.result).sentences[1].support == "not_found"


@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_its_owners_alone(folder: Path, tmp_path: Path, form: Form) -> None:
    with opened(folder) as history:
        export_one(history, tell(history), form, tmp_path / "out")

    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["file", "link", "folder"])
def test_an_export_never_replaces_anything(folder: Path, tmp_path: Path, there: str) -> None:
    target, precious = tmp_path / "out", tmp_path / "precious"
    precious.write_text("precious")
    if there == "folder":
        target.mkdir()
    elif there == "link":
        target.symlink_to(precious)
    else:
        target.write_text("precious")
    with opened(folder) as history:
        conversation = tell(history)
        with pytest.raises(ExportTargetError) as refusal:
            export_one(history, conversation, "json", target)
        with pytest.raises(ExportTargetError):
            export_everything(history, target)

    assert precious.read_text() == "precious"
    assert target.is_dir() or target.read_text() == "precious"
    assert refusal.value.remedy


def test_a_cancelled_export_leaves_nothing(tmp_path: Path) -> None:
    def cancelled() -> Iterator[str]:
        yield "the beginning of something private"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_new(tmp_path / "out", cancelled())

    assert list(tmp_path.iterdir()) == []


def test_an_unknown_conversation_leaves_no_file(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as history, pytest.raises(UnknownConversationError):
        export_one(history, "0" * 32, "json", tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_everything_means_settings_drafts_and_searches_too(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as history:
        conversation = tell(history)
        history.drafts.keep(conversation, "half a question")
        history.choices.remember_search("sick pay")
        done = export_everything(history, tmp_path / "all")

    settings = json.loads((tmp_path / "all" / "settings.json").read_text())
    exported = HistoryExport.model_validate_json((tmp_path / "all" / "conversations.json").read_text())
    [markdown] = (tmp_path / "all" / "markdown").iterdir()
    assert (done.conversations, done.unreadable) == (1, ())
    assert settings["drafts"] == {conversation: "half a question"}
    assert settings["remembered_searches"] == ["sick pay"]
    assert [one.id for one in exported.conversations] == [conversation]
    assert "How long is sick pay?" in markdown.read_text()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "all").rglob("*") if path.is_file()}
    assert modes == {0o600}
