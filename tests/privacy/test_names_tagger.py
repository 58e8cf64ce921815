"""The vectorised tagger against a slow one: whole numbers a token at a time, a plain Viterbi, spans read tag by tag."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.base.errors import StorageError
from finewright.privacy.names import weights
from finewright.privacy.names.decoding import MARGIN, decode
from finewright.privacy.names.features import ROWS, features, plain
from finewright.privacy.names.gazetteer import filter_of, lists_of
from finewright.privacy.names.network import KINDS, REACH, TAGS, Network
from finewright.privacy.names.scoring import LIMIT, Layer, Scoring
from finewright.privacy.names.tagger import BLOCK, LEAN, Tagger
from finewright.privacy.names.tokens import blocks, cut

LISTS = {"given": ["jane", "jose"], "family": ["sample", "mueller"], "place": ["paris"], "word": ["the", "my", "is"]}
WIDTH, HIDDEN = 4, 5


def network(seed: int, loud: float = 1.0) -> Network:
    """A small network with random weights."""
    draw = np.random.default_rng(seed)
    spread, tags = 2 * REACH + 1, len(TAGS)

    def some(*shape: int) -> np.ndarray:
        return (loud * draw.normal(size=shape)).astype(np.float32)

    return Network(
        filter_of(LISTS), some(ROWS, WIDTH), some(spread * WIDTH, HIDDEN), some(HIDDEN), some(spread * HIDDEN, HIDDEN),
        some(HIDDEN), some(HIDDEN, tags), some(tags), some(tags, tags),
    )  # fmt: skip


def slow_sums(values: list[int], layer: Layer) -> np.ndarray:
    """What a layer gives for one row, summed in Python's whole numbers."""
    totals = [sum(value * int(row[column]) for value, row in zip(values, layer.weight, strict=True))
              for column in range(layer.weight.shape[1])]  # fmt: skip
    return np.array(totals, np.float32) * layer.scale + layer.bias


def slow_near(rows: list[list[int]], layer: Layer) -> list[list[int]]:
    """One layer, a token at a time; beyond the ends stand zeros."""
    nothing, out = [0] * len(rows[0]), []
    for at in range(len(rows)):
        near = [rows[k] if 0 <= k < len(rows) else nothing for k in range(at - REACH, at + REACH + 1)]
        sums = slow_sums([value for row in near for value in row], layer)
        out.append([round(min(max(float(one), 0), LIMIT)) for one in sums])
    return out


def slow_scores(net: Network, tokens: list[str]) -> np.ndarray:
    """The network in whole numbers, a token at a time."""
    scoring = Scoring(net)
    rows = [[int(one) for one in scoring.embed([features(token, net.table)])[0]] for token in tokens]
    deep = slow_near(slow_near(rows, scoring.first), scoring.second)
    lean = np.array([LEAN] + [0.0] * (len(TAGS) - 1), np.float32)
    return np.array([slow_sums(row, scoring.last) - lean for row in deep])


def float_scores(net: Network, tokens: list[str]) -> np.ndarray:
    """The network as it was trained, in double precision."""
    values = np.array([net.rows[features(token, net.table)].astype(float).sum(0) for token in tokens])
    for weight, bias in ((net.first, net.first_bias), (net.second, net.second_bias)):
        padded = np.pad(values, ((REACH, REACH), (0, 0)))
        near = np.concatenate([padded[k : k + len(values)] for k in range(2 * REACH + 1)], 1)
        values = np.maximum(near @ weight + bias, 0)
    return values @ net.last + net.last_bias


def slow_viterbi(scores: np.ndarray, moves: np.ndarray) -> list[int]:
    """The best path over one stretch that begins and ends beside tag 0."""
    best = [(scores[0][k] + moves[0][k], [k]) for k in range(len(moves))]
    for row in scores[1:]:
        best = [
            max(((s + moves[path[-1]][k] + row[k], [*path, k]) for s, path in best), key=lambda one: one[0])
            for k in range(len(moves))
        ]
    return max(((s + moves[path[-1]][0], path) for s, path in best), key=lambda one: one[0])[1]


def slow_decode(scores: np.ndarray, moves: np.ndarray) -> list[int]:
    """Stretches that are not settled, one after the other."""
    tags, at = [0] * len(scores), 0
    while at < len(scores):
        end = at
        while end < len(scores) and max(scores[end][1:]) >= scores[end][0] - MARGIN:
            end += 1
        if end > at:
            tags[at:end] = slow_viterbi(scores[at:end], moves)
        at = end + 1
    return tags


def slow_spans(tokens: list[str], tags: list[int]) -> list[tuple[int, int, str]]:
    """(start, end, kind) read off token by token."""
    found, at, before = [], 0, "O"
    for token, tag in zip(tokens, (TAGS[tag] for tag in tags), strict=True):
        start, at = at + len(token) - len(token.lstrip()), at + len(token)
        if tag != "O":
            if tag[0] == "I" and before[2:] == tag[2:]:
                found[-1] = (found[-1][0], at, tag[2:])
            else:
                found.append((start, at, tag[2:]))
        before = tag
    return found


SAID = "the my is Jane JANE jane José Sample Paris 12 1980 Müller O'Neill , . - \n > 王 伟 xyzzy's"
WORDS = st.sampled_from([*SAID.split(" "), "\n\n"])
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)


@given(TEXTS, st.integers(0, 3), st.sampled_from([0.1, 1.0, 30.0]))
@settings(max_examples=30, deadline=None)
def test_scores_equal_those_computed_a_token_at_a_time(text: str, seed: int, loud: float) -> None:
    """To the last bit: every sum is a whole number below 2**24, whatever the weights."""
    tokens, net = cut(text), network(seed, loud)
    if tokens:
        assert Tagger(net).scores(tokens).tolist() == slow_scores(net, tokens).tolist()


@pytest.mark.parametrize("loud", [1e-3, 1.0, 1e3])
def test_no_sum_outgrows_what_is_exact(loud: float) -> None:
    net = network(5, loud)
    net.first[:, 0] = 0
    scoring = Scoring(net)
    for layer in (scoring.first, scoring.second, scoring.last):
        assert np.abs(layer.weight).sum(axis=0).max() * LIMIT <= 1 << 24
        assert (layer.weight == np.rint(layer.weight)).all()


def test_whole_numbers_hardly_change_what_the_shipped_network_says() -> None:
    net = weights.load()
    tokens = cut("Dear Ms. Jane O'Neill, Sample Ltd at 12b Main St., Leeds owes £1,234.50 to José Müller. Thanks, 王伟")
    exact, plain_scores = Tagger(net).scores(tokens), float_scores(net, tokens)
    exact[:, 0] += LEAN
    np.testing.assert_allclose(exact, plain_scores, atol=0.3)
    assert exact.argmax(1).tolist() == plain_scores.argmax(1).tolist()


@given(st.integers(0, 10**6), st.integers(0, 60), st.floats(0, 6), st.floats(0, 3))
@settings(max_examples=80, deadline=None)
def test_decoding_equals_plain_viterbi(seed: int, count: int, settled: float, steep: float) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.normal(size=(count, len(TAGS))).astype(np.float32) * 3
    scores[:, 0] += settled
    moves = (draw.normal(size=(len(TAGS), len(TAGS))) * steep).astype(np.float32)
    fast, slow = decode(scores, moves).tolist(), slow_decode(scores, moves)
    assert fast == slow


@given(TEXTS, st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_spans_are_the_tags_read_one_by_one(text: str, seed: int) -> None:
    tagger, tokens = Tagger(network(seed, 0.7)), cut(text)
    tags = decode(tagger.scores(tokens), tagger._network.moves).tolist() if tokens else []
    assert [(one.start, one.end, one.kind) for one in tagger.spans([text])[0]] == slow_spans(tokens, tags)


@given(st.lists(TEXTS, max_size=8), st.integers(0, 3), st.sampled_from([30, 100, BLOCK]))
@settings(max_examples=40, deadline=None)
def test_many_texts_at_once_give_what_each_gives_alone(texts: list[str], seed: int, block: int) -> None:
    net = network(seed, 0.7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("finewright.privacy.names.tagger.BLOCK", block)
        assert Tagger(net).spans(texts) == [Tagger(net).spans([text])[0] for text in texts]


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(cut(text)) == text


@given(st.text(alphabet="ab \n", max_size=300), st.integers(1, 50))
def test_blocks_joined_are_the_text(text: str, size: int) -> None:
    parts = blocks(text, size)
    assert "".join(part for _, part in parts) == text
    assert [start for start, _ in parts] == [sum(len(part) for _, part in parts[:k]) for k in range(len(parts))]
    assert all(len(part) <= size for _, part in parts)


@given(st.lists(st.text(min_size=1), max_size=50))
def test_the_filter_never_denies_a_word_it_holds(words: list[str]) -> None:
    table = filter_of({"family": words, "place": words[:3]})
    assert all(1 in lists_of(table, word) for word in words)
    assert all(2 in lists_of(table, word) for word in words[:3])


def test_the_filter_seldom_takes_a_word_it_does_not_hold() -> None:
    table = filter_of({"given": [f"held{k}" for k in range(4000)]})
    assert sum(0 in lists_of(table, f"other{k}") for k in range(4000)) < 120


def test_a_word_is_folded_to_its_plain_letters() -> None:
    assert [plain(word) for word in ("José", "STRASSE", "Ångström", "Straße")] == [
        "jose",
        "strasse",
        "angstrom",
        "strasse",
    ]


def test_weights_come_back_as_they_were_written_up_to_rounding(tmp_path) -> None:
    net = network(1)
    weights.write(net, tmp_path / "w")
    back = weights.load(tmp_path / "w")
    assert back.table == net.table
    np.testing.assert_allclose(back.rows, net.rows, atol=float(np.abs(net.rows).max()) / 127)
    np.testing.assert_allclose(back.moves, net.moves, rtol=1e-3)


def test_weights_for_other_code_are_refused(tmp_path, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(weights, "scheme", lambda: "0" * 64)
        weights.write(network(1), tmp_path / "w")
    with pytest.raises(StorageError, match="belong to other code"):
        weights.load(tmp_path / "w")


def test_damaged_weights_are_refused(tmp_path) -> None:
    weights.write(network(1), tmp_path / "w")
    whole = (tmp_path / "w").read_bytes()
    (tmp_path / "w").write_bytes(whole[:100])
    with pytest.raises(StorageError, match="cannot be read"):
        weights.load(tmp_path / "w")
    with pytest.raises(StorageError, match="cannot be read"):
        weights.load(tmp_path / "absent")


def test_a_tagger_forgets_words_and_says_the_same(monkeypatch) -> None:
    text = " ".join(f"Word{chr(97 + k % 26)}{chr(97 + k // 26)} Jane" for k in range(300))
    (once,) = Tagger(network(2)).spans([text])
    monkeypatch.setattr("finewright.privacy.names.tagger._KEPT", 10)
    tagger = Tagger(network(2))
    assert tagger.spans([text]) == tagger.spans([text]) == [once]
    assert {one.kind for one in once} <= set(KINDS)


def test_weights_beside_other_lists_are_refused(tmp_path) -> None:
    weights.write(network(1), tmp_path / "w")
    lists = weights.lists_beside(tmp_path / "w")
    lists.write_bytes(lists.read_bytes()[:-1] + b"\x55")
    with pytest.raises(StorageError, match="belong to other code"):
        weights.load(tmp_path / "w")
    lists.unlink()
    with pytest.raises(StorageError, match="cannot be read"):
        weights.load(tmp_path / "w")
