"""Names tell editions apart: by date, number and state; what differs in none of these is no edition."""

from __future__ import annotations

import pytest

from grounding.library.editions import Named, edition, successions


@pytest.mark.parametrize(
    ("name", "family", "date", "number", "state"),
    [
        pytest.param("Travel-Policy_2024-03-01", "travel policy", "2024-03-01", (), 0, id="a day"),
        pytest.param("report 20240301", "report", "2024-03-01", (), 0, id="a day in one piece"),
        pytest.param("minutes 3.4.2024", "minutes", "2024-04-03", (), 0, id="a day, European"),
        pytest.param("Price list March 2025", "price list", "2025-03", (), 0, id="a month by name"),
        pytest.param("plan 2025 Jun", "plan", "2025-06", (), 0, id="a month behind its year"),
        pytest.param("handbook 2024.05", "handbook", "2024-05", (), 0, id="a month in figures"),
        pytest.param("handbook 2024", "handbook", "2024", (), 0, id="a year"),
        pytest.param("policy v2.1", "policy", "", (2, 1), 0, id="a version"),
        pytest.param("policy Version 10", "policy", "", (10,), 0, id="a version in words"),
        pytest.param("policy_rev3_FINAL", "policy", "", (3,), 1, id="a revision and a state"),
        pytest.param("draft policy", "policy", "", (), -1, id="a draft"),
        pytest.param("archive/2023/policy", "policy", "2023", (), -2, id="folders of an archive"),
        pytest.param("hr/policy (2)", "hr/policy", "", (), 0, id="a second download is no version"),
        pytest.param("ISO 27001 guide", "iso 27001 guide", "", (), 0, id="a number that is no date"),
        pytest.param("overview", "overview", "", (), 0, id="a word that begins like a version"),
        pytest.param("2024", "", "2024", (), 0, id="nothing but a date belongs to no family"),
    ],
)
def test_a_name_is_taken_apart(
    name: str, family: str, date: str, number: tuple[int, ...], state: int
) -> None:
    found = edition(name)

    assert (found.family, found.date, found.number, found.state) == (family, date, number, state)


def named(path: str, title: str = "", dated: str | None = None) -> Named:
    return Named(id=path, path=path, title=title or path, dated=dated)


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param(
            [named("policy 2024.md"), named("policy 2025.md")],
            {"policy 2024.md": "policy 2025.md"},
            id="the later year",
        ),
        pytest.param(
            [named("policy v10.md"), named("policy v9.md"), named("policy v2.md")],
            {"policy v9.md": "policy v10.md", "policy v2.md": "policy v10.md"},
            id="the higher number, as numbers",
        ),
        pytest.param(
            [named("policy v2 2023.md"), named("policy v1 2024.md")],
            {"policy v2 2023.md": "policy v1 2024.md"},
            id="the date goes before the number",
        ),
        pytest.param(
            [named("policy final.md"), named("policy draft.md"), named("policy.md")],
            {"policy draft.md": "policy final.md", "policy.md": "policy final.md"},
            id="a draft, the plain one, the final one",
        ),
        pytest.param(
            [named("a.md", "Expense rules", "2024"), named("b.md", "Expense rules", "2025-02")],
            {"a.md": "b.md"},
            id="one title, and dates the documents give themselves",
        ),
        pytest.param(
            [named("policy v1.docx"), named("policy v2.pdf")],
            {"policy v1.docx": "policy v2.pdf"},
            id="whatever the format",
        ),
        pytest.param([named("hr/readme.md"), named("it/readme.md")], {}, id="other folders, other documents"),
        pytest.param([named("policy.md"), named("policy (1).md")], {}, id="no difference that tells"),
        pytest.param([named("a.md", "Minutes", "2024"), named("b.md", "Minutes", "2025")], {}, id="one word"),
    ],
)
def test_the_newest_edition_replaces_the_others(documents: list[Named], expected: dict[str, str]) -> None:
    assert {one.older: one.newer for one in successions(documents)} == expected
    assert {one.older: one.newer for one in successions(reversed(documents))} == expected


def test_a_difference_of_date_alone_is_marked_as_such() -> None:
    [by_date] = successions([named("policy 2024.md"), named("policy 2025.md")])
    [by_number] = successions([named("policy v1.md"), named("policy v2.md")])

    assert by_date.by_date_alone
    assert not by_number.by_date_alone
