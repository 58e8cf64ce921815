"""A training of a head that takes a second: a random BERT 8 wide, texts whose label hangs on their first word.

Run as a script, it trains into a folder and kills itself with SIGKILL inside a chosen step:

    python tiny_head.py FOLDER CALLS
"""

import sys
from collections.abc import Callable
from pathlib import Path

from finewright.base.recipe_train import EncoderTrain
from finewright.model.batch import Example
from finewright.model.classifier import Classifier, HeadKind
from finewright.model.packed import PackedBatches
from finewright.model.texts import headed
from finewright.model.vocabulary import learn_rows
from finewright.train.epochs import Epochs
from finewright.train.heads import Answers, HeadBatches, balanced_weights, columns_of, head_loss
from finewright.train.loop import Loss, train
from finewright.train.metrics import Metrics
from finewright.train.outcome import Outcome
from finewright.train.probe import probe
from finewright.train.sameness import same_bits
from finewright.train.validation import validation_loss
from support.parity_heads import LABELS, VOCABULARY, encoder
from train.tiny_training import killing, store_in


def texts(count: int = 12) -> list[Example]:
    """Texts of different lengths; the label is that of the first word."""
    return [
        headed(
            f"text-{number:02}", (1, 3 + number % LABELS, *(8 + number * step % 40 for step in range(2 + number % 5)))
        )
        for number in range(count)
    ]


def columns(kind: HeadKind, examples: list[Example]) -> dict[str, tuple[int, ...]]:
    """The answer's columns by text; of labels, the first word's and the one before it hold."""
    first = {one.id: one.tokens[1] - 3 for one in examples}
    held = {name: [label, label - 1] if kind == "labels" else [label] for name, label in first.items()}
    return {name: columns_of(kind, labels, LABELS) for name, labels in held.items()}


def settings(**changes: object) -> EncoderTrain:
    """Two epochs of three steps of four texts, validated twice an epoch, on one thread."""
    chosen = {"epochs": 2, "batch": 4, "micro_tokens": 16, "learning_rate": 1e-2, "threads": 1} | changes
    return EncoderTrain.model_validate(chosen)


def tiny_classifier(kind: HeadKind = "classes") -> Classifier:
    """A random encoder under a new head, only the rows of the texts' tokens learning; equal every time."""
    trunk = encoder()
    assert max(token for one in texts() for token in one.tokens) < VOCABULARY
    learn_rows(trunk, (token for one in texts() for token in one.tokens[:-1]))
    model = Classifier(trunk, kind, LABELS, "mean", seed=0).train()
    model.freeze_idle(PackedBatches(100)(texts(1))[0])
    return model


def head_training(
    folder: Path,
    model: Classifier,
    chosen: EncoderTrain,
    *,
    loss: Loss = head_loss,
    interrupted: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train `model` into `folder`, its head first by itself; validated on four of the texts it learns."""
    answers = columns(model.kind, texts())
    weights = balanced_weights(model.kind, LABELS, answers)
    batches = HeadBatches(PackedBatches(chosen.micro_tokens or 16), Answers(answers, weights))
    with same_bits(1):
        probe(model, texts(), batches)
    with Metrics(folder / "metrics.jsonl") as metrics:
        return train(
            model,
            Epochs(texts(), chosen, 7, batches),
            loss,
            chosen,
            seed=7,
            store=store_in(folder),
            validate=lambda: validation_loss(model, texts(4), batches, head_loss),
            metrics=metrics,
            interrupted=interrupted,
        )


if __name__ == "__main__":
    head_training(Path(sys.argv[1]), tiny_classifier(), settings(), loss=killing(int(sys.argv[2]), head_loss))
