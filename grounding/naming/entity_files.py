"""Reads the tables in which admins list their entities: CSV, or YAML with the same fields.

CSV has the columns name, aliases (separated by "|"), kind, description, in any order, and may have id; other
columns are named in a warning and not read. YAML is a list of mappings, in which aliases may be a list too.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from grounding.entity_catalogue import CatalogueEntry
from grounding.errors import EntityFileError
from grounding.naming.name_forms import key_of

LARGEST_FILE = 32 * 2**20
MOST_ENTRIES = 100_000
MOST_ALIASES = 100
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 2_000
LONGEST_KIND = 40
_FIELDS = ("id", "name", "aliases", "kind", "description")
_MOST_WARNINGS = 50


@dataclass(frozen=True, slots=True)
class EntityFile:
    """What a file lists, and what an admin should know about it."""

    entries: tuple[CatalogueEntry, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()
    """Columns not read, rows that repeat, names that several entries share; at most fifty."""


def read_entities(file: Path) -> EntityFile:
    """Read a .csv, .yaml or .yml file.

    Raises EntityFileError, with the line, if any row cannot be used: all of a file is taken or none.
    """
    text = _text_of(file)
    if file.suffix.lower() == ".csv":
        rows, warnings = _csv_rows(text)
    elif file.suffix.lower() in {".yaml", ".yml"}:
        rows, warnings = _yaml_rows(text)
    else:
        raise EntityFileError(f"{file.name} is neither CSV nor YAML.", "Name it with .csv, .yaml or .yml.")
    if len(rows) > MOST_ENTRIES:
        raise EntityFileError(
            f"{file.name} lists more than {MOST_ENTRIES:,} entities.", "Split or shorten it."
        )
    return _checked([(place, _entry(place, row)) for place, row in rows], warnings)


def entity_id(name: str, kind: str) -> str:
    """The id of a loaded entry that brings none: the same name and kind keep it."""
    digest = hashlib.sha256(f"{kind.casefold()}\0{' '.join(key_of(name)) or name}".encode()).hexdigest()
    return f"entity:{digest[:16]}"


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise EntityFileError(f"{file.name} is larger than {LARGEST_FILE // 2**20} MiB.", "Split it.")
        return data.decode("utf-8-sig")
    except OSError as reason:
        raise EntityFileError(f"{file.name} cannot be read ({reason.strerror}).", "Check the path.") from None
    except UnicodeDecodeError as reason:
        raise EntityFileError(
            f"{file.name} is not UTF-8 (byte {reason.start}).", "Save it as UTF-8 and load it again."
        ) from None


def _csv_rows(text: str) -> tuple[list[tuple[str, dict[str, Any]]], list[str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="\0more")
    try:
        columns = {column: (column or "").strip().casefold() for column in reader.fieldnames or ()}
        if "name" not in columns.values():
            raise EntityFileError('line 1: there is no column "name".')
        unread = [column for column, known in columns.items() if known not in _FIELDS]
        warnings = [f"column {column!r} is not read" for column in unread]
        rows = []
        for row in reader:
            if "\0more" in row:
                raise EntityFileError(f"line {reader.line_num}: more fields than columns.")
            rows.append(
                (f"line {reader.line_num}", {columns[key]: value for key, value in row.items() if value})
            )
            if len(rows) > MOST_ENTRIES:
                break
    except csv.Error as reason:
        raise EntityFileError(f"line {reader.line_num + 1}: {reason}.") from None
    return rows, warnings


class _Loader(yaml.SafeLoader):
    """Refuses aliases ("*x"), with which a small file describes an endless one."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call] # the stubs leave it out
            raise EntityFileError(f"line {mark.line + 1}: references (*name) are not read.")
        return super().compose_node(parent, index)


def _yaml_rows(text: str) -> tuple[list[tuple[str, dict[str, Any]]], list[str]]:
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if not isinstance(root, yaml.SequenceNode):
            raise EntityFileError("line 1: the file is not a list of entities.")
        rows = []
        for node in root.value:
            place = f"line {node.start_mark.line + 1}"
            row = loader.construct_object(node, deep=True)
            if not isinstance(row, dict) or not all(isinstance(key, str) for key in row):
                raise EntityFileError(f"{place}: this is not an entity with named fields.")
            rows.append((place, {key.strip().casefold(): value for key, value in row.items()}))
    except yaml.YAMLError as reason:
        mark = getattr(reason, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise EntityFileError(f"{where}this is not YAML.") from None
    except (RecursionError, ValueError):
        raise EntityFileError("this is not a plain YAML list of entities.") from None
    finally:
        loader.dispose()
    unread = sorted({key for _, row in rows for key in row} - set(_FIELDS))
    return rows, [f"field {key!r} is not read" for key in unread[:_MOST_WARNINGS]]


def _entry(place: str, row: Mapping[str, Any]) -> CatalogueEntry:
    name = _field(place, row, "name", LONGEST_NAME)
    if not key_of(name):
        raise EntityFileError(f"{place}: the name is empty.")
    kind = _field(place, row, "kind", LONGEST_KIND) or "other"
    return CatalogueEntry(
        id=_field(place, row, "id", LONGEST_NAME) or entity_id(name, kind),
        name=name,
        kind=kind,
        aliases=_aliases(place, row.get("aliases"), name),
        description=_field(place, row, "description", LONGEST_DESCRIPTION),
        origin="loaded",
    )


def _field(place: str, row: Mapping[str, Any], name: str, longest: int) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, (list, dict)):
        raise EntityFileError(f"{place}: {name} is not a single text.")
    text = " ".join(str(value).split())
    if len(text) > longest:
        raise EntityFileError(f"{place}: {name} is longer than {longest} characters.")
    return text


def _aliases(place: str, value: object, name: str) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str(value or "").split("|")
    aliases = [_field(place, {"alias": part}, "alias", LONGEST_NAME) for part in parts]
    aliases = [alias for alias in dict.fromkeys(aliases) if alias and alias != name]
    if len(aliases) > MOST_ALIASES:
        raise EntityFileError(f"{place}: more than {MOST_ALIASES} aliases.")
    return tuple(aliases)


def _checked(rows: list[tuple[str, CatalogueEntry]], warnings: list[str]) -> EntityFile:
    kept: dict[str, tuple[str, CatalogueEntry]] = {}
    for place, entry in rows:
        first = kept.setdefault(entry.id, (place, entry))
        if first[0] != place:
            if (first[1].name, first[1].kind) != (entry.name, entry.kind):
                raise EntityFileError(f"{place}: the id of {first[0]} again, for another entity.")
            warnings.append(f"{place} repeats {first[0]}; the first is kept")
    entries = tuple(entry for _, entry in kept.values())
    warnings += clashes(entries)
    extra = len(warnings) - _MOST_WARNINGS
    shown = (*warnings[:_MOST_WARNINGS], f"and {extra} more") if extra > 0 else tuple(warnings)
    return EntityFile(entries, shown)


def clashes(entries: tuple[CatalogueEntry, ...]) -> Iterator[str]:
    """Names that several entries bear: such a mention is linked only when its context decides."""
    bearers: defaultdict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for entry in entries:
        for name in entry.names:
            bearers[key_of(name)][entry.id] = entry.name
    for key, names in bearers.items():
        if len(names) > 1:
            who = ", ".join(sorted(names.values())[:4])
            yield f"{' '.join(key)!r} names {len(names)} entries: {who}"
