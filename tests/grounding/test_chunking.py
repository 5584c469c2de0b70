"""Chunks are whole sentences under one heading, small enough for the embedder, and lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.chunking import chunk, embedding_text, sentences
from grounding.documents import Block, Chunk, LoadedDocument


def words(text: str) -> int:
    """A tokenizer of words, with two special tokens as the real ones have."""
    return len(text.split()) + 2


def document(*blocks: Block, title: str = "Handbook") -> LoadedDocument:
    return LoadedDocument(title=title, kind="text", blocks=blocks)


def cut(*blocks: Block, target: int = 220, most: int = 250, version: str = "v") -> tuple[Chunk, ...]:
    return chunk(document(*blocks), version=version, count_tokens=words, target=target, most=most)


def prose(count: int, *, length: int = 10, word: str = "word") -> str:
    return " ".join(" ".join([word] * (length - 1)).capitalize() + f" end{n}." for n in range(count))


def without_space(*texts: str) -> str:
    return "".join("".join(text.split()) for text in texts)


texts = st.text(
    st.sampled_from("abc XYZ .!?…。 \n,;()\"'1234é中\u0301-") | st.characters(exclude_categories=["Cs"]),
    max_size=400,
)
headings = st.lists(st.sampled_from(["One", "Two", "Three"]), max_size=3).map(tuple)
blocks = st.lists(
    st.builds(
        lambda text, heading, line, page: Block(
            text=text, heading=heading, line_start=line, line_end=line + text.count("\n"), page=page
        ),
        texts,
        headings,
        st.integers(1, 99),
        st.none() | st.integers(1, 9),
    ),
    max_size=8,
)


@given(blocks, st.integers(5, 60))
def test_all_chunks_together_are_the_document(given_blocks: list[Block], most: int) -> None:
    chunks = cut(*given_blocks, target=most - 2, most=most)

    assert without_space(*(c.text for c in chunks)) == without_space(*(b.text for b in given_blocks))
    assert [c.ordinal for c in chunks] == list(range(len(chunks)))
    assert all(c.text.strip() == c.text != "" for c in chunks)


@given(blocks)
def test_the_same_document_gives_the_same_chunks(given_blocks: list[Block]) -> None:
    assert cut(*given_blocks) == cut(*given_blocks)


@given(texts)
def test_sentences_joined_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), headings, texts)
def test_no_chunk_is_longer_than_the_embedder_reads(
    lengths: list[int], heading: tuple[str, ...], title: str
) -> None:
    given_blocks = [Block(text=prose(1, length=n), heading=heading) for n in lengths]
    chunks = chunk(document(*given_blocks, title=title), version="v", count_tokens=words)

    assert max(words(embedding_text(title, c)) for c in chunks) <= 250


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"], id="ends of sentences"),
        pytest.param("It cost 3.5 million. Then 4.", ["It cost 3.5 million.", "Then 4."], id="decimals"),
        pytest.param("Ask Dr. Lee, e.g. May. Go.", ["Ask Dr. Lee, e.g. May.", "Go."], id="abbreviations"),
        pytest.param("See No. 5 and p. 7. End.", ["See No. 5 and p. 7.", "End."], id="numbered things"),
        pytest.param("J. R. Smith left. Why?", ["J. R. Smith left.", "Why?"], id="initials"),
        pytest.param("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."], id="quotes"),
        pytest.param("Wait... what? no.", ["Wait... what? no."], id="no capital, no new sentence"),
        pytest.param("Bring:\n- a pen\n- a pad", ["Bring:", "- a pen", "- a pad"], id="list items"),
        pytest.param("一。二。", ["一。", "二。"], id="Chinese full stops"),
        pytest.param("Use 2.4.1 now. Install it.", ["Use 2.4.1 now.", "Install it."], id="versions"),
    ],
)
def test_sentence_borders(text: str, expected: list[str]) -> None:
    assert [s.strip() for s in sentences(text)] == expected


def test_a_long_text_is_cut_between_sentences_into_even_chunks() -> None:
    chunks = cut(Block(text=prose(60)))

    assert len(chunks) == 3
    assert all(c.text.endswith(".") for c in chunks)
    assert all(180 <= len(c.text.split()) <= 220 for c in chunks)


def test_a_sentence_that_fits_alone_is_never_broken() -> None:
    long_sentence = prose(1, length=240)

    chunks = cut(Block(text=f"{prose(3)} {long_sentence} {prose(3)}"))

    assert long_sentence in [c.text for c in chunks]


def test_a_sentence_that_is_too_long_is_cut_at_clauses() -> None:
    clauses = [f"clause {n} " + "word " * 17 + "end;" for n in range(30)]

    chunks = cut(Block(text=" ".join(clauses)))

    assert len(chunks) >= 3
    assert all(c.text.endswith("end;") for c in chunks)


def test_a_word_without_an_end_is_cut_although_it_is_one_token() -> None:
    chunks = cut(Block(text="x" * 100_000))

    assert max(len(c.text) for c in chunks) <= 250 * 16


def test_sections_of_different_headings_do_not_share_a_chunk() -> None:
    one = Block(text=prose(5), heading=("Leave", "Annual"))
    two = Block(text=prose(5, word="other"), heading=("Leave", "Sick"))

    assert [c.heading for c in cut(one, two)] == [("Leave", "Annual"), ("Leave", "Sick")]


def test_tiny_sections_under_one_parent_share_a_chunk_named_after_the_parent() -> None:
    chunks = cut(
        Block(text="Annual\nIt is 25 days.", heading=("Leave", "Annual")),
        Block(text="Sick\nIt is 90 days.", heading=("Leave", "Sick")),
    )

    assert [(c.heading, c.text) for c in chunks] == [
        (("Leave",), "Annual\nIt is 25 days.\nSick\nIt is 90 days.")
    ]


def test_tiny_sections_of_different_parents_stay_apart() -> None:
    chunks = cut(
        Block(text="It is 25 days.", heading=("Leave", "Annual")),
        Block(text="It is 2 a month.", heading=("Pay", "Bonus")),
    )

    assert len(chunks) == 2


def test_a_heading_stays_with_the_section_below_it() -> None:
    chunks = cut(
        Block(text="Leave", heading=("Leave",)),
        Block(text="Annual", heading=("Leave", "Annual")),
        Block(text=prose(30), heading=("Leave", "Annual")),
    )

    assert chunks[0].text.startswith("Leave\nAnnual\nWord")
    assert {c.heading for c in chunks} == {("Leave", "Annual")}


def test_a_chunk_over_two_pages_is_cited_by_the_first() -> None:
    [only] = cut(Block(text="Begins here.", page=3), Block(text="Ends there.", page=4))

    assert only.page == 3


def test_lines_are_those_of_the_sentences_where_the_text_keeps_its_line_breaks() -> None:
    lines = [prose(1) for _ in range(100)]

    chunks = cut(Block(text="\n".join(lines), line_start=11, line_end=110))

    assert (chunks[0].line_start, chunks[-1].line_end) == (11, 110)
    for c in chunks:
        assert c.line_start is not None
        assert c.line_end is not None
        assert c.text == "\n".join(lines[c.line_start - 11 : c.line_end - 10])


def test_lines_are_those_of_the_block_where_it_was_reflowed() -> None:
    chunks = cut(Block(text=prose(60), line_start=5, line_end=9))

    assert {(c.line_start, c.line_end) for c in chunks} == {(5, 9)}


def test_the_id_changes_with_version_place_and_text() -> None:
    block, other = Block(text="It is 25 days."), Block(text="It is 26 days.")
    chunks = [*cut(block), *cut(block, version="w"), *cut(other), *cut(Block(text=prose(60)))]

    assert len({c.id for c in chunks}) == len(chunks)
    assert all(len(c.id) == 32 and int(c.id, 16) >= 0 for c in chunks)


def test_tokens_are_counted_about_once_a_sentence() -> None:
    calls = 0

    def counting(text: str) -> int:
        nonlocal calls
        calls += 1
        return words(text)

    chunk(document(Block(text=prose(1000))), version="v", count_tokens=counting)

    assert calls <= 1010


@pytest.mark.parametrize(
    ("title", "heading", "text", "expected"),
    [
        pytest.param("Book", ("A", "B"), "x", "Book > A > B\nx", id="title and path before the text"),
        pytest.param("Book", (), "x", "Book\nx", id="title alone"),
        pytest.param("", (), "x", "x", id="nothing to add"),
        pytest.param("Book", ("A",), "A\nx", "Book\nA\nx", id="a heading in the text is not repeated"),
        pytest.param("Book", ("Book", "A"), "x", "Book > A\nx", id="a title that is also the first heading"),
        pytest.param("B", ("m" * 90, "n" * 30), "x", f"B > {'n' * 30}\nx", id="middle headings go first"),
        pytest.param("t" * 999, ("n" * 999,), "x", f"{'t' * 57} > {'n' * 57}\nx", id="both are cut short"),
    ],
)
def test_embedding_text(title: str, heading: tuple[str, ...], text: str, expected: str) -> None:
    assert embedding_text(title, Chunk(id="0", ordinal=0, text=text, heading=heading)) == expected
