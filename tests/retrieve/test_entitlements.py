"""Who may read what: rules and columns that fail closed, and searches that say nothing of what is forbidden."""

from dataclasses import asdict
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError, InputError
from finewright.retrieve.build import counts_of, vectors_of
from finewright.retrieve.corpus import Chunk, Corpus, Document
from finewright.retrieve.entitlements import PUBLIC, Rules, may_read, read_entitlements, read_rules
from finewright.retrieve.index import Index, Mode
from support.passages import Counting

NAMES = ["hr", "board", "ap"]
WORDS = st.sampled_from(["pay", "net", "due", "tax", "late", "fee"])
READERS = st.sampled_from([PUBLIC, frozenset(["hr"]), frozenset(["board"]), frozenset(["ap", "hr"])])
CHUNKS = st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), READERS), min_size=2, max_size=8)


def document(number: int, text: str, readers: frozenset[str]) -> Document:
    return Document(f"/{number}", f"{number}.md", "", (Chunk(text, 0, len(text), None, None, readers),))


def index_of(documents: list[Document]) -> Index:
    corpus, encoder = Corpus(tuple(documents)), Counting().encoder
    return Index(corpus, counts_of(corpus), vectors_of(corpus, encoder, None)[0], encoder)


@given(
    CHUNKS,
    st.frozensets(st.sampled_from([*NAMES, "nobody"])),
    st.lists(WORDS, min_size=1, max_size=3),
    st.integers(1, 9),
)
def test_a_search_is_that_of_an_index_without_what_is_forbidden(
    chunks: list[tuple[str, frozenset[str]]], held: frozenset[str], query: list[str], k: int
) -> None:
    every = [document(number, *chunk) for number, chunk in enumerate(chunks)]
    allowed = [one for one in every if may_read(one.chunks[0].entitlements, held)]
    whole, apart = index_of(every), index_of(allowed)
    for mode in get_args(Mode):
        # Ids, texts, spans, order, how many there are and the bits of every score: nothing hangs on the others.
        (found,) = whole.search([" ".join(query)], held=held, mode=mode, k=k)
        (wanted,) = apart.search([" ".join(query)], held=held, mode=mode, k=k)
        assert [asdict(hit) for hit in found] == [asdict(hit) for hit in wanted]
        assert {hit.source for hit in found} <= {one.source for one in allowed}
        assert mode == "bm25" or len(found) == min(k, len(allowed))


def test_one_index_answers_callers_one_after_another_each_by_their_own() -> None:
    readers = [PUBLIC, *(frozenset([name]) for name in NAMES)]
    index = index_of([document(number, "pay due", who) for number, who in enumerate(readers)])
    for held in [["hr"], [], ["hr", "board", "ap"], ["ap"], ["hr"]]:
        (found,) = index.search(["pay"], held=held, k=9)
        assert len(found) == 1 + len(held)


def test_a_rare_word_of_a_forbidden_text_moves_no_score() -> None:
    public = [document(0, "pay due", PUBLIC), document(1, "pay late fee", PUBLIC)]
    hidden = [document(number, "fee fee fee", frozenset(["hr"])) for number in range(2, 9)]
    scores = [index.search(["fee"], mode="bm25")[0][0].score for index in map(index_of, (public, public + hidden))]
    assert scores[0] == scores[1]
    assert index_of(public + hidden).search(["fee"], held=["hr"], mode="bm25")[0][0].score != scores[0]


def test_the_last_rule_that_fits_decides_and_none_means_nobody(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("# who\n*: *\n\nhr/*: hr; board\n*.secret.md: board\n")
    rules = read_rules(tmp_path / "rules")
    assert rules.of("/a/notes.md") == PUBLIC
    assert rules.of("/a/hr/pay.md") == {"hr", "board"}
    assert rules.of("/a/hr/pay.secret.md") == {"board"}
    assert Rules().of("/a") == PUBLIC
    assert Rules((("x/*", PUBLIC),)).of("/a/y/z") is None
    assert Rules.from_json(rules.to_json()) == rules


@pytest.mark.parametrize(("line", "said"), [("hr/*", "no colon"), ("hr/*:  ,", "names nobody"), (": hr", "no colon")])
def test_a_rule_that_says_nothing_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "rules").write_text(f"*: *\n{line}\n")
    with pytest.raises(DataError, match=f"rules:2: .*{said}"):
        read_rules(tmp_path / "rules")


def test_entitlements_are_names() -> None:
    assert read_entitlements(" hr ,board;ap,") == {"hr", "board", "ap"}
    with pytest.raises(InputError):
        read_entitlements(" ;, ")
    assert not may_read(frozenset({"hr"}), ["board"])
    assert not may_read(frozenset(), NAMES)


def test_what_cannot_be_searched_is_told() -> None:
    corpus = Corpus((document(0, "pay", PUBLIC),))
    words = Index(corpus, counts_of(corpus), None, None)
    with pytest.raises(InputError, match="no vectors"):
        words.search(["pay"])
    with pytest.raises(InputError, match="0 passages"):
        words.search(["pay"], mode="bm25", k=0)
    assert words.search(["?!", "pay", "unheard"], mode="bm25")[1][0].source == "0.md"
    assert [len(found) for found in words.search(["?!", "pay", "unheard"], mode="bm25")] == [0, 1, 0]
    assert np.all([hit.score > 0 for hit in words.search(["pay"], mode="bm25")[0]])
