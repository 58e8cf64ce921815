"""Whole-answer probabilities must be those of plain teacher forcing, one answer at a time."""

import math

import pytest
import torch

from finewright.engine.scan import Scan, scan
from finewright.engine.start import Start

END = 2
ANSWERS = [[END], [5, END], [5, 6, END], [5, 6, 7, 8, 9, END], [30, 2], [31, 31, 31, END]]
PROMPTS = [[5], [9, 2, 2, 31, 7, 12, 33, 4, 19, 2, 8], [2, 2], [6, 30, 11, 17, 3]]


@torch.inference_mode()
def forced(model, prompt, answer) -> float:
    """log p(answer | prompt): one row, every token given, no cache."""
    logits = model(input_ids=torch.tensor([[*prompt, *answer]]), use_cache=False).logits[0]
    log_probabilities = logits.double().log_softmax(dim=-1)
    return sum(float(log_probabilities[len(prompt) - 1 + place, token]) for place, token in enumerate(answer))


@pytest.mark.parametrize("batch_tokens", [1, 40, 10_000])
def test_equals_teacher_forcing(model, batch_tokens):
    scans = [Scan(prompt, ANSWERS[: 3 + row]) for row, prompt in enumerate(PROMPTS)]
    finished: list[int] = []
    scan(Start(model, PROMPTS), scans, batch_tokens, finished.append)
    for one in scans:
        expected = [forced(model, one.prompt, answer) for answer in one.answers]
        assert one.log_probabilities == pytest.approx(expected, abs=1e-4)
        assert one.probabilities == pytest.approx([math.exp(value) for value in expected], rel=1e-4)
        assert one.best == expected.index(max(expected))
        assert one.probability == max(one.probabilities)
        assert one.rest == pytest.approx(sum(one.probabilities) - one.probability)
    assert sum(finished) == len(scans)


def test_of_equals_the_first_is_the_best():
    one = Scan([1], [[5], [6], [7]], [-2.0, -1.0, -1.0])
    assert (one.best, one.probability) == (1, math.exp(-1.0))


def test_answers_of_the_terminator_alone_need_the_prompt_alone(grouped):
    one = Scan([7, 8], [[END]])
    scan(Start(grouped, [one.prompt]), [one], 100, lambda _: None)
    assert one.log_probabilities == pytest.approx([forced(grouped, [7, 8], [END])], abs=1e-5)


def test_every_answer_of_two_tokens_or_fewer_together_is_certain(grouped):
    """The probabilities of a complete, prefix-free set of answers add up to one."""
    answers = [[END]] + [[first, second] for first in range(40) if first != END for second in range(40)]
    one = Scan([7, 8], answers)
    scan(Start(grouped, [one.prompt]), [one], 500, lambda _: None)
    assert math.fsum(one.probabilities) == pytest.approx(1, abs=1e-5)


def test_the_prompt_is_read_once(grouped):
    widths: list[tuple[int, ...]] = []
    hook = grouped.register_forward_pre_hook(
        lambda _module, _args, named: widths.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    scan(Start(grouped, [[4] * 20]), [Scan([4] * 20, ANSWERS)], 75, lambda _: None)
    hook.remove()
    # 75 // (20 + 5) = 3 copies side by side, each fed its answer but for the last token.
    assert widths == [(1, 20), (3, 2), (3, 5)]
