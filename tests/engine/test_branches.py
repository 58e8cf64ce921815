"""Best-first names the very choice that the full scan names, with its probability, whoever is searched beside it."""

import math
import random
from collections.abc import Sequence

import pytest
from transformers import PreTrainedModel

from finewright.engine.branches import can_branch, search
from finewright.engine.labels import Trie
from finewright.engine.reading import Reading
from finewright.engine.scan import Scan, scan
from finewright.engine.search import Search
from finewright.engine.start import Start

END = 2


@pytest.fixture(autouse=True, params=[4, 1000], ids=["apart", "copied"])
def _worthwhile(request, monkeypatch):
    """A start as short as those of these tests is kept apart, or copied."""
    monkeypatch.setattr("finewright.engine.start._APART", request.param)


MAKES = ("own heads", "grouped heads, pad is eos", "one key head", "learned positions")
ROOMY = 10_000


def random_trie(rng: random.Random) -> Trie:
    """Choices over few tokens, so that they share beginnings and begin each other; from one to many, from one token."""
    count, alphabet = rng.choice([1, 2, 5, 12, 40]), range(3, 3 + rng.choice([2, 4, 12]))
    paths = {tuple(rng.choices(alphabet, k=rng.randint(0, 6))) for _ in range(count)}
    return Trie({str(path): [*path, END] for path in rng.sample(sorted(paths), len(paths))})


def random_queries(seed: int, count: int) -> list[tuple[list[int], Trie]]:
    """Prompts of all lengths, half of them behind one long start, each with one of a few tries."""
    rng = random.Random(seed)
    tries = [random_trie(rng) for _ in range(6)]
    start = rng.choices(range(40), k=12)
    return [
        ([*(start if seed % 2 else []), *rng.choices(range(40), k=rng.randint(1, 9))], rng.choice(tries))
        for _ in range(count)
    ]


def scanned(model: PreTrainedModel, queries: Sequence[tuple[list[int], Trie]]) -> list[Scan]:
    scans = [Scan(prompt, list(trie.tokens.values())) for prompt, trie in queries]
    scan(Start(model, [prompt for prompt, _ in queries]), scans, ROOMY, lambda _: None)
    return scans


def searched(model: PreTrainedModel, queries: Sequence[tuple[list[int], Trie]], batch_tokens: int) -> list[Search]:
    searches = [Search(prompt, trie) for prompt, trie in queries]
    finished: list[int] = []
    search(Start(model, [prompt for prompt, _ in queries]), searches, batch_tokens, finished.append)
    assert sum(finished) == len(searches)
    return searches


@pytest.mark.parametrize("batch_tokens", [1, 150, ROOMY])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("make", MAKES)
def test_names_what_the_full_scan_names_and_bounds_the_rest(decoder, make, seed, batch_tokens):
    model, queries = decoder(make, seed), random_queries(seed, 25)
    for one, known in zip(searched(model, queries, batch_tokens), scanned(model, queries), strict=True):
        assert one.best == known.best
        assert one.probability == pytest.approx(known.probability, rel=1e-4)
        for true, bound in zip(known.probabilities, one.bounds, strict=True):
            assert true <= bound * (1 + 1e-3)
        assert known.rest <= one.rest * (1 + 1e-3)


def shapes_read(model: PreTrainedModel, read) -> list[tuple[int, ...]]:
    shapes: list[tuple[int, ...]] = []
    hook = model.register_forward_pre_hook(
        lambda _module, _args, named: shapes.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    read()
    hook.remove()
    return shapes


def test_a_search_reads_fewer_tokens_than_the_scan(decoder):
    model = decoder("grouped heads, pad is eos")
    queries = [(prompt, trie) for prompt, trie in random_queries(1, 60) if len(trie.tokens) > 10]
    prompts = sum(len(prompt) for prompt, _ in queries)

    def tokens(read) -> int:
        return sum(math.prod(shape) for shape in shapes_read(model, read)) - prompts

    # One row a batch: no padding is counted.
    sought = tokens(lambda: [searched(model, [query], ROOMY) for query in queries])
    known = tokens(lambda: [scanned(model, [query]) for query in queries])
    assert 0 < sought < known / 4


def test_a_query_of_one_choice_reads_it_with_the_prompt(decoder):
    model = decoder("own heads")
    queries = [([7, 8, 9], Trie({"only": [5, 6, END]})), ([4], Trie({"": [END]}))]
    assert shapes_read(model, lambda: searched(model, queries, ROOMY)) == [(2, 5)]
    for one, known in zip(searched(model, queries, ROOMY), scanned(model, queries), strict=True):
        assert one.probability == pytest.approx(known.probability, rel=1e-5)
        assert one.rest == 0


def test_what_stands_beside_a_query_changes_nothing_that_is_said_of_it(decoder):
    model, queries = decoder("grouped heads, pad is eos", 5), random_queries(5, 30)
    beside = searched(model, queries, ROOMY)
    for query, one in zip(queries, beside, strict=True):
        (alone,) = searched(model, [query], ROOMY)
        assert alone.best == one.best
        assert alone.bounds == pytest.approx(one.bounds, rel=1e-4, abs=1e-9)
        assert alone.rest == pytest.approx(one.rest, rel=1e-4, abs=1e-9)


def test_no_more_is_held_than_allowed_though_searches_hesitate(decoder, monkeypatch):
    model = decoder("own heads", 3)
    paths = [(a, b, c, d) for a in (3, 4, 5) for b in (3, 4, 5) for c in (3, 4, 5) for d in (3, 4, 5)]
    queries = [([token, 9], Trie({str(path): [*path, END] for path in paths})) for token in range(20)]
    held, kept = [], []
    branch = Reading.branch

    def watched(self, tokens, depths, seen):
        logits = branch(self, tokens, depths, seen)
        held.append(len(tokens) * self.held)
        kept.append(len(tokens))
        return logits

    monkeypatch.setattr(Reading, "branch", watched)
    searches = searched(model, queries, 160)
    assert max(held) <= 160
    assert max(kept) > min(kept) == 1, "the searches must have outgrown what they shared"
    assert [one.best for one in searches] == [one.best for one in scanned(model, queries)]


def test_a_window_cannot_branch(decoder):
    assert not can_branch(decoder("sliding window"))
    assert all(can_branch(decoder(make)) for make in MAKES)
