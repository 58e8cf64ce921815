"""Distilling a prompt: the loss is the divergence of whole distributions, states are kept as computed, it ends near 0.

Run as a script, it distils into a folder and kills itself with SIGKILL inside a chosen micro-batch:

    python test_distil.py FOLDER CALLS
"""

import copy
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from torch import Tensor, nn

from finewright.base.recipe_train import Train
from finewright.model.batch import Batch, Example
from finewright.model.full import unfreeze
from finewright.model.padded import PaddedBatches, padded
from finewright.model.states import hidden_states
from finewright.model.teacher import TeacherHead, TeacherStates, keep_teacher
from finewright.model.tree import TreeBatches
from finewright.train.distil import teacher_loss
from finewright.train.epochs import Epochs
from finewright.train.loop import Loss, train
from finewright.train.metrics import Metrics
from finewright.train.outcome import Outcome
from finewright.train.validation import validation_loss
from train.tiny_training import PAD, adapter_sha, killing, settings, store_in, tiny_model

PROMPT = (3, 7, 11, 2, 5, 9, 13, 6)
"""What the teacher reads before every row, and the student does not."""


def rows(count: int, prompt: tuple[int, ...]) -> list[Example]:
    """A prompt, an input of its own, and an answer of two or three tokens, the last of which ends it."""
    found = []
    for number in range(count):
        asked = (*prompt, 1 + number % 4, *(8 + (number * step) % 20 for step in range(1, 3 + number % 3)))
        answer = (*((5 + number) % 30, 5 + number % 4)[number % 2 :], 31)
        found.append(Example(f"row-{number}", asked + answer, (False,) * len(asked) + (True,) * len(answer)))
    return found


def asked(count: int = 12) -> list[Example]:
    return rows(count, PROMPT)


def students(count: int = 12) -> list[Example]:
    return rows(count, (4,))


def base() -> nn.Module:
    return tiny_model().unload().eval().requires_grad_(False)  # type: ignore[operator,no-any-return]


def kept(folder: Path, examples: list[Example], micro_tokens: int = 24) -> TeacherStates:
    return keep_teacher(base, examples, micro_tokens, PAD, folder / "teacher", {"base": "b"})


def moved_model() -> PeftModel:
    """An adapter that does something."""
    model = tiny_model()
    torch.manual_seed(3)
    with torch.no_grad():
        for weight in (one for one in model.parameters() if one.requires_grad):
            weight.add_(0.2 * torch.randn_like(weight))
    return model


def reference(student: nn.Module, learned: list[Example], teacher: nn.Module, taught: list[Example]) -> Tensor:
    """The definition, a row at a time, in double precision: whole logits of both at every token of the answer."""
    given: Any = student
    other: Any = teacher
    total = torch.zeros((), dtype=torch.float64)
    for mine, theirs in zip(learned, taught, strict=True):
        q = given(torch.tensor([mine.tokens])).logits[0].double().log_softmax(-1)
        with torch.no_grad():
            p = other(torch.tensor([theirs.tokens])).logits[0].double().log_softmax(-1)
        places = [[at - 1 for at, wanted in enumerate(one.supervised) if wanted] for one in (mine, theirs)]
        for at, its in zip(*places, strict=True):
            total = total + (p[its].exp() * (p[its] - q[at])).sum()
    return total


def gradients(loss: Tensor, model: nn.Module) -> list[Tensor]:
    return list(torch.autograd.grad(loss, [weight for weight in model.parameters() if weight.requires_grad]))


# the loss


@pytest.mark.parametrize("layout", ["padded", "tree"])
@pytest.mark.parametrize("kept_in", [8, 1000])
def test_loss_and_gradients_are_those_of_both_whole_distributions(tmp_path: Path, layout: str, kept_in: int) -> None:
    model = moved_model()
    loss = teacher_loss(kept(tmp_path, asked(), kept_in).behind, TeacherHead(model))
    batches = TreeBatches(20) if layout == "tree" else PaddedBatches(40, PAD)
    laid_out = batches(students()[::-1])
    assert len(laid_out) > 1
    found = torch.stack([loss(model, batch) for batch in laid_out]).sum()
    exact = copy.deepcopy(model).double()
    wanted = reference(exact, students(), base().double(), asked())
    assert wanted > 1
    torch.testing.assert_close(found.double(), wanted, rtol=1e-4, atol=1e-4)
    for one, other in zip(gradients(found, model), gradients(wanted, exact), strict=True):
        torch.testing.assert_close(one.double(), other, rtol=1e-3, atol=1e-4)


def test_a_student_that_reads_the_teachers_prompt_has_nothing_to_learn(tmp_path: Path) -> None:
    model = tiny_model()
    loss = teacher_loss(kept(tmp_path, asked()).behind, TeacherHead(model))
    (same,) = TreeBatches(1000)(asked())
    (short,) = TreeBatches(1000)(students())
    assert loss(model, same).item() == pytest.approx(0, abs=1e-4)
    assert loss(model, short).item() > 1


def test_rows_that_are_one_to_the_student_keep_their_own_teachers(tmp_path: Path) -> None:
    one = students(1)[0]
    learned = [Example(name, one.tokens, one.supervised) for name in ("a", "b")]
    tail, marks = one.tokens[1:], one.supervised[1:]
    taught = [
        Example(name, (*start, *tail), (*(False for _ in start), *marks))
        for name, start in (("a", PROMPT), ("b", PROMPT[::-1]))
    ]
    model = moved_model()
    (batch,) = TreeBatches(1000)(learned)
    assert len(batch.states) < len(batch.target)
    found = teacher_loss(kept(tmp_path, taught).behind, TeacherHead(model))(model, batch)
    torch.testing.assert_close(found.double(), reference(model, learned, base(), taught), rtol=1e-4, atol=1e-4)


def test_weights_of_entries_count(tmp_path: Path) -> None:
    model = moved_model()
    loss = teacher_loss(kept(tmp_path, asked()).behind, TeacherHead(model))
    (batch,) = TreeBatches(1000)(students(2))
    first = (batch.example == 0).float()
    parts = [
        Batch(**{name: getattr(batch, name) for name in batch.__slots__} | {"weight": of}) for of in (first, 1 - first)
    ]
    torch.testing.assert_close(loss(model, parts[0]) + loss(model, parts[1]), loss(model, batch))
    assert 0 < loss(model, parts[0]) < loss(model, batch)


def test_an_answer_of_another_length_than_the_teachers_is_no_match(tmp_path: Path) -> None:
    states = kept(tmp_path, asked())
    example = students(1)[0]
    longer = Example(example.id, (*example.tokens, 31), (*example.supervised, True))
    with pytest.raises(ValueError, match="not a value for each of their targets"):
        states.behind(padded([longer], PAD))


# the head


def test_a_head_that_learns_is_copied_and_one_that_does_not_is_shared(tmp_path: Path) -> None:
    adapted = tiny_model()
    assert TeacherHead(adapted).get_output_embeddings() is adapted.get_output_embeddings()
    model: Any = unfreeze(tiny_model().unload(), Train(method="full"))
    head = TeacherHead(model)
    loss = teacher_loss(kept(tmp_path, asked()).behind, head)
    (batch,) = TreeBatches(1000)(students())
    before = copy.deepcopy(model)
    with torch.no_grad():
        model.get_output_embeddings().weight.mul_(1.5)
    wanted = reference(model, students(), before, asked())
    torch.testing.assert_close(loss(model, batch).double(), wanted, rtol=1e-4, atol=1e-3)
    assert not any(weight.requires_grad for weight in head.parameters())
    loss(model, batch).backward()  # type: ignore[no-untyped-call]
    assert model.get_output_embeddings().weight.grad is not None


# the states


@pytest.mark.parametrize("micro_tokens", [4, 24, 1000])
def test_kept_states_are_those_of_each_row_alone_the_end_of_the_answer_included(
    tmp_path: Path, micro_tokens: int
) -> None:
    states = kept(tmp_path, asked(), micro_tokens)
    model = base()
    for mine, theirs in zip(students(), asked(), strict=True):
        found = states.behind(padded([mine], PAD))
        assert found.shape == (theirs.targets, 16)
        assert theirs.tokens[-1] == 31
        assert theirs.supervised[-1]
        torch.testing.assert_close(found, hidden_states(model, padded([theirs], PAD)), rtol=1e-4, atol=1e-5)
    size = (tmp_path / "teacher" / "answers.f32").stat().st_size
    assert size == 4 * 16 * sum(example.targets for example in asked())


def test_what_the_rows_begin_with_is_computed_once(tmp_path: Path) -> None:
    whole = sum(len(row.tokens) for row in asked())
    once = whole - (len(asked()) - 1) * len(PROMPT)
    assert len(PROMPT) < kept(tmp_path, asked(), 1000).tokens <= once
    assert once < kept(tmp_path / "cut", asked(), 24).tokens < whole


def test_kept_states_are_read_again_without_the_model_and_never_for_others(tmp_path: Path) -> None:
    (batch,) = TreeBatches(1000)(students())
    first = kept(tmp_path, asked())

    def absent() -> nn.Module:
        raise AssertionError("the model is not needed")

    def again(examples: list[Example], **changes: Any) -> TeacherStates:
        given = {"micro_tokens": 24, "pad": PAD, "folder": tmp_path / "teacher", "identity": {"base": "b"}} | changes
        return keep_teacher(absent, examples, **given)

    assert torch.equal(again(asked()[::-1]).behind(batch), first.behind(batch))
    for examples, changes in (
        (asked()[1:], {}),
        (rows(12, PROMPT[1:]), {}),
        (asked(), {"identity": {"base": "other"}}),
        (asked(), {"micro_tokens": 8}),
    ):
        kept(tmp_path, asked())
        with pytest.raises(AssertionError, match="not needed"):
            again(examples, **changes)


@pytest.mark.parametrize("fault", ["damaged", "unfinished", "cut"])
def test_damaged_or_unfinished_states_are_computed_anew(tmp_path: Path, fault: str) -> None:
    (batch,) = TreeBatches(1000)(students())
    first = kept(tmp_path, asked()).behind(batch)
    path = tmp_path / "teacher" / "answers.f32"
    content = path.read_bytes()
    path.write_bytes(content[:-4] if fault == "cut" else bytes(len(content)))
    if fault == "unfinished":
        (tmp_path / "teacher" / "answers.json").unlink()
    assert torch.equal(kept(tmp_path, asked()).behind(batch), first)
    assert np.array_equal(np.frombuffer(path.read_bytes(), np.float32), np.frombuffer(content, np.float32))


# training


def distilling(folder: Path, model: PeftModel, chosen: Train, kill_at: int = 0) -> Outcome:
    """The tiny training, on the teacher's distributions."""
    batches = TreeBatches(24)
    loss: Loss = teacher_loss(kept(folder, asked()).behind, TeacherHead(model))
    with Metrics(folder / "metrics.jsonl") as metrics:
        return train(
            model,
            Epochs(students(), chosen, 7, batches),
            killing(kill_at, loss),
            chosen,
            seed=7,
            store=store_in(folder),
            validate=lambda: validation_loss(model, students(4), batches, loss),
            metrics=metrics,
            interrupted=lambda: False,
        )


def test_the_student_comes_to_expect_what_the_teacher_does(tmp_path: Path) -> None:
    model = tiny_model()
    outcome = distilling(tmp_path, model, settings(epochs=40, evaluations=1, patience=0, learning_rate=2e-2))
    assert outcome.base_loss > 2
    assert outcome.best_loss < 0.05 * outcome.base_loss
    # by the definition, too, and of the very weights that were kept
    after = reference(model, students(4), base(), asked(4)) / sum(one.targets for one in students(4))
    assert after.item() == pytest.approx(outcome.best_loss, abs=1e-4)


def test_kill_9_and_the_same_command_again_end_in_the_same_bits(tmp_path: Path) -> None:
    whole, resumed = tiny_model(dropout=0.2), tiny_model(dropout=0.2)
    distilling(tmp_path / "whole", whole, settings())
    folder = tmp_path / "killed"
    # Killed in the last micro-batch of the fifth step; the last checkpoint is that after the third.
    source = Epochs(students(), settings(), 7, TreeBatches(24))
    calls = sum(len(source.step(number).batches) for number in range(5))
    script = [sys.executable, __file__, str(folder), str(calls)]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    child = subprocess.run(script, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, check=False)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    stamp = (folder / "teacher" / "answers.f32").stat().st_mtime_ns
    outcome = distilling(folder, resumed, settings())
    assert outcome.resumed_at == (3,)
    assert (folder / "teacher" / "answers.f32").stat().st_mtime_ns == stamp
    assert adapter_sha(resumed, folder / "adapter") == adapter_sha(whole, tmp_path / "whole" / "adapter")


if __name__ == "__main__":
    distilling(Path(sys.argv[1]), tiny_model(dropout=0.2), settings(), int(sys.argv[2]))
