"""A flag beats the environment, the environment the file, the file the default; what is wrong is named."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from app.errors import SettingsError
from app.locations import locate
from app.settings import FILE_LIMIT, Settings, load

KNOBS = [
    (section, key)
    for section, field in Settings.model_fields.items()
    for key in field.annotation.model_fields  # type: ignore[union-attr]  # every field is a section
]
OTHERS = {
    "name": "other",
    "context": 1024,
    "answer_tokens": 99,
    "temperature": 0.5,
    "repeat_penalty": 1.5,
    "gpu_layers": 3,
    "threads": 2,
    "require_gpu": True,
    "passages": 5,
    "quotes": 9,
    "document_tokens": 333,
    "earlier_exchanges": 7,
    "first_token_seconds": 5.5,
    "cross_encoder": "/models/reranker",
    "embedder": "/models/embedder",
    "entailment_model": "/models/nli",
    "mode": "documents_first",
    "style": "quote",
    "backup_days": 3,
    "backup_copies": 4,
    "backup_horizon_days": 90,
    "backup_folder": "/copies",
    "lock_minutes": 25,
}


def value(settings: Settings, section: str, key: str) -> Any:
    return getattr(getattr(settings, section), key)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "inhouse.toml"


@pytest.mark.parametrize(("section", "key"), KNOBS)
class TestEveryKnob:
    def test_is_reached_through_its_variable(self, section: str, key: str, file: Path) -> None:
        variable = f"INHOUSE_{section}_{key}".upper()

        assert value(load(file, {variable: str(OTHERS[key])}), section, key) == OTHERS[key]

    def test_is_reached_through_the_file(self, section: str, key: str, file: Path) -> None:
        written = repr(OTHERS[key]).replace("'", '"').replace("True", "true")
        file.write_text(f"[{section}]\n{key} = {written}\n")

        assert value(load(file, {}), section, key) == OTHERS[key] != value(Settings(), section, key)

    def test_has_a_description(self, section: str, key: str) -> None:
        annotation = Settings.model_fields[section].annotation

        assert annotation.model_fields[key].description  # type: ignore[union-attr]  # every field is a section


@pytest.mark.parametrize(("section", "key"), [knob for knob in KNOBS if knob != ("model", "name")])
def test_a_wrong_variable_is_named(section: str, key: str, file: Path) -> None:
    """Every text is a name; whether there is such a model is asked later."""
    variable = f"INHOUSE_{section}_{key}".upper()

    with pytest.raises(SettingsError, match=f"^{variable}: "):
        load(file, {variable: "zebra"})


def test_a_flag_beats_the_environment_which_beats_the_file(file: Path) -> None:
    file.write_text('[model]\nname = "from-file"\ncontext = 1000\nthreads = 1\n')
    environment = {"INHOUSE_MODEL_NAME": "from-environment", "INHOUSE_MODEL_CONTEXT": "2000"}

    settings = load(file, environment, {"model.name": "from-flag", "model.context": None})

    assert (settings.model.name, settings.model.context, settings.model.threads) == ("from-flag", 2000, 1)


def test_without_a_file_the_defaults_stand(file: Path) -> None:
    assert load(file, {"PATH": "/bin"}) == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[model]\ncontxt = 5\n",
            'inhouse.toml: unknown key "contxt" under [model]. Did you mean "context"?',
        ),
        ("[modell]\nname = 'x'\n", 'inhouse.toml: unknown key "modell". Did you mean "model"?'),
        ("model = 3\n", "inhouse.toml: model is a section; write [model] on a line of its own."),
        ("[model]\ncontext = 'many'\n", "inhouse.toml: model.context: Input should be a valid integer"),
        (
            "[model]\ncontext = 100\n",
            "inhouse.toml: model.context: Input should be greater than or equal to 512",
        ),
        (
            "[model]\ncontext = 99999999\n",
            "inhouse.toml: model.context: Input should be less than or equal to",
        ),
        ("[model]\ntemperature = nan\n", "inhouse.toml: model.temperature: "),
        ("[model]\nname = 5\n", "inhouse.toml: model.name: Input should be a valid string"),
        ("[model\n", "is not valid TOML"),
        ("[model]\nname = 'a'\nname = 'b'\n", "is not valid TOML"),
        ("# " + "x" * FILE_LIMIT, "that is no settings file"),
        ("a = " + "[" * 3000, "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(text: str, message: str, file: Path) -> None:
    file.write_text(text)

    with pytest.raises(SettingsError) as refusal:
        load(file, {})

    assert message in str(refusal.value)
    assert refusal.value.remedy


def test_bytes_that_are_no_text_are_refused(file: Path) -> None:
    file.write_bytes(b"[model]\nname = '\xff'\n")

    with pytest.raises(SettingsError, match="not UTF-8"):
        load(file, {})


def test_a_byte_order_mark_is_no_trouble(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf[model]\ncontext = 600\n")

    assert load(file, {}).model.context == 600


def test_a_folder_in_the_place_of_the_file_is_refused(file: Path) -> None:
    file.mkdir()

    with pytest.raises(SettingsError, match="cannot be read"):
        load(file, {})


def test_a_scalar_section_and_a_variable_for_it_are_refused_together(file: Path) -> None:
    file.write_text("model = 3\n")

    with pytest.raises(SettingsError, match="is a section"):
        load(file, {"INHOUSE_MODEL_CONTEXT": "1000"})


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("INHOUSE_MODEL_CONTXT", 'INHOUSE_MODEL_CONTXT: unknown key "contxt" under [model]'),
        ("INHOUSE_MODEL", "The environment sets INHOUSE_MODEL, which does not exist. Did you mean"),
        ("INHOUSE_HOMES", 'which does not exist. Did you mean "INHOUSE_HOME"?'),
    ],
)
def test_an_unknown_variable_is_refused_with_the_nearest(variable: str, message: str, file: Path) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(file, {variable: "1"})

    assert message in str(refusal.value)


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().model.name = "other"


class TestLocations:
    def test_one_folder_holds_everything_if_asked_to(self, tmp_path: Path) -> None:
        places = locate({"INHOUSE_HOME": str(tmp_path)})

        everything = (
            places.settings,
            places.models,
            places.knowledge,
            places.index,
            places.history,
            places.logs,
            places.verified_models,
        )
        assert all(place.is_relative_to(tmp_path) for place in everything)
        assert len(set(everything)) == len(everything)

    def test_asking_creates_nothing(self, tmp_path: Path) -> None:
        locate({"INHOUSE_HOME": str(tmp_path / "new")})

        assert not (tmp_path / "new").exists()

    def test_a_relative_home_is_taken_from_where_the_program_was_started(self) -> None:
        assert locate({"INHOUSE_HOME": "somewhere"}).data == Path.cwd() / "somewhere" / "data"

    @pytest.mark.skipif(sys.platform == "win32", reason="accounts have no ~name there")
    def test_the_home_of_nobody_is_refused(self) -> None:
        with pytest.raises(SettingsError):
            locate({"INHOUSE_HOME": "~no-such-account/x"})

    def test_without_it_the_usual_places_of_the_system_are_taken(self) -> None:
        places = locate({})

        assert "inhouse" in places.data.parts
        assert places.history.is_relative_to(places.data)
        assert os.path.isabs(places.config)  # noqa: PTH117 - a Path of platformdirs
