"""Perplexity of documents before and after: against transformers, by hand, and what the verdict says of it."""

from math import exp, log

import numpy as np
import pytest
import torch

from finewright.base.errors import InputError
from finewright.base.results import Perplexity
from finewright.evaluate.perplexity import (
    Likelihood,
    change_said,
    compare,
    decide_documents,
    fewest,
    likelihoods,
)
from finewright.model.padded import PaddedBatches
from finewright.model.tree import TreeBatches
from finewright.train.pretrain import rows_of
from train.tiny_training import PAD, VOCABULARY, tiny_model


def found(ratios: list[float], tokens: int = 100) -> tuple[dict[str, Likelihood], dict[str, Likelihood]]:
    """Documents whose perplexity is 20, 21, ... before and changed by these factors after."""
    before = {f"{n}": Likelihood(-tokens * log(20 + n), tokens) for n in range(len(ratios))}
    after = {
        name: Likelihood(of.total - tokens * log(ratio), tokens)
        for (name, of), ratio in zip(before.items(), ratios, strict=True)
    }
    return before, after


@pytest.mark.parametrize("batches", [TreeBatches(64), TreeBatches(5000), PaddedBatches(64, PAD)])
def test_likelihoods_are_those_of_transformers_on_each_row_alone(batches: object) -> None:
    model = tiny_model()
    draw = torch.Generator().manual_seed(1)
    texts = {f"{n}": torch.randint(1, VOCABULARY, (n,), generator=draw).tolist() for n in (2, 9, 40)}
    documents = {name: rows_of(name, text, 16) for name, text in texts.items()}
    model.train()
    scored = likelihoods(model, documents, batches)  # type: ignore[arg-type]
    assert model.training  # the mode is as it was
    model.eval()
    assert {name: of.tokens for name, of in scored.items()} == {"2": 1, "9": 8, "40": 39}
    for name, rows in documents.items():
        alone = 0.0
        for row in rows:
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([row.tokens])).logits[0].double().log_softmax(-1)  # (T, V)
            alone += sum(float(logits[place - 1, row.tokens[place]]) for place in range(1, len(row.tokens)))
        assert scored[name].total == pytest.approx(alone, rel=1e-5)


def test_perplexity_is_the_geometric_mean_over_documents() -> None:
    before, after = found([0.5, 2.0, 1.0])
    measured = compare(before, after, 0.95)
    assert measured.before == pytest.approx((20 * 21 * 22) ** (1 / 3))
    assert measured.after == pytest.approx(measured.before)
    assert measured.change == pytest.approx(0.0, abs=1e-12)
    assert (measured.documents, measured.tokens) == (3, 300)


def test_a_long_document_counts_no_more_than_a_short_one() -> None:
    before = {"short": Likelihood(-20.0, 10), "long": Likelihood(-2000.0, 1000)}
    after = {"short": Likelihood(-10.0, 10), "long": Likelihood(-3000.0, 1000)}
    assert compare(before, after, 0.95).change == pytest.approx(0.0)


def test_the_interval_is_that_of_the_mean_difference() -> None:
    """Against a normal approximation in log space: wide apart documents, many of them."""
    draw = np.random.default_rng(3)
    logs = draw.normal(-0.2, 0.1, 400)
    measured = compare(*found([exp(value) for value in logs]), 0.95)
    spread = 1.96 * logs.std() / 20
    assert measured.change == pytest.approx(exp(logs.mean()) - 1)
    assert log(1 + measured.low) == pytest.approx(logs.mean() - spread, abs=spread / 4)
    assert log(1 + measured.high) == pytest.approx(logs.mean() + spread, abs=spread / 4)


def test_other_documents_are_refused() -> None:
    before, after = found([0.9, 0.9])
    with pytest.raises(InputError, match="not the same"):
        compare(before, {"0": after["0"]}, 0.95)
    with pytest.raises(InputError, match="not the same"):
        compare(before, after | {"1": Likelihood(-3.0, 99)}, 0.95)
    with pytest.raises(InputError, match="not the same"):
        compare({}, {}, 0.95)


@pytest.mark.parametrize(
    ("ratios", "outcome"),
    [
        ([0.8, 0.85, 0.9, 0.8, 0.9, 0.7, 0.8, 0.85], "better"),
        ([1.2, 1.1, 1.15, 1.2, 1.3, 1.1, 1.2, 1.1], "no better"),
        ([1.001, 0.999, 1.0, 1.002, 0.998, 1.0, 1.001, 0.999], "no better"),
        ([0.5, 1.6, 0.7, 1.3, 0.6, 1.5, 0.9, 1.1], "cannot tell"),
        ([0.5, 0.5, 0.5], "cannot tell"),
        ([0.5], "cannot tell"),
    ],
)
def test_the_verdict(ratios: list[float], outcome: str) -> None:
    verdict = decide_documents(compare(*found(ratios), 0.95), 0.95)
    assert verdict.outcome == outcome
    assert verdict.advice


def test_how_few_documents_are_no_evidence() -> None:
    """Six tosses that fall alike have p = 2 / 64 = 0.031; five have 0.0625."""
    assert fewest(0.95) == 6
    assert fewest(0.99) == 8
    assert decide_documents(compare(*found([0.5] * 5), 0.95), 0.95).outcome == "cannot tell"
    assert decide_documents(compare(*found([0.5] * 6), 0.95), 0.95).outcome == "better"


def test_the_sentence_has_every_figure() -> None:
    measured = Perplexity(12, 24000, 14.234, 11.876, -0.1657, -0.18, -0.149, 0.0005)
    assert decide_documents(measured, 0.95).sentence == (
        "Continued pretraining made 12 held-out documents more predictable: perplexity 14.23 before and 11.88 after "
        "(-16.6%, 95% interval -18.0% to -14.9%, p < 0.001)."
    )
    assert change_said(-0.0001) == "0.0%"
