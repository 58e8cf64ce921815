"""The best of Banking77's labels on a real base: found by search, it is the one that the full scan finds."""

import csv
from pathlib import Path

import pytest

from finewright.base.records import CompletionRequest, Message
from finewright.engine.local import LocalCompleter
from finewright.model.chat import Chat
from finewright.model.hub import find, load_decoder, load_tokenizer


@pytest.mark.base
@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_banking77_behind_all_its_labels_on_the_real_base(shared: Path):
    with (shared / "banking77" / "test.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = tuple(sorted({row["category"] for row in rows}))
    system = "Name the intent of this message from a bank's customer. Answer with one of: " + ", ".join(labels)
    base = find("smollm2-135m")
    completer = LocalCompleter(load_decoder(base), Chat(load_tokenizer(base)), context=base.context, batch_tokens=8192)
    messages = [(Message("system", system), Message("user", row["text"])) for row in rows[:: len(rows) // 4][:4]]
    sought = completer.complete([CompletionRequest(one, choices=labels) for one in messages])
    known = completer.complete([CompletionRequest(one, choices=labels, probabilities=True) for one in messages])
    assert [one.text for one in sought] == [one.text for one in known]
    for one, true in zip(sought, known, strict=True):
        assert one.probability == pytest.approx(true.probability, rel=1e-3)
        assert true.rest <= one.rest * (1 + 1e-3)
