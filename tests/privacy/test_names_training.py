"""The training of the names tagger: sentences mark what they hold, and a tiny training learns."""

import importlib
import random
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
import torch

from finewright.privacy.names import weights
from finewright.privacy.names.gazetteer import filter_of
from finewright.privacy.names.network import TAGS
from finewright.privacy.names.tagger import Tagger

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("train_names")


def test_the_loss_is_that_of_summing_over_every_path(training: ModuleType) -> None:
    torch.manual_seed(1)
    scores, moves, lengths = torch.randn(2, 3, 3), torch.randn(3, 3), torch.tensor([3, 2])
    tags = torch.tensor([[1, 2, 0], [2, 1, 0]])

    def path(row: int, steps: list[int]) -> torch.Tensor:
        on = [0, *steps, 0]
        return sum(scores[row, k, tag] for k, tag in enumerate(steps)) + sum(
            moves[one, two] for one, two in pairwise(on)
        )

    paths = [
        torch.stack([path(0, [a, b, c]) for a in range(3) for b in range(3) for c in range(3)]),
        torch.stack([path(1, [a, b]) for a in range(3) for b in range(3)]),
    ]
    slow = paths[0].logsumexp(0) - path(0, [1, 2, 0]) + paths[1].logsumexp(0) - path(1, [2, 1])
    torch.testing.assert_close(training.loss_of(scores, tags, lengths, moves), slow)


def test_a_tiny_training_learns_and_is_the_same_twice(training: ModuleType, tmp_path: Path) -> None:
    given, family = ("Jane", "Olga", "Juan", "Erik", "Aiko"), ("Sample", "Muster", "Prueba", "Exempel")
    lists, maker = sys.modules["names_lists"], training.Maker(tmp_path, 1)
    maker.locales = [lists.Locale("xx", given, family, (), (), (), (), ())]
    maker.background = ("The order is late again.", "my card is blocked", "Can you help me with it?")
    maker.foreign = [("wort", "satz")]
    maker.ordinary = maker.rare = ("order", "late")
    table = filter_of({"given": ["jane"], "word": ["my", "name", "is", "the", "dear"]})
    made = [maker.fill(one) for one in ["My name is {P}.", "{b}", "Dear {g},"] * 20]
    assert all(text[start:end].strip() == text[start:end] != "" for text, spans in made for start, end, _ in spans)
    sentences = [training.tagged(text, spans, random.Random(1)) for text, spans in made]
    assert {TAGS[tag] for _, tags, _ in sentences for tag in tags} == {"O", "B-person", "I-person"}
    for name in ("once", "again"):
        tagger = training.train(sentences, table, epochs=8, seed=1, size=20)
        weights.write(training.network_of(tagger, table), tmp_path / name)
    text = "My name is Olga Sample."
    found = [(one.kind, text[one.start : one.end]) for one in Tagger(weights.load(tmp_path / "once")).spans([text])[0]]
    assert [kind for kind, _ in found] == ["person"]
    assert "Olga Sample" in found[0][1]
    assert (tmp_path / "again").read_bytes() == (tmp_path / "once").read_bytes()
