"""BM25 from counts against `bm25s`'s own index and against the formula, on all chunks and on some."""

import math

import bm25s
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from finewright.retrieve.counts import counted
from finewright.retrieve.sparse import bm25
from finewright.retrieve.words import words_of

WORDS = st.sampled_from(["pay", "net", "due", "tax", "late", "fee"])
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), min_size=1, max_size=8).filter(lambda texts: any(texts))


@given(TEXTS, st.lists(WORDS, min_size=1, max_size=4))
def test_scores_are_those_of_the_librarys_own_index(texts: list[str], query: list[str]) -> None:
    reference = bm25s.BM25(method="lucene", backend="numpy")
    reference.index([text.split() for text in texts], show_progress=False)
    np.testing.assert_allclose(bm25(counted(texts))(query), reference.get_scores(query), rtol=1e-5, atol=1e-6)


@given(TEXTS, st.lists(WORDS, min_size=1, max_size=4))
def test_scores_are_those_of_the_formula(texts: list[str], query: list[str]) -> None:
    split = [text.split() for text in texts]
    mean = sum(map(len, split)) / len(split)

    def worth(word: str, words: list[str]) -> float:
        having = sum(word in one for one in split)
        rare = math.log(1 + (len(split) - having + 0.5) / (having + 0.5))
        often = words.count(word)
        return rare * often / (often + 1.5 * (0.25 + 0.75 * len(words) / mean)) if often else 0.0

    wanted = [sum(worth(word, words) for word in query) for words in split]
    np.testing.assert_allclose(bm25(counted(texts))(query), wanted, rtol=1e-5, atol=1e-6)


@given(TEXTS, st.data())
def test_counts_of_some_chunks_are_those_of_a_corpus_without_the_others(texts: list[str], data: st.DataObject) -> None:
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, len(texts) - 1), min_size=1))), np.int64)
    query = data.draw(st.lists(WORDS, min_size=1, max_size=4))
    alone = counted([texts[row] for row in rows])
    if alone.vocabulary:
        assert bm25(counted(texts).within(rows))(query).tobytes() == bm25(alone)(query).tobytes()


def test_words_are_folded_and_numbers_whole() -> None:
    assert words_of("Net  1,452.40 EUR, ﬁne_print 12,5 (1,23)") == [
        *("net", "1452.40", "eur", "fine", "print", "12,5", "1,23")
    ]
