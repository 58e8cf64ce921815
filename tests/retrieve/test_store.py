"""The folder of an index: read back as it was written, refused when it is not, and whole after a crash."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from finewright.base.errors import InputError, StorageError
from finewright.base.files import write_json
from finewright.retrieve import store
from finewright.retrieve.build import counts_of, vectors_of
from finewright.retrieve.corpus import Corpus, added
from finewright.retrieve.index import Index
from support.passages import Counting

ENCODER = Counting().encoder


def corpus_of(tmp_path: Path, **texts: str) -> Corpus:
    docs = tmp_path / "docs"
    shutil.rmtree(docs, ignore_errors=True)
    docs.mkdir()
    for name, text in texts.items():
        (docs / f"{name}.md").write_text(text)
    return added(Corpus(), [docs]).corpus


def saved(folder: Path, corpus: Corpus, encoder=ENCODER) -> store.Head:
    vectors = vectors_of(corpus, encoder, None)[0] if encoder else None
    return store.save(folder, corpus, counts_of(corpus), vectors, encoder)


def found(folder: Path, query: str) -> list[str]:
    stored = store.load(folder, ENCODER)
    index = Index(stored.corpus, stored.counts, stored.vectors, ENCODER)
    return [hit.text for hit in index.search([query], mode="bm25")[0]]


def test_an_index_comes_back_as_it_was(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, a="alpha one", b="beta two two")
    head = saved(tmp_path / "ix", corpus)
    back = store.load(tmp_path / "ix", ENCODER)
    assert back.head == head
    assert back.corpus == corpus
    assert back.counts.vocabulary == counts_of(corpus).vocabulary
    np.testing.assert_array_equal(back.counts.count, counts_of(corpus).count)
    np.testing.assert_array_equal(back.vectors, vectors_of(corpus, ENCODER, None)[0])
    assert isinstance(back.vectors, np.memmap)


def test_an_emptied_index_and_one_of_words_alone_come_back(tmp_path: Path) -> None:
    saved(tmp_path / "ix", Corpus())
    assert store.load(tmp_path / "ix", ENCODER).vectors.shape[0] == 0
    saved(tmp_path / "words", corpus_of(tmp_path, a="alpha"), None)
    assert store.load(tmp_path / "words").vectors is None
    with pytest.raises(InputError, match="has no vectors; search it with the mode bm25"):
        store.load(tmp_path / "words", ENCODER)


@pytest.mark.parametrize("other", [Counting("another").encoder, Counting(adapter="a" * 64).encoder])
def test_another_base_or_adapter_is_refused(tmp_path: Path, other) -> None:
    saved(tmp_path / "ix", corpus_of(tmp_path, a="alpha"))
    with pytest.raises(InputError, match="was made with `counting`"):
        store.load(tmp_path / "ix", other)


def test_corpus_base_and_adapter_name_the_state(tmp_path: Path) -> None:
    one, two = corpus_of(tmp_path, a="alpha"), corpus_of(tmp_path, a="beta")
    adapted = Counting(adapter="a" * 64).encoder
    made = [(one, ENCODER), (two, ENCODER), (one, adapted), (one, None)]
    assert len({saved(tmp_path / f"{at}", *given).key for at, given in enumerate(made)}) == 4


@pytest.mark.parametrize("name", ["documents.jsonl", "vocabulary.json", "words.npz", "vectors.f32"])
@pytest.mark.parametrize("fault", ["changed", "cut", "gone"])
def test_damage_is_refused(tmp_path: Path, name: str, fault: str) -> None:
    head = saved(tmp_path / "ix", corpus_of(tmp_path, a="alpha one"))
    path = tmp_path / "ix" / head.key / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes({"changed": content, "cut": content[:-1], "gone": b""}[fault])
    if fault == "gone":
        path.unlink()
    with pytest.raises(StorageError, match="is damaged: it is not what was written; remove the index"):
        store.load(tmp_path / "ix", ENCODER)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1}', '{"format": 1, "head": {"corpus": 1}, "files": {}}'])
def test_a_damaged_head_is_refused(tmp_path: Path, text: str) -> None:
    saved(tmp_path / "ix", corpus_of(tmp_path, a="alpha"))
    (tmp_path / "ix" / "index.json").write_text(text)
    with pytest.raises(StorageError):
        store.load(tmp_path / "ix", ENCODER)


def test_a_later_format_is_told(tmp_path: Path) -> None:
    saved(tmp_path / "ix", corpus_of(tmp_path, a="alpha"))
    head = json.loads((tmp_path / "ix" / "index.json").read_text())
    (tmp_path / "ix" / "index.json").write_text(json.dumps(head | {"format": 99}))
    with pytest.raises(InputError, match="made by another version"):
        store.load(tmp_path / "ix", ENCODER)


@pytest.mark.parametrize("place", ["settle", "write_json"])
def test_a_crash_leaves_the_old_index(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ix"
    saved(folder, corpus_of(tmp_path, a="alpha old"))
    with monkeypatch.context() as patch:
        if place == "settle":
            patch.setattr(store, "settle", crash)
        else:
            patch.setattr(store, "write_json", write_all_but_the_head)
        with pytest.raises(KeyboardInterrupt):
            saved(folder, corpus_of(tmp_path, a="alpha new"))
    assert found(folder, "alpha") == ["alpha old"]
    head = saved(folder, corpus_of(tmp_path, a="alpha new"))
    assert found(folder, "alpha") == ["alpha new"]
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(["index.json", head.key])


def crash(*_: object) -> None:
    raise KeyboardInterrupt


def write_all_but_the_head(path: Path, value: object) -> None:
    if path.name == "index.json":
        crash()
    write_json(path, value)


def test_what_did_not_change_is_not_written(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, a="alpha")
    head = saved(tmp_path / "ix", corpus)
    before = (tmp_path / "ix" / head.key).stat().st_mtime_ns
    assert saved(tmp_path / "ix", corpus) == head
    assert (tmp_path / "ix" / head.key).stat().st_mtime_ns == before


def test_one_change_at_a_time(tmp_path: Path) -> None:
    with store.alone(tmp_path / "ix"), pytest.raises(InputError, match="another process"), store.alone(tmp_path / "ix"):
        pass


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="is no index, and not empty"):
        store.exists(tmp_path)
    with pytest.raises(InputError, match="is no index"):
        store.load(tmp_path)
    assert not store.exists(tmp_path / "none")
