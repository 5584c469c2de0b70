"""Markdown gives text without markup, under its headings, with the lines of the source."""

from __future__ import annotations

import pytest

from tests.grounding.loaders.reading import placed, read, texts

SOURCE = """\
---
title: "Leave policy"
valid: 2026-01-01
---

# Leave *of* absence

It is 25 days,
see [the law](https://example.org).

## Kinds

- annual
- sick
  1. with note

```python
days = 25

```

| Kind | Days | Note |
|------|-----:|------|
| sick | 90 |  |
| child | 10 | paid |

Setext
------
<div>Only <b>text</b></div>
<script>alert(1)</script>
"""


def test_lines_are_those_of_the_source() -> None:
    assert placed(read("markdown", SOURCE)) == [
        ('title: "Leave policy"\nvalid: 2026-01-01', 2, 3),
        ("Leave of absence", 6, 6),
        ("It is 25 days,\nsee the law.", 8, 9),
        ("Kinds", 11, 11),
        ("- annual", 13, 13),
        ("- sick", 14, 14),
        ("1. with note", 15, 15),
        ("days = 25", 18, 18),
        ("Kind: sick; Days: 90", 24, 24),
        ("Kind: child; Days: 10; Note: paid", 25, 25),
        ("Setext", 27, 27),
        ("Only  text", 29, 29),
    ]


def test_blocks_know_the_headings_above_them() -> None:
    blocks = read("markdown", SOURCE).blocks

    assert blocks[0].heading == ()
    assert blocks[2].heading == ("Leave of absence",)
    assert blocks[7].heading == ("Leave of absence", "Kinds")
    assert blocks[-1].heading == ("Leave of absence", "Setext")


def test_a_heading_that_skips_a_level_is_still_below_its_parent() -> None:
    blocks = read("markdown", "# A\n\n### B\n\n## C\n\n# D\n").blocks

    assert [block.heading for block in blocks] == [("A",), ("A", "B"), ("A", "C"), ("D",)]


def test_the_title_is_stated_or_the_first_heading_or_the_name() -> None:
    assert read("markdown", SOURCE).title == "Leave policy"
    assert read("markdown", "text\n\n# Head\n").title == "Head"
    assert read("markdown", "text", name="a/b c.md").title == "b c"


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert texts(read("markdown", "---\n\nOnly text.\n")) == ["Only text."]


@pytest.mark.parametrize(
    ("front", "dated"),
    [
        ("date: 2026-03-01", "2026-03-01"),
        ("date: 2025-01-01\nlastmod: '2026-02-02T10:00'", "2026-02-02"),
        ("date: today", None),
        ("title: x", None),
    ],
)
def test_the_date_that_the_front_matter_states(front: str, dated: str | None) -> None:
    assert read("markdown", f"---\n{front}\n---\nwords").dated == dated
