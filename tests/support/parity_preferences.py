"""Pairs, rated answers and rollouts in ids, and the words that a peer reads them by: parity of preferences and rewards.

Knows torch, tokenizers and transformers alone, since the peers' environment, which makes the expected figures, reads it
too. The model is the narrow Llama of `parity_adapters.py`.
"""

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaForSequenceClassification, PreTrainedTokenizerFast

from support.parity_adapters import narrow

PAD, BEGIN, END = 0, 1, 2
ADAPTER = {"lora_alpha": 3, "target_modules": "all-linear"}
BETA, SMOOTHING, MARGIN = 0.3, 0.1, 0.7
DESIRABLE, UNDESIRABLE = 1.5, 0.75
KL, CLIP, LONGEST, GROUP = 0.3, 0.2, 7, 3

PAIRS = [
    ([1, 5, 9, 3, 14, 7], [4, 9, 2], [11, 3, 8, 2]),
    ([1, 5, 9, 3, 14, 7], [12, 2], [4, 9, 6, 6, 2]),
    ([1, 5, 9, 3, 10], [15, 15, 5, 2], [13, 2]),
    ([1, 8], [6, 2], [7, 2]),
]
"""Prompt, chosen and rejected answer: prompts that begin alike, one twice, answers of all lengths."""
BARE_PAIRS = [([BEGIN], chosen, rejected) for _, chosen, rejected in PAIRS]
"""A prompt of one token, which nothing predicts."""
FEEDBACK = [
    ([1, 8], [6, 2], True),
    ([1, 8, 4, 4], [6, 6, 2], True),
    ([1, 5, 9, 3, 14, 7], [11, 3, 8, 2], False),
    ([1, 5, 9, 3, 14, 7], [4, 9, 6, 6, 2], True),
    ([1, 8, 4, 4], [7, 3, 3, 10, 2], False),
]
"""Prompt, answer, and whether it is liked."""
ROLLOUTS = [
    ([1, 5, 9, 3, 14, 7], [[4, 9, 2], [12, 2], [4, 9, 6, 6, 11, 3, 8]], [1.0, 0.25, 0.0]),
    ([1, 8], [[6, 2], [7, 3, 3, 10, 2], [2]], [0.0, 0.5, 2.0]),
]
"""Prompt, a group of answers, of which one is cut and one is empty but for its end, and their rewards."""


def tokenizer() -> PreTrainedTokenizerFast:
    """A word for each id, split at blanks."""
    words = {"<pad>": PAD, "<s>": BEGIN, "<e>": END} | {f"w{number}": number for number in range(3, 16)}
    backend = Tokenizer(models.WordLevel(words, unk_token="w3"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="<pad>", bos_token="<s>", eos_token="<e>")


def text(tokens: list[int]) -> str:
    """The ids in words, a blank before each: texts are put together as their ids are."""
    return "".join(f" {word}" for word in tokenizer().convert_ids_to_tokens(tokens))


def scorer() -> LlamaForSequenceClassification:
    """The narrow Llama with one score, as transformers has it."""
    config = narrow().config
    config.num_labels, config.pad_token_id = 1, PAD
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = LlamaForSequenceClassification(config)
    model.load_state_dict(narrow().state_dict(), strict=False)
    return model.eval()
