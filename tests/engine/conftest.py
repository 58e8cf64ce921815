"""Decoders a few wide, of several makes, and the slow plain computation that the engine is held against."""

from collections.abc import Callable, Iterator, Sequence

import pytest
import torch
from transformers import GPT2Config, LlamaConfig, MistralConfig, PreTrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import AutoModelForCausalLM

VOCABULARY = 40
TERMINATOR = 2
_SHAPE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 128,
    "bos_token_id": 1,
    "eos_token_id": TERMINATOR,
    "pad_token_id": TERMINATOR,
    "initializer_range": 0.6,
}
CONFIGS: dict[str, Callable[[], PreTrainedConfig]] = {
    "own heads": lambda: LlamaConfig(**_SHAPE, num_key_value_heads=4),
    "grouped heads, pad is eos": lambda: LlamaConfig(**_SHAPE, num_key_value_heads=2),
    "one key head": lambda: LlamaConfig(**_SHAPE, num_key_value_heads=1),
    "sliding window": lambda: MistralConfig(**_SHAPE, num_key_value_heads=2, sliding_window=7),
    "learned positions": lambda: GPT2Config(
        vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=128, initializer_range=0.3, eos_token_id=2
    ),
}


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Threads only get in each other's way in models this small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def build(config: PreTrainedConfig, seed: int = 0, attention: str = "sdpa") -> PreTrainedModel:
    """A random decoder."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return AutoModelForCausalLM.from_config(config, attn_implementation=attention).eval()


@pytest.fixture(scope="session", params=list(CONFIGS))
def model(request: pytest.FixtureRequest) -> PreTrainedModel:
    """A random decoder of each make."""
    return build(CONFIGS[request.param]())


@pytest.fixture(scope="session")
def grouped() -> PreTrainedModel:
    """One random Llama with grouped heads whose padding token is its end of text."""
    return build(CONFIGS["grouped heads, pad is eos"]())


@pytest.fixture(scope="session")
def decoder() -> Callable[..., PreTrainedModel]:
    """`build`, for tests; it also takes the name of a make."""
    return lambda make, *more: build(CONFIGS[make]() if isinstance(make, str) else make, *more)


@torch.inference_mode()
def following(model: PreTrainedModel, tokens: Sequence[int]) -> torch.Tensor:
    """(V,) logits of what follows `tokens`: one row, no cache, no padding."""
    return model(input_ids=torch.tensor([list(tokens)]), use_cache=False).logits[0, -1]


@pytest.fixture(scope="session")
def logits_after() -> Callable[[PreTrainedModel, Sequence[int]], torch.Tensor]:
    """`following`, for tests: logits (V,) after some tokens, by plain full computation."""
    return following
