"""Trains the tagger of names from sentences that the project makes, and writes its weights.

    FINEWRIGHT_SHARED=... PYTHONPATH=src python benchmarks/train_names.py [--hold-out] [--out FILE]

`--hold-out` keeps nine locales and every seventh template out of training and measures on sentences made of them alone;
nothing is written then. One core, some minutes. The same versions and threads give the same file.
"""

import argparse
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import names_lists as lists
from finewright.privacy.names import weights
from finewright.privacy.names.features import ROWS, features, plain
from finewright.privacy.names.gazetteer import filter_of
from finewright.privacy.names.network import REACH, TAGS, Network
from finewright.privacy.names.tokens import cut
from names_sentences import Maker, Span

EMBEDDING, HIDDEN = 32, 64
_STEEP = 4.0
"""No move between tags adds or takes more than this."""

Sentence = tuple[list[str], list[int], list[bool]]
"""Tokens, tags, and whether the lists know the token."""


def gazetteer(shared: Path) -> bytes:
    """The filter over all lists of names and ordinary words."""
    given, family = lists.provider_names()
    towns, countries, regions = lists.towns()
    places = [part for name in (*towns, *countries, *regions) for part in name.replace("-", " ").split()]
    names = {"given": [*given, *lists.census()[0]], "family": [*family, *lists.census()[1][:40000]]}
    folded = {kind: {plain(one) for one in some if len(one) > 1} for kind, some in (names | {"place": places}).items()}
    words = {"word": lists.ordinary(shared), "rare": lists.rare(shared)}
    return filter_of(folded | {kind: {plain(word) for word in some} for kind, some in words.items()})


def tagged(text: str, spans: list[Span], choice: random.Random) -> Sentence:
    """A sentence as tokens and tags; a third of the names and a fifth of the other words are hidden from the lists."""
    tokens, tags, listed, at, open_ = cut(text), [], [], 0, None
    for token in tokens:
        start = at + len(token) - len(token.lstrip())
        span = next((one for one in spans if one[0] <= start < one[1]), None)
        tags.append(0 if span is None else TAGS.index(f"{'I' if span == open_ else 'B'}-{span[2]}"))
        listed.append(choice.random() > (0.2 if span is None else 0.3))
        open_, at = span, at + len(token)
    return tokens, tags, listed


class Words:
    """Every distinct token as a bag of features, made once."""

    def __init__(self, table: bytes) -> None:
        self.table, self.at, self.bags = table, {}, []

    def index(self, token: str, listed: bool) -> int:
        key = (token, listed)
        if key not in self.at:
            self.at[key] = len(self.bags)
            self.bags.append(torch.tensor(features(token, self.table, listed)))
        return self.at[key]


class Tagger(nn.Module):
    """The network of `network.py`, in the form that learns."""

    def __init__(self) -> None:
        super().__init__()
        width, tags = 2 * REACH + 1, len(TAGS)
        self.rows = nn.EmbeddingBag(ROWS, EMBEDDING, mode="sum")
        nn.init.normal_(self.rows.weight, std=0.1)
        self.first, self.second = nn.Linear(width * EMBEDDING, HIDDEN), nn.Linear(width * HIDDEN, HIDDEN)
        self.last, self.moves = nn.Linear(HIDDEN, tags), nn.Parameter(torch.zeros(tags, tags))

    def forward(self, bags: list[Tensor], which: Tensor, real: Tensor) -> Tensor:
        """bags: features of the batch's distinct tokens; which (T,) into them; real (T, 1): 0 between sentences."""
        offsets = torch.tensor([0, *(len(bag) for bag in bags[:-1])]).cumsum(0)
        embedded = self.rows(torch.cat(bags), offsets)[which] * real  # (T, E)
        embedded = nn.functional.dropout(embedded, 0.1, self.training)
        hidden = torch.relu(self.first(_windows(embedded))) * real
        hidden = nn.functional.dropout(hidden, 0.1, self.training)
        return self.last(torch.relu(self.second(_windows(hidden))))

    def steps(self) -> Tensor:
        return self.moves.clamp(-_STEEP, _STEEP)


def _windows(values: Tensor) -> Tensor:
    padded = nn.functional.pad(values, (0, 0, REACH, REACH))
    return torch.cat([padded[k : k + len(values)] for k in range(2 * REACH + 1)], 1)


def loss_of(scores: Tensor, tags: Tensor, lengths: Tensor, moves: Tensor) -> Tensor:
    """Negative log-likelihood of a linear chain, summed. scores (B, L, K), tags (B, L), longest first.

    Source: Lafferty, McCallum and Pereira, "Conditional random fields", 2001.
    """
    total = scores[:, 0] + moves[0]
    gold = scores[:, 0].gather(1, tags[:, :1])[:, 0] + moves[0][tags[:, 0]]
    ends = []
    for step in range(1, int(lengths[0]) + 1):
        left = int((lengths > step).sum())
        ends.append((total[left:] + moves[:, 0]).logsumexp(1))
        last = tags[left : len(gold), step - 1]
        ends[-1] = ends[-1] - gold[left:] - moves[last, 0]
        if not left:
            break
        now, before = tags[:left, step], tags[:left, step - 1]
        gold = gold[:left] + scores[:left, step].gather(1, now[:, None])[:, 0] + moves[before, now]
        total = (total[:left, :, None] + moves).logsumexp(1) + scores[:left, step]
    return torch.cat(ends).sum()


def batches(sentences: list[Sentence], size: int, choice: random.Random) -> Iterator[list[Sentence]]:
    """Sentences of like length together, longest first within a batch; batches in random order."""
    order = sorted(sentences, key=lambda one: len(one[0]) + choice.random() * 8)
    parts = [order[at : at + size] for at in range(0, len(order), size)]
    choice.shuffle(parts)
    return (sorted(part, key=lambda one: -len(one[0])) for part in parts)


def batch_loss(tagger: Tagger, words: Words, part: list[Sentence]) -> Tensor:
    """Mean loss of a token over one batch."""
    stream: list[int] = []
    places = []
    for tokens, _, listed in part:
        places.append(len(stream))
        stream += [words.index(*pair) for pair in zip(tokens, listed, strict=True)] + [-1] * REACH
    ids = np.array(stream)
    distinct, which = np.unique(ids, return_inverse=True)
    bags = [words.bags[one] if one >= 0 else torch.tensor([0]) for one in distinct]
    scores = tagger(bags, torch.from_numpy(which), torch.from_numpy((ids >= 0).astype(np.float32))[:, None])
    lengths = torch.tensor([len(tokens) for tokens, _, _ in part])
    steps = torch.arange(int(lengths[0]))
    at = (torch.tensor(places)[:, None] + steps).clamp(max=len(stream) - 1)
    tags = torch.zeros(at.shape, dtype=torch.long)
    for row, (_, some, _) in enumerate(part):
        tags[row, : len(some)] = torch.tensor(some)
    return loss_of(scores[at], tags, lengths, tagger.steps()) / lengths.sum()


def train(sentences: list[Sentence], table: bytes, epochs: int, seed: int, size: int = 96) -> Tagger:
    """A tagger after some passes over the sentences; the rate falls to nothing along a half cosine."""
    torch.manual_seed(seed)
    choice, words, tagger = random.Random(seed), Words(table), Tagger()
    optimiser = torch.optim.AdamW(tagger.parameters(), lr=3e-3, weight_decay=1e-2)
    count = epochs * -(-len(sentences) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=count + 1, pct_start=0.05)
    for epoch in range(epochs):
        began, total = time.perf_counter(), 0.0
        for part in batches(sentences, size, choice):
            optimiser.zero_grad()
            loss = batch_loss(tagger, words, part)
            loss.backward()
            nn.utils.clip_grad_norm_(tagger.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        print(
            f"pass {epoch + 1}: loss {total * size / len(sentences):.4f}, {time.perf_counter() - began:.0f} s",
            flush=True,
        )
    return tagger.eval()


def network_of(tagger: Tagger, table: bytes) -> Network:
    """The weights as the package uses them, float32."""

    def array(value: Tensor) -> np.ndarray:
        return np.ascontiguousarray(value.detach().numpy(), np.float32)

    layers = [part for layer in (tagger.first, tagger.second, tagger.last) for part in (layer.weight.T, layer.bias)]
    return Network(table, array(tagger.rows.weight), *(array(part) for part in layers), array(tagger.steps()))


def measure(network: Network, maker: Maker, count: int) -> dict[str, tuple[int, int, int]]:
    """Names of each kind in held-out sentences: (in the text, found exactly, reported)."""
    from finewright.privacy.names.tagger import Tagger as Runner

    runner, tally = Runner(network), {}
    for _ in range(count):
        text, spans = maker.make()
        found = {(one.start, one.end, one.kind) for one in runner.spans([text])[0]}
        for kind in ("person", "company", "address", "place"):
            gold = {span for span in spans if span[2] == kind}
            mine = {span for span in found if span[2] == kind}
            old = tally.get(kind, (0, 0, 0))
            tally[kind] = (old[0] + len(gold), old[1] + len(gold & mine), old[2] + len(mine))
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--hold-out", action="store_true")
    parser.add_argument("--sentences", type=int, default=150_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=weights.FILE)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    shared = Path(os.environ["FINEWRIGHT_SHARED"])
    maker, choice = Maker(shared, 1, hold_out=asked.hold_out), random.Random(2)
    table = gazetteer(shared)
    sentences = [tagged(*maker.make(), choice) for _ in range(asked.sentences)]
    print(f"{len(sentences)} texts, {sum(len(one[0]) for one in sentences)} tokens, {time.process_time():.0f} s")
    network = network_of(train(sentences, table, asked.epochs, 3), table)
    if asked.hold_out:
        for kind, (gold, right, mine) in measure(network, Maker(shared, 5, validate=True, hold_out=True), 4000).items():
            print(f"{kind:8} {gold:5} names, recall {right / gold:.3f}, precision {right / max(mine, 1):.3f}")
    weights.write(network, asked.out)
    print(f"{asked.out}: {asked.out.stat().st_size} bytes, {weights.digest(asked.out)}, {time.process_time():.0f} s")


if __name__ == "__main__":
    main()
