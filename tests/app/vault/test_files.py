"""Small files are replaced whole, by however many at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.vault.files import forget_unfinished, replace_file


def test_what_several_write_at_once_is_what_one_of_them_wrote(tmp_path: Path) -> None:
    """Two windows that open together both keep the admin's key and the newest state they have seen."""
    file = tmp_path / "known.json"
    contents = [json.dumps({"number": number, "filling": "x" * 3000}).encode() for number in range(4)]

    def write(content: bytes) -> bool:
        for _ in range(40):
            replace_file(file, content)
            json.loads(file.read_bytes())
        return True

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(write, contents))
    assert file.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [file]


def test_it_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    replace_file(tmp_path / "it", b"x")

    assert (tmp_path / "it").stat().st_mode & 0o777 == 0o600


def test_what_a_kill_left_of_one_file_is_forgotten_and_others_stay(tmp_path: Path) -> None:
    for name in ("writer.0a1b2c3d.new", "writers.0a1b2c3d.new", "writer"):
        (tmp_path / name).touch()

    forget_unfinished(tmp_path / "writer")

    assert {one.name for one in tmp_path.iterdir()} == {"writers.0a1b2c3d.new", "writer"}
