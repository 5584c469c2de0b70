"""The live set of every kept generation is what a plain model says, whatever was done in whatever order."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from grounding.catalog import Catalog
from grounding.errors import UnknownGenerationError
from grounding.library.writer import writing
from grounding.passages import Principal
from tests.grounding.small_library import HashingEmbedder, placed, put, version_of

ANYONE = Principal("anyone")
NAMES = ("a.md", "b.md", "c.md")
WORDS = ("apples", "bananas", "cherries")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "kb")


def one_command(catalog: Catalog, name: str, *texts: str) -> None:
    with writing(catalog, "add") as writer:
        put(writer, name, *texts)


def found(catalog: Catalog, word: str) -> list[str]:
    with catalog.read() as view:
        ids = [name for name, _ in view.lexical([word], ANYONE, 10)]
        return [passage.document for passage in view.passages(ids, ANYONE).values()]


def history(catalog: Catalog) -> list[tuple[int, str, int, int, int, int, int]]:
    with catalog.read() as view:
        return [
            (one.number, one.what, one.added, one.updated, one.removed, one.documents, one.chunks)
            for one in view.generations()
        ]


def test_each_command_that_changes_something_is_a_generation_with_its_counts(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "a.md", "Apples.", "Pears.")
        put(writer, "b.md", "Bananas.")
    with writing(catalog, "sync") as writer:
        put(writer, "a.md", "Oranges.")
        put(writer, "c.md", "Cherries.")
        writer.retire("id-b.md")

    assert history(catalog) == [(2, "sync", 1, 1, 1, 2, 2), (1, "add", 2, 0, 0, 2, 3)]


def test_what_one_command_did_and_undid_again_is_not_counted(catalog: Catalog) -> None:
    one_command(catalog, "a.md", "Apples.")
    with writing(catalog, "sync") as writer:
        put(writer, "a.md", "Oranges.")
        put(writer, "a.md", "Apples.")
        put(writer, "b.md", "Bananas.")
        writer.retire("id-b.md")

    assert history(catalog)[0] == (2, "sync", 0, 0, 0, 1, 1)


def test_a_rollback_brings_back_what_was_live_and_only_that(catalog: Catalog) -> None:
    one_command(catalog, "a.md", "Apples are red.")
    one_command(catalog, "a.md", "Oranges are orange.")
    one_command(catalog, "b.md", "Bananas are yellow.")

    with writing(catalog, "rollback to 1") as writer:
        writer.rollback(1)

    assert found(catalog, "apples") == ["a.md"]
    assert found(catalog, "oranges") == found(catalog, "bananas") == []
    assert history(catalog)[0] == (4, "rollback to 1", 0, 1, 1, 1, 1)


def test_a_rollback_can_itself_be_taken_back(catalog: Catalog) -> None:
    one_command(catalog, "a.md", "Apples are red.")
    one_command(catalog, "b.md", "Bananas are yellow.")
    for number in (1, 2):
        with writing(catalog, "rollback") as writer:
            writer.rollback(number)

    assert found(catalog, "bananas") == ["b.md"]


@pytest.mark.parametrize("number", [0, 3, -1, 99])
def test_a_rollback_to_what_is_not_kept_lists_what_is(catalog: Catalog, number: int) -> None:
    one_command(catalog, "a.md", "Apples.")
    one_command(catalog, "a.md", "Oranges.")

    with writing(catalog, "rollback") as writer, pytest.raises(UnknownGenerationError) as refusal:
        writer.rollback(number)

    assert refusal.value.remedy == "Kept are: 2, 1."
    assert len(history(catalog)) == 2


def test_older_versions_are_in_no_word_count(catalog: Catalog) -> None:
    one_command(catalog, "a.md", "Apples.", "More apples.")
    one_command(catalog, "a.md", "Oranges.")

    with catalog.read() as view:
        assert view.chunks_with("apples", []) == (0, frozenset())
        assert len(view.vectors()[0]) == view.state().chunks == 1


def test_pruning_keeps_the_newest_and_gives_the_space_back(catalog: Catalog) -> None:
    for number in range(6):
        one_command(catalog, "a.md", *(f"Sentence {number} of {line} lines of text." for line in range(200)))
    with writing(catalog, "prune") as writer:
        writer.tidy()
        before = writer.view.library_size()
        dropped = writer.prune(2)
        writer.shrink()
        after = writer.view.library_size()

    assert (dropped.generations, dropped.versions, dropped.chunks) == (4, 4, 800)
    assert after < before * 0.5
    assert [row[0] for row in history(catalog)] == [6, 5]
    with writing(catalog, "rollback") as writer:
        writer.rollback(5)
        with pytest.raises(UnknownGenerationError):
            writer.rollback(4)
    assert len(found(catalog, "sentence")) == 10


def test_pruned_text_is_in_no_file(catalog: Catalog) -> None:
    one_command(catalog, "a.md", *(f"The xylophonist number {line} resigned." for line in range(100)))
    one_command(catalog, "a.md", "Oranges.")
    with writing(catalog, "prune") as writer:
        writer.prune(1)
        writer.shrink()

    stored = b"".join(place.read_bytes() for place in catalog.folder.iterdir())
    assert b"xylophonist" not in stored


def test_erasing_takes_a_document_out_of_every_generation(catalog: Catalog) -> None:
    one_command(catalog, "a.md", "Apples.", "More apples.")
    one_command(catalog, "b.md", "Bananas.")
    one_command(catalog, "a.md", "Oranges.")
    with writing(catalog, "remove") as writer:
        writer.erase("id-a.md")
        writer.shrink()

    stored = b"".join(place.read_bytes() for place in catalog.folder.iterdir())
    assert b"pples" not in stored
    assert b"Oranges" not in stored
    assert [row[5:] for row in history(catalog)] == [(1, 1), (1, 1), (1, 1), (0, 0)]
    with writing(catalog, "rollback") as writer:
        writer.rollback(1)
    assert found(catalog, "bananas") == []


def test_erasing_follows_a_document_to_its_earlier_paths(catalog: Catalog) -> None:
    one_command(catalog, "old.md", "Apples.")
    one_command(catalog, "old.md", "Oranges.")
    with writing(catalog, "sync") as writer:
        writer.hand_over("id-old.md", placed("new.md"))
    with writing(catalog, "remove") as writer:
        writer.erase("id-new.md")
        writer.shrink()

    stored = b"".join(place.read_bytes() for place in catalog.folder.iterdir())
    for trace in (b"Apples", b"Oranges", b"old.md", b"new.md"):
        assert trace not in stored


def test_erasing_leaves_what_took_the_old_path_since(catalog: Catalog) -> None:
    one_command(catalog, "old.md", "Apples.")
    with writing(catalog, "sync") as writer:
        writer.hand_over("id-old.md", placed("new.md"))
        put(writer, "old.md", "Cherries.")
    with writing(catalog, "remove") as writer:
        writer.erase("id-new.md")

    assert found(catalog, "cherries") == ["old.md"]
    assert found(catalog, "apples") == []


def test_a_document_under_another_path_is_live_at_once_and_new_to_no_index(catalog: Catalog) -> None:
    one_command(catalog, "old.md", "Apples.")
    with catalog.read() as view:
        before = view.state()
        ids, _ = view.vectors()
    with writing(catalog, "sync") as writer:
        writer.hand_over("id-old.md", placed("new.md"))

    assert found(catalog, "apples") == ["new.md"]
    with catalog.read() as view:
        assert view.vectors()[0] == ids
        assert view.delta(before.revision)[0] == ()
        assert view.retired_since(before.revision) == 0
    with writing(catalog, "rollback") as writer:
        writer.rollback(1)
    assert found(catalog, "apples") == ["old.md"]


def test_the_delta_names_what_an_older_index_lacks_and_how_much_it_holds_too_much(catalog: Catalog) -> None:
    one_command(catalog, "a.md", "Apples.", "More apples.")
    one_command(catalog, "b.md", "Bananas.")
    with catalog.read() as view:
        known, _ = view.vectors()
        revision = view.state().revision
    one_command(catalog, "a.md", "Oranges.")

    with catalog.read() as view:
        ids, vectors = view.delta(revision)
        assert set(ids) == set(view.vectors()[0]) - set(known)
        assert vectors.shape == (1, HashingEmbedder.dimension)
        assert view.retired_since(revision) == 2
        assert view.retired_since(view.state().revision) == 0


def test_what_was_pruned_counts_as_all_for_an_index_from_before(catalog: Catalog) -> None:
    one_command(catalog, "a.md", "Apples.")
    with catalog.read() as view:
        revision = view.state().revision
    one_command(catalog, "a.md", "Oranges.", "More oranges.")
    with writing(catalog, "prune") as writer:
        writer.prune(1)

    with catalog.read() as view:
        assert view.retired_since(revision) == view.state().chunks == 2


def test_a_stored_version_answers_nothing_until_it_goes_live(catalog: Catalog) -> None:
    embedder, version = HashingEmbedder(), version_of("a.md", "Apples.")
    one_command(catalog, "b.md", "Bananas.")
    from grounding.documents import Chunk

    with writing(catalog, "add") as writer:
        writer.stage(version, [Chunk(id="c", ordinal=0, text="Apples.")], embedder.embed(["Apples."]))
    assert found(catalog, "apples") == []
    assert catalog.status().generation == 1

    with writing(catalog, "add") as writer:
        assert writer.stored(version.id) == version
        writer.go_live(version.id, placed("a.md"))
    assert found(catalog, "apples") == ["a.md"]


class Library(RuleBasedStateMachine):
    """Adds, updates, removes, moves, rolls back and prunes, and compares with dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.catalog = Catalog(self.folder / "kb")
        self.live: dict[str, str] = {}
        self.kept: dict[int, dict[str, str]] = {}
        self.newest = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def _changed(self) -> None:
        self.newest += 1
        self.kept[self.newest] = dict(self.live)

    @rule(contents=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WORDS), min_size=1))
    def add(self, contents: dict[str, str]) -> None:
        with writing(self.catalog, "add") as writer:
            for name, word in contents.items():
                put(writer, name, f"About {word}.", f"{word} in {name}.")
        self.live |= contents
        self._changed()

    @rule(name=st.sampled_from(NAMES))
    def retire(self, name: str) -> None:
        with writing(self.catalog, "remove") as writer:
            writer.retire(f"id-{name}")
        self.live.pop(name, None)
        self._changed()

    @rule(name=st.sampled_from(NAMES))
    def erase(self, name: str) -> None:
        with writing(self.catalog, "remove") as writer:
            writer.erase(f"id-{name}")
        self.live.pop(name, None)
        self._changed()
        for content in self.kept.values():
            content.pop(name, None)

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def rollback(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.kept)))
        with writing(self.catalog, "rollback") as writer:
            writer.rollback(number)
        self.live = dict(self.kept[number])
        self._changed()

    @rule(keep=st.integers(1, 4))
    def prune(self, keep: int) -> None:
        with writing(self.catalog, "prune") as writer:
            writer.prune(keep)
        self.kept = {number: self.kept[number] for number in sorted(self.kept)[-keep:]}

    @invariant()
    def the_catalog_says_the_same(self) -> None:
        with self.catalog.read() as view:
            documents = {entry.path: entry for entry in view.documents()}
            state = view.state()
            assert set(documents) == set(self.live)
            assert (state.documents, state.chunks) == (len(self.live), 2 * len(self.live))
            assert len(view.vectors()[0]) == state.chunks
            for word in WORDS:
                expected = sum(2 for held in self.live.values() if held == word)
                assert view.chunks_with(word, [])[0] == expected
            assert {one.number: one.documents for one in view.generations()} == {
                number: len(content) for number, content in self.kept.items()
            }
            for number, content in self.kept.items():
                wanted = {
                    f"id-{n}": version_of(n, f"About {w}.", f"{w} in {n}.").id for n, w in content.items()
                }
                assert view.live_in(number) == wanted


TestLibrary = Library.TestCase
TestLibrary.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
