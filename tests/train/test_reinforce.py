"""Learning from rewards: gradients equal a slow padded reference, a killed run ends in the same bits, rewards rise."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from finewright.base.errors import FinewrightError, InputError, StorageError
from finewright.base.files import digest_file
from finewright.base.records import Completion
from finewright.model.batch import Example
from finewright.model.padded import PaddedBatches
from finewright.model.tree import TreeBatches
from finewright.model.value import Valued
from finewright.train.metrics import rows_of
from finewright.train.reinforce import whitened
from finewright.train.rollouts import Prompt, examples_in
from finewright.train.rounds import Group, Rollout, Round, read_round, rounds_in
from finewright.train.weights import trainable
from train.tiny_rollouts import LONGEST, Reinforced, Wanted, chat, prompts, settings, tiny_decoder
from train.tiny_training import adapter_sha

SCRIPT = Path(__file__).with_name("tiny_rollouts.py")


# the gradient of a round


def moved(made: Reinforced, seed: int, by: float = 0.05) -> None:
    """Move every trained weight a little, as optimizer steps would."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for weight in trainable(made.trained).values():
            weight.add_(by * torch.randn_like(weight))


def targets(made: Reinforced, example: Example, temperature: float) -> tuple[Tensor, Tensor]:
    """Log-probabilities of the answer's tokens and its states, (T,) and (T, H), of this row alone by transformers."""
    row = torch.tensor([example.tokens])
    out = made.model(input_ids=row, output_hidden_states=True)
    first = example.supervised.index(True)
    log_p = (out.logits[0, :-1].double() / temperature).log_softmax(-1)[first - 1 :]
    return log_p.gather(1, row[0, first:, None])[:, 0], out.hidden_states[-1][0, first - 1 : -1]


def slow_loss(made: Reinforced, found: Round, examples: Sequence[Example]) -> Tensor:
    """The whole round's loss by the formulas, answer by answer and token by token."""
    how, objective = made.chosen.reinforce, made.objective
    by_token: dict[str, Tensor] = slow_advantages(made, found, examples)
    total, tokens = torch.zeros((), dtype=torch.float64), sum(example.targets for example in examples)
    for example, rollout in zip(examples, found.rollouts, strict=True):
        now, states = targets(made, example, how.temperature)
        old = now.detach() if rollout.log_probs is None else torch.tensor(rollout.log_probs).double()
        with torch.no_grad(), made.model.disable_adapter():
            base, _ = targets(made, example, how.temperature)
        ratio, over = (now - old).exp(), by_token[example.id]
        apart = ratio * ((base - now).exp() - (base - now) - 1)
        if objective == "rloo":
            whole = ratio.prod()
            bounded = whole.clamp(1 - how.clip, 1 + how.clip)
            total = total - torch.minimum(whole * over[0], bounded * over[0]) + how.kl * apart.sum()
            continue
        losses = -torch.minimum(ratio * over, ratio.clamp(1 - how.clip, 1 + how.clip) * over)
        if objective == "grpo":
            losses = losses + how.kl * apart
        else:
            assert isinstance(made.trained, Valued)
            assert rollout.values is not None
            before = torch.tensor(rollout.values).double()
            value = made.trained.head(states)[:, 0]
            near = before + (value - before).clamp(-how.clip, how.clip)
            goal = slow_returns(made, example, rollout)
            losses = losses + how.value_weight * torch.maximum((value - goal) ** 2, (near - goal) ** 2) / 2
        divisor = {"answer": len(losses), "tokens": 1, "constant": LONGEST}[how.normalise]
        total = total + losses.sum() / divisor
    return total / (tokens if how.normalise == "tokens" and objective != "rloo" else len(examples))


def slow_advantages(made: Reinforced, found: Round, examples: Sequence[Example]) -> dict[str, Tensor]:
    how, at = made.chosen.reinforce, 0
    advantages: dict[str, Tensor] = {}
    for group in found.groups:
        rewards = torch.tensor([one.reward for one in group.rollouts], dtype=torch.float64)
        for place, rollout in enumerate(group.rollouts):
            example, length = examples[at], len(rollout.tokens)
            at += 1
            others = (rewards.sum() - rewards[place]) / (len(rewards) - 1)
            over = rewards[place] - (others if made.objective == "rloo" else rewards.mean())
            if made.objective == "grpo" and how.scale:
                over = over / (rewards.std() + 1e-4)
            advantages[example.id] = over.expand(length)
            if made.objective == "ppo":
                assert rollout.values is not None
                goal = slow_returns(made, example, rollout)
                advantages[example.id] = goal - torch.tensor(rollout.values).double()
    if made.objective == "ppo" and how.scale:
        every = torch.cat(list(advantages.values()))
        return {name: (one - every.mean()) / (every.std(correction=0) + 1e-8) for name, one in advantages.items()}
    return advantages


def slow_returns(made: Reinforced, example: Example, rollout: Rollout) -> Tensor:
    """V_t + sum_l (discount lambda)^l d_{t+l}, term by term; rewards are -kl (log p - log p_base), the score behind."""
    how = made.chosen.reinforce
    assert rollout.values is not None
    assert rollout.log_probs is not None
    with torch.no_grad(), made.model.disable_adapter():
        base, _ = targets(made, example, how.temperature)
    values = [*rollout.values, 0.0]
    rewards = [-how.kl * (old - float(of)) for old, of in zip(rollout.log_probs, base, strict=True)]
    rewards[-1] += rollout.reward
    steps = range(len(rewards))
    surprise = [rewards[t] + how.discount * values[t + 1] - values[t] for t in steps]
    decay = how.discount * how.smoothing
    return torch.tensor(
        [values[t] + sum(decay ** (later - t) * surprise[later] for later in steps if later >= t) for t in steps],
        dtype=torch.float64,
    )


CASES: list[tuple[str, dict[str, Any]]] = [
    ("grpo", {}),
    ("grpo", {"kl": 0.0, "scale": False, "normalise": "tokens"}),
    ("grpo", {"updates": 2, "normalise": "constant", "temperature": 0.7, "clip": 0.05}),
    ("rloo", {}),
    ("rloo", {"updates": 2, "temperature": 1.5, "clip": 0.05}),
    ("ppo", {}),
    ("ppo", {"updates": 2, "discount": 0.9, "smoothing": 0.8, "scale": False, "normalise": "tokens", "clip": 0.1}),
]


@pytest.mark.parametrize("layout", ["tree", "padded"])
@pytest.mark.parametrize(("objective", "changes"), CASES)
def test_the_gradient_of_a_round_is_that_of_a_slow_reference(
    objective: str, changes: dict[str, Any], layout: str, tmp_path: Path
) -> None:
    batches = TreeBatches(64) if layout == "tree" else PaddedBatches(64, 0)
    made = Reinforced(tmp_path, objective, settings(**changes), model=tiny_decoder().double(), batches=batches)
    made.trained.double()
    moved(made, seed=1)
    made.steps.step(0)
    if made.chosen.reinforce.updates > 1:
        moved(made, seed=2)  # the second update learns the same rollouts with other weights
    step = made.steps.step(made.chosen.reinforce.updates - 1)
    assert len(step.batches) > 1
    loss = sum(made.loss(made.trained, batch) for batch in step.batches) / step.weight
    assert isinstance(loss, Tensor)
    found = read_round(rounds_in(tmp_path / "rollouts")[0])
    examples = examples_in(found, drawn(made, found))
    weights = list(trainable(made.trained).values())
    expected = slow_loss(made, found, examples)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5, abs=1e-6)
    ours = torch.autograd.grad(loss, weights)
    theirs = torch.autograd.grad(expected, weights)
    for one, other in zip(ours, theirs, strict=True):
        assert float((one - other).norm()) <= 1e-5 * float(other.norm()) + 1e-9
    assert any(bool(one.any()) for one in ours)


def drawn(made: Reinforced, found: Round) -> list[Prompt]:
    by_id = {prompt.id: prompt for prompt in made.prompts}
    return [by_id[group.record] for group in found.groups]


def test_the_clip_bites_in_the_cases_above(tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "grpo", settings(updates=2, clip=0.05), model=tiny_decoder().double())
    moved(made, seed=1)
    made.steps.step(0)
    moved(made, seed=2)
    for batch in made.steps.step(1).batches:
        made.loss(made.trained, batch)
    assert 0 < made.loss.noticed.figures()["clipped"] < 1


def test_whitened_advantages_have_mean_0_and_deviation_1() -> None:
    found = torch.cat(list(whitened({"a": torch.tensor([1.0, 2.0]), "b": torch.tensor([6.0])}).values()))
    assert float(found.mean()) == pytest.approx(0, abs=1e-6)
    assert float(found.std(correction=0)) == pytest.approx(1, rel=1e-6)
    assert whitened({"a": torch.tensor([0.0, 0.0])})["a"].tolist() == [0, 0]


# what a step holds


def test_the_prompt_is_computed_once_for_its_group(tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "grpo", settings(), batches=TreeBatches(4096))
    (batch,) = made.steps.step(0).batches
    found = read_round(rounds_in(tmp_path / "rollouts")[0])
    examples = examples_in(found, drawn(made, found))
    distinct = {example.tokens[:end] for example in examples for end in range(1, len(example.tokens) + 1)}
    assert len(distinct) <= batch.tokens <= len(distinct) + 4  # a single shared token is not worth a branching
    assert batch.tokens < sum(len(example.tokens) for example in examples) / 2
    assert len(batch.target) == sum(len(one.tokens) for one in found.rollouts)


class Same(Wanted):
    """Everything is rewarded alike, or all but the answers to one record."""

    def __init__(self, but: str = "") -> None:
        self._but = but

    def __call__(self, records: Sequence[Any], answers: Sequence[str]) -> list[dict[str, float]]:
        places = enumerate(zip(records, answers, strict=True))
        return [{"wanted": float(one.id == self._but and place % 2), "speaks": 0.0} for place, (one, _) in places]


@pytest.mark.parametrize("objective", ["grpo", "rloo"])
def test_a_group_rewarded_alike_is_not_learned_but_counted(objective: str, tmp_path: Path) -> None:
    made = Reinforced(tmp_path, objective, settings(kl=0.0), rewarding=Same(but="row-2"))
    steps = [made.steps.step(number) for number in range(2)]
    learned = [name for step in steps for batch in step.batches for name in batch.ids]
    assert len(learned) == 4  # of the one group with spread
    assert len({name.split()[0] for name in learned}) == 1
    assert [step.weight for step in steps] == [12, 12]
    assert sorted(step.figures()["alike"] for step in steps) == [pytest.approx(2 / 3), 1]
    assert sum(not step.batches for step in steps) == 1


def test_with_a_divergence_all_are_learned_once_something_was(tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "grpo", settings(kl=0.1), rewarding=Same())
    assert made.steps.step(0).batches == ()  # the model is still its own reference
    made.log.write_text(json.dumps({"step": 1, "round": 0, "tokens": 99}) + "\n")
    assert sum(len(batch.ids) for batch in made.steps.step(1).batches) == 12


def test_a_run_in_which_some_steps_teach_nothing_goes_on(tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "grpo", settings(kl=0.0, epochs=2), rewarding=Same(but="row-2"))
    outcome = made.train()
    assert outcome.steps == 4
    rows = [row for row in rows_of(made.log) if "round" in row]
    assert sorted(row["tokens"] > 0 for row in rows) == [False, False, True, True]
    assert all(("entropy" in row) == (row["tokens"] > 0) for row in rows)


def test_the_log_tells_of_every_step(tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "grpo", settings(updates=2, epochs=2))
    made.train()
    rows = [row for row in rows_of(made.log) if "round" in row]
    assert [row["round"] for row in rows] == [0, 0, 1, 1, 2, 2, 3, 3]
    for number, path in enumerate(rounds_in(tmp_path / "rollouts")):
        found, row = read_round(path), rows[2 * number]
        rewards = [one.reward for one in found.rollouts]
        assert row["reward"] == pytest.approx(sum(rewards) / 12)
        assert row["reward/wanted"] + 0.1 * row["reward/speaks"] == pytest.approx(row["reward"])
        assert row["length"] == pytest.approx(sum(len(one.tokens) for one in found.rollouts) / 12)
        assert row["cut"] == pytest.approx(sum(one.cut for one in found.rollouts) / 12)
        # on the first update the model still is the sampler
        entropy = -torch.cat([torch.tensor(one.log_probs) for one in found.rollouts]).double().mean()
        assert row["entropy"] == pytest.approx(float(entropy), rel=1e-3)
        assert row["clipped"] == 0
    assert rows[0]["kl"] == pytest.approx(0, abs=1e-6)
    assert rows[-1]["kl"] > 0


def test_every_rollout_has_something_to_learn_be_it_cut_or_empty(tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "grpo", settings(), asked=prompts(24))
    for number in range(made.steps.total):
        made.steps.step(number)
    found = [one for path in rounds_in(tmp_path / "rollouts") for one in read_round(path).rollouts]
    assert any(one.cut for one in found)
    assert any(not one.text and not one.cut for one in found)  # nothing but its end
    assert all(one.cut == (len(one.tokens) == LONGEST and one.tokens[-1] != chat().terminator) for one in found)
    assert min(len(one.tokens) for one in found) == 1


def test_an_answer_without_a_token_is_refused() -> None:
    empty = Round(0, (Group("row-0", "a:1", "", "", (Rollout("", (), False, {}, 0.0),)),))
    with pytest.raises(InputError, match="no supervised token"):
        examples_in(empty, prompts(1))


def test_sampling_hangs_on_round_prompt_and_place_alone(tmp_path: Path) -> None:
    asked: dict[str, list[tuple[str, int]]] = {}

    def seeds(name: str, chosen: list[Prompt]) -> None:
        made = Reinforced(tmp_path / name, "grpo", settings(batch=6, epochs=2), asked=chosen)
        write = made.write

        def noting(requests: Sequence[Any]) -> list[Completion]:
            asked.setdefault(name, []).extend((request.messages[-1].content, request.seed) for request in requests)
            return write(requests)

        made.steps._make._write = noting  # type: ignore[attr-defined]
        made.steps.step(0)
        made.steps.step(1)

    seeds("whole", prompts())
    seeds("without", prompts()[1:])
    assert len({seed for _, seed in asked["whole"]}) == 48
    assert set(asked["without"]) < set(asked["whole"])


@pytest.mark.parametrize("learning", [True, False])
def test_making_a_round_leaves_the_model_in_its_mode(learning: bool, tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "ppo", settings(updates=2))
    made.trained.train(learning)
    made.steps.step(0)
    assert {module.training for module in made.trained.modules()} == {learning}
    assert not any(weight.grad is not None for weight in made.trained.parameters())


# kept rounds


def test_a_round_is_read_where_it_is_kept_and_written_before_it_is_learned(tmp_path: Path) -> None:
    Reinforced(tmp_path, "grpo", settings()).steps.step(0)
    (path,) = rounds_in(tmp_path / "rollouts")
    again = Reinforced(tmp_path, "grpo", settings())
    again.write = None  # type: ignore[method-assign,assignment]  # nobody is there to write
    again.steps._make = None  # type: ignore[assignment]
    assert again.steps.step(0).figures()["reward"] == pytest.approx(mean_reward(read_round(path)))


def mean_reward(found: Round) -> float:
    return sum(one.reward for one in found.rollouts) / len(found.rollouts)


def test_a_round_of_other_versions_is_made_again_unless_it_is_half_learned(tmp_path: Path) -> None:
    Reinforced(tmp_path, "grpo", settings(updates=2)).steps.step(0)
    (path,) = rounds_in(tmp_path / "rollouts")
    changed = json.loads(path.read_text())
    changed["round"]["groups"][0]["rollouts"][0]["rewards"] = {"wanted": 77.0, "speaks": 0.0}
    path.write_text(json.dumps(changed))
    other = Reinforced(tmp_path, "grpo", settings(updates=2), circumstances={"torch": "3"})
    assert other.steps.step(1).figures()["reward/wanted"] > 6
    assert Reinforced(tmp_path, "grpo", settings(updates=2)).steps.step(0).figures()["reward/wanted"] > 6
    anew = Reinforced(tmp_path, "grpo", settings(updates=2), circumstances={"torch": "3"})
    assert anew.steps.step(0).figures()["reward/wanted"] < 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is missing or damaged"),
        ("{", "is missing or damaged"),
        ("[]", "is damaged"),
        ('{"run":{"digest":"r"},"circumstances":{"torch":"2"},"round":{"number":0}}', "is damaged"),
        ('{"run":{"digest":"s"},"circumstances":{},"round":{}}', "holds another training's rollouts"),
    ],
)
def test_a_half_learned_round_that_cannot_be_read_is_told(content: str | None, said: str, tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "grpo", settings(updates=2))
    path = tmp_path / "rollouts" / "000000.json"
    if content is not None:
        path.parent.mkdir()
        path.write_text(content)
    with pytest.raises(StorageError, match=rf"000000\.json: {said}; remove .*rollouts and .*checkpoints to train anew"):
        made.steps.step(1)


# the same bits


@pytest.mark.parametrize(("objective", "updates", "calls"), [("grpo", 1, 5), ("rloo", 2, 11), ("ppo", 2, 9)])
def test_killed_and_resumed_it_ends_in_the_same_bits(objective: str, updates: int, calls: int, tmp_path: Path) -> None:
    whole = Reinforced(tmp_path / "whole", objective, settings(updates=updates, epochs=2))
    whole.train()
    broken = tmp_path / "broken"
    child = subprocess.run(
        [sys.executable, str(SCRIPT), str(broken), objective, str(updates), str(calls)],
        env=os.environ | {"PYTHONPATH": f"{SCRIPT.parents[1]}"},
        capture_output=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    again = Reinforced(broken, objective, settings(updates=updates, epochs=2))
    outcome = again.train()
    assert len(outcome.resumed_at) == 1
    assert adapter_sha(again.model, tmp_path / "a") == adapter_sha(whole.model, tmp_path / "b")
    kept = [[(path.name, digest_file(path)) for path in rounds_in(made.folder / "rollouts")] for made in (whole, again)]
    assert kept[0] == kept[1]
    assert len(kept[0]) == 4
    logs = [[{**row, "seconds": 0} for row in rows_of(made.log)] for made in (whole, again)]
    assert logs[0] == logs[1]


# learning


@pytest.mark.parametrize("objective", ["grpo", "rloo", "ppo"])
def test_a_checkable_reward_rises(objective: str, tmp_path: Path) -> None:
    changes = {"rollouts": 8, "batch": 6, "epochs": 14, "evaluations": 1, "kl": 0.01, "learning_rate": 2e-2}
    made = Reinforced(tmp_path, objective, settings(**changes))
    outcome = made.train()
    rewards = [row["reward/wanted"] for row in rows_of(made.log) if "round" in row]
    assert 0.03 < sum(rewards[:3]) / 3 < 0.4
    assert sum(rewards[-3:]) / 3 > 0.7
    assert -outcome.best_loss > -outcome.base_loss + 0.3


def test_a_reward_that_never_varies_stops_the_run_with_the_reason(tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "grpo", settings(epochs=9, collapse=3), rewarding=Same())
    with pytest.raises(FinewrightError, match=r"in the first 3 rounds the reward never varied.*nothing to learn"):
        made.train()


def test_the_head_of_ppo_begins_at_0_and_is_learned(tmp_path: Path) -> None:
    made = Reinforced(tmp_path, "ppo", settings(epochs=2))
    assert isinstance(made.trained, Valued)
    assert not made.trained.head.weight.any()
    made.train()
    assert made.trained.head.weight.any()
    assert not any("head" in name for name, _ in made.model.named_parameters() if "lm_head" not in name)


def test_ppo_counts_the_divergence_among_its_rewards(tmp_path: Path) -> None:
    """With values of 0, no discount and lambda 1 a return is the sum of what follows."""
    made = Reinforced(tmp_path, "ppo", settings(kl=0.5, scale=False, smoothing=1.0))
    one = Rollout("a b", (5, 6), False, {}, 2.0, log_probs=(-1.0, -2.0), values=(0.0, 0.0))
    example = Example("0 0", (1, 5, 6), (False, True, True))
    made.loss._reference = lambda examples: {"0 0": torch.tensor([-1.5, -1.0])}
    made.loss.take_up(Round(0, (Group("r", "", "", "", (one,)),)), [example])
    # d = -0.5 (-1 + 1.5) = -0.25 at the first token, 2 - 0.5 (-2 + 1) = 2.5 at the second
    assert made.loss._known.returns["0 0"].tolist() == pytest.approx([2.25, 2.5])
    assert made.loss._known.advantages["0 0"].tolist() == pytest.approx([2.25, 2.5])
