"""Documents added, changed and deleted: what is read and embedded again, and what is not."""

from pathlib import Path

import numpy as np
import pytest

from finewright.base.errors import DataError
from finewright.retrieve import corpus as corpus_module
from finewright.retrieve.build import counts_of, vectors_of
from finewright.retrieve.chunks import Chunking
from finewright.retrieve.corpus import Corpus, Document, Settings, added, removed, ruled
from finewright.retrieve.entitlements import PUBLIC, Rules
from finewright.retrieve.store import Head, Stored
from support.passages import Counting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"a.md": "alpha one", "b.md": "beta two", "sub/c.md": "gamma three"}.items():
        (tmp_path / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "docs" / name).write_text(text)
    return tmp_path / "docs"


def names(sources: tuple[str, ...]) -> list[str]:
    return [Path(source).name for source in sources]


def stored(corpus: Corpus, vectors: np.ndarray) -> Stored:
    return Stored(Head("", "", "", None, 0, 0, 0), corpus, counts_of(corpus), vectors)


def test_spans_point_into_the_text(tmp_path: Path) -> None:
    text = "One two three. Four five six.\n\nSeven eight nine."
    (tmp_path / "a.txt").write_text(text)
    found = added(Corpus(settings=Settings(Chunking(20, 5))), [tmp_path / "a.txt"]).corpus.chunks
    assert len(found) > 2
    assert all(text[chunk.start : chunk.end] == chunk.text for _, chunk in found)


def test_only_what_changed_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = added(Corpus(), [folder])
    assert names(first.added) == ["a.md", "b.md", "c.md"]
    (folder / "b.md").write_text("beta four")
    (folder / "a.md").unlink()
    (folder / "d.md").write_text("delta")
    read: list[str] = []
    real = corpus_module.read
    monkeypatch.setattr(corpus_module, "read", lambda path, column: (read.append(path.name), real(path, column))[1])
    then = added(first.corpus, [folder])
    assert read == ["b.md", "d.md"]
    changes = [names(one) for one in (then.added, then.changed, then.unchanged, then.removed)]
    assert changes == [["d.md"], ["b.md"], ["c.md"], ["a.md"]]
    assert [chunk.text for _, chunk in then.corpus.chunks] == ["beta four", "delta", "gamma three"]


def test_the_order_of_adding_is_of_no_account(folder: Path) -> None:
    whole = added(Corpus(), [folder]).corpus
    piece = Corpus()
    for name in ("sub/c.md", "a.md", "b.md"):
        piece = added(piece, [folder / name]).corpus
    assert piece.digest == whole.digest


def test_adding_one_file_leaves_the_others_alone(folder: Path) -> None:
    first = added(Corpus(), [folder]).corpus
    (folder / "a.md").unlink()
    assert len(added(first, [folder / "b.md"]).corpus.documents) == 3


def test_no_text_is_embedded_twice_wherever_it_stands(folder: Path) -> None:
    counting = Counting()
    first = added(Corpus(), [folder]).corpus
    vectors, embedded = vectors_of(first, counting.encoder, None)
    assert (embedded, len(counting.seen)) == (3, 3)
    (folder / "a.md").rename(folder / "moved.md")
    (folder / "b.md").write_text("beta new")
    (folder / "copy.md").write_text("beta new")
    then = added(first, [folder]).corpus
    again, embedded = vectors_of(then, counting.encoder, stored(first, vectors))
    assert counting.seen[3:] == ["beta new"]
    assert embedded == 1
    np.testing.assert_array_equal(again, vectors_of(then, Counting().encoder, None)[0])


def test_leaving_embeds_nothing(folder: Path) -> None:
    counting = Counting()
    first = added(Corpus(), [folder]).corpus
    vectors, _ = vectors_of(first, counting.encoder, None)
    then = removed(first, [folder / "sub"])
    assert names(then.removed) == ["c.md"]
    again, embedded = vectors_of(then.corpus, counting.encoder, stored(first, vectors))
    assert embedded == 0
    assert len(counting.seen) == 3
    np.testing.assert_array_equal(again, vectors[:2])
    nothing = removed(then.corpus, [folder])
    assert vectors_of(nothing.corpus, counting.encoder, stored(first, vectors))[0].shape == (0, 16)


def test_what_is_not_there_cannot_leave(folder: Path) -> None:
    with pytest.raises(DataError, match="is not in the index"):
        removed(added(Corpus(), [folder / "a.md"]).corpus, [folder / "b.md"])


def test_a_file_that_spoils_leaves_and_is_told_and_the_others_stay(folder: Path) -> None:
    first = added(Corpus(), [folder]).corpus
    (folder / "a.md").write_bytes(b"ab\0cd\0ef")
    then = added(first, [folder])
    assert names(then.removed) == ["a.md"]
    assert [one.reason for one in then.refused] == ["is binary, not text"]
    assert len(then.corpus.documents) == 2


def test_rules_hold_for_every_file_at_once_and_for_later_ones(folder: Path) -> None:
    first = added(Corpus(), [folder]).corpus
    then = ruled(first, Rules((("docs/*.md", PUBLIC), ("sub/*", frozenset({"hr"})))))
    assert [chunk.entitlements for _, chunk in then.corpus.chunks] == [PUBLIC, PUBLIC, {"hr"}]
    narrow = ruled(then.corpus, Rules((("sub/*", frozenset({"hr"})),)))
    assert names(narrow.removed) == ["a.md", "b.md"]
    (folder / "sub" / "d.md").write_text("delta")
    later = added(narrow.corpus, [folder])
    assert [chunk.entitlements for _, chunk in later.corpus.chunks] == [{"hr"}, {"hr"}]
    assert {one.reason for one in later.refused} == {"no entitlement rule fits it, so nobody may read it"}


def test_rows_keep_the_readers_that_they_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,roles\nx,hr\n")
    first = added(Corpus(settings=Settings(column="roles")), [tmp_path]).corpus
    then = ruled(first, Rules((("*", PUBLIC),))).corpus
    assert [chunk.entitlements for _, chunk in then.chunks] == [{"hr"}]


def test_half_a_letter_can_be_written_down(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "half \\ud83d a pair"}\n')
    (document,) = added(Corpus(), [tmp_path]).corpus.documents
    assert document.chunks[0].text == "half ? a pair"
    assert Document.from_json(document.to_json()) == document
