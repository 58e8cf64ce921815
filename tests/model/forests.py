"""Random examples that share beginnings in every way that matters, and the paths that a packed row must show."""

import random

import numpy as np
from numpy.typing import NDArray

from finewright.model.batch import Batch, Example


def examples(seed: int, most: int = 12, vocabulary: int = 3, longest: int = 9) -> list[Example]:
    """Rows of one token and more; duplicates, beginnings of others, and trees of several levels."""
    draw = random.Random(seed)
    made: list[Example] = []
    for number in range(draw.randint(1, most)):
        tokens = tuple(draw.randrange(1, vocabulary) for _ in range(draw.randint(1, longest)))
        if made and draw.random() < 0.2:
            tokens = draw.choice(made).tokens
        elif made and draw.random() < 0.5:
            tokens = draw.choice(made).tokens + tokens
        supervised = (False, *(draw.random() < 0.6 for _ in tokens[1:]))
        made.append(Example(f"row-{number}", tokens, supervised))
    return made


def seen(batch: Batch) -> NDArray[np.bool_]:
    """(T, T) what each token of a tree batch sees, by the rule and nothing else."""
    tree = batch.inputs["tree"]
    return np.array([[k <= q < tree.end[k] for k in range(batch.tokens)] for q in range(batch.tokens)])


def entries(batch: Batch) -> dict[str, list[tuple[tuple[int, ...], int]]]:
    """For each example, what the state of each of its entries has seen, in order of position, and the target."""
    tokens, visible = batch.inputs["input_ids"][0].numpy(), seen(batch)
    found: dict[str, list[tuple[tuple[int, ...], int]]] = {name: [] for name in batch.ids}
    for state, target, row in zip(batch.state.tolist(), batch.target.tolist(), batch.example.tolist(), strict=True):
        path = np.flatnonzero(visible[batch.states[state]])
        assert batch.inputs["tree"].position[path].tolist() == list(range(len(path)))
        found[batch.ids[row]].append((tuple(tokens[path].tolist()), target))
    return found


def wanted(example: Example) -> list[tuple[tuple[int, ...], int]]:
    """What a computation of the example alone would see and predict."""
    return [(example.tokens[:place], token) for place, token in enumerate(example.tokens) if example.supervised[place]]
