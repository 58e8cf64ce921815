"""The pruned rank: equal to the rank by weighing every candidate, over drawn tries and on real decoders."""

import math
from collections.abc import Sequence
from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import GPT2Config, LlamaConfig, MistralConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import AutoModelForCausalLM

from finewright.audit.canaries.ranking import Path, Rank, ranked
from finewright.audit.canaries.reading import reader
from finewright.engine.labels import Trie

# Few values, so that candidates are often equally likely.
CHANCE = st.sampled_from([0.0, -0.1, -0.5, -0.5, -1.0, -3.0])


class Table:
    """A model that is a table of log-probabilities, and notes what it was asked."""

    def __init__(self, chances: dict[Path, dict[int, float]]) -> None:
        self.chances, self.asked = chances, set[Path]()

    def __call__(self, paths: Sequence[Path], asked: Sequence[Sequence[int]]) -> list[list[float]]:
        self.asked.update(paths)
        return [[self.chances[path][token] for token in tokens] for path, tokens in zip(paths, asked, strict=True)]

    def value(self, tokens: Path) -> float:
        value = 0.0
        for end, token in enumerate(tokens):
            value += self.chances[tokens[:end]][token]
        return value


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Path], Table, str]:
    """Candidates of one length over few tokens, some left out, with a chance for every token behind every beginning."""
    width, depth = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    every = list(product(range(width), repeat=depth))
    taken = draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    beginnings = [path for length in range(depth) for path in product(range(width), repeat=length)]
    chances = {path: {token: draw(CHANCE) for token in range(width)} for path in beginnings}
    names = {"".join(map(str, tokens)): tokens for tokens in taken}
    return names, Table(chances), draw(st.sampled_from(sorted(names)))


@given(tables(), st.integers(1, 5))
def test_the_pruned_rank_is_the_full_one(drawn, at_once):
    names, table, secret = drawn
    own = table.value(names[secret])
    others = [table.value(tokens) for name, tokens in names.items() if name != secret]
    found = ranked(Trie(names), secret, table, at_once)
    assert (found.above, found.equal) == (sum(one > own for one in others), others.count(own))
    assert found.of == len(names)


def test_a_beginning_that_is_too_unlikely_is_not_gone_into():
    tokens = {f"{a}{b}": (a, b) for a in range(3) for b in range(3)}
    chances = {(): {0: -0.1, 1: -5.0, 2: -5.0}} | {(a,): dict.fromkeys(range(3), -1.0 - a) for a in range(3)}
    table = Table(chances)
    assert ranked(Trie(tokens), "01", table, 8) == Rank(0, 2, 9, 4)
    assert table.asked == {(), (0,)}


def test_equals_count_half():
    assert Rank(above=3, equal=4, of=10, read=0).rank == 6


SHAPE = {
    "vocab_size": 40,
    "max_position_embeddings": 64,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "initializer_range": 0.6,
}
LLAMA = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
DECODERS = {
    "grouped heads": lambda: LlamaConfig(**SHAPE, **LLAMA, num_key_value_heads=2),
    "sliding window": lambda: MistralConfig(**SHAPE, **LLAMA, num_key_value_heads=2, sliding_window=7),
    "learned positions": lambda: GPT2Config(
        vocab_size=40, n_embd=32, n_layer=2, n_head=4, n_positions=64, initializer_range=0.3
    ),
}


def decoder(name: str) -> PreTrainedModel:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return AutoModelForCausalLM.from_config(DECODERS[name](), attn_implementation="sdpa").eval()


def alone(model: PreTrainedModel, prompt: list[int], tokens: Path) -> float:
    """One candidate by itself, without a cache: the slow reference."""
    with torch.no_grad():
        scores = model(input_ids=torch.tensor([[*prompt, *tokens]]), use_cache=False).logits[0].double().log_softmax(-1)
    return sum(float(scores[len(prompt) - 1 + place, token]) for place, token in enumerate(tokens))


@pytest.mark.parametrize("name", DECODERS)
def test_on_a_decoder_it_is_the_rank_of_candidates_weighed_one_by_one(name):
    model, prompt = decoder(name), [1, 17, 5, 9, 30, 4]
    # Of unequal lengths, as tokenizers write numbers.
    names = {f"{a}.{b}.{c}": (a, b, c) for a, b, c in product(range(10, 14), range(10, 14), range(20, 24))}
    names |= {f"{a}.{b}": (a, b) for a, b in product(range(30, 33), range(10, 14))}
    values = {one: alone(model, prompt, tokens) for one, tokens in names.items()}
    trie, read = Trie(names), reader(model, prompt)
    for secret in sorted(names, key=values.__getitem__)[::13]:
        others = [value for one, value in values.items() if one != secret]
        sure = [value for value in others if abs(value - values[secret]) > 1e-5]
        assert len(sure) == len(others)
        found = ranked(trie, secret, read, 6)
        assert (found.above, found.equal) == (sum(value > values[secret] for value in sure), 0)


def test_the_likeliest_costs_few_readings():
    model, prompt = decoder("grouped heads"), [1, 17, 5]
    names = {f"{a}.{b}.{c}": (a, b, c) for a, b, c in product(range(10, 20), repeat=3)}
    best = max(names, key=lambda one: alone(model, prompt, names[one]))
    found = ranked(Trie(names), best, reader(model, prompt), 8)
    assert found.above == 0
    assert found.read < 60
    assert math.log2(found.of) == pytest.approx(9.966, abs=1e-3)
