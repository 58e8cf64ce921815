"""Learning from rewards in a real run of a tiny base: what is kept, logged and shown, resumed alike, faults first."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from finewright.base.errors import FinewrightError, InputError, Interrupted
from finewright.base.files import digest_file
from finewright.base.recipe_file import read_recipe
from finewright.flows.prepare import prepare
from finewright.flows.reinforce import check_reinforce
from finewright.flows.report.page import environment
from finewright.flows.report.rollouts import reward_chart, rollouts_section
from finewright.flows.run import run
from finewright.model.manifest import read_manifest
from finewright.train.metrics import rows_of
from finewright.train.rounds import Group, Rollout, Round, read_round, rounds_in
from flows.test_run import write_task
from support.sealed import same_version
from support.tiny import tiny_base

OFF = "evaluate: {forgetting: {enabled: false}}\n"
SPACES = "def reward(prompt, answer, wanted):\n    return answer.count('e') / (len(answer) + 1)\n"
"""A reward that a random base gets some of."""


def quiet(line: str) -> None:
    pass


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def task(
    folder: Path,
    base: Path,
    objective: str = "grpo",
    *,
    rewards: str = "{scorer: python, path: own.py}",
    how: str = "",
    train: str = "",
    own: str = SPACES,
    more: str = OFF,
) -> Path:
    """The labelled task, learned from the rewards of four answers of at most six tokens a prompt."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.py").write_text(own)
    reinforce = f"rollouts: 4, max_tokens: 6, rewards: [{rewards}]{how}"
    recipe = write_task(folder, base, f", objective: {objective}{train}, reinforce: {{{reinforce}}}")
    recipe.write_text(recipe.read_text() + more)
    return recipe


@pytest.mark.parametrize("objective", ["grpo", "rloo", "ppo"])
def test_a_run_learns_from_rewards(objective: str, tmp_path: Path, base: Path) -> None:
    said: list[str] = []
    rewards = "{scorer: python, path: own.py}, {scorer: length, weight: 0.1}"
    done = run(task(tmp_path, base, objective, rewards=rewards), say=said.append)
    training = done.results.training
    assert "Rewarded: python times 1, length times 0.1" in said
    assert any("minus the mean reward of greedy answers" in line for line in said)
    assert next(arm for arm in done.results.arms if arm.name == "tuned").test is not None
    rows = [row for row in rows_of(done.folder / "metrics.jsonl") if "round" in row]
    assert len(rows) == training["steps"]
    wanted = {"reward", "reward/python", "reward/length", "reward_spread", "alike", "length", "cut", "entropy", "kl"}
    assert all(wanted <= row.keys() for row in rows)
    assert ("value_loss" in rows[0]) == (objective == "ppo")
    kept = [read_round(path) for path in rounds_in(done.folder / "rollouts")]
    assert [len(one.rollouts) for one in kept] == [4 * len(one.groups) for one in kept]
    assert sum(len(one.groups) for one in kept) == training["examples"]
    assert not any("head" in path.name for path in (done.folder / "adapter").iterdir())
    page = (done.folder / "report.html").read_text()
    assert "Learning from rewards" in page
    assert "Reward over the training steps" in page
    assert "First round" in page


def test_all_weights_learn_from_rewards_beside_a_frozen_copy(tmp_path: Path, base: Path) -> None:
    train = ", method: full, learning_rate: 1e-3"
    done = run(task(tmp_path, base, "ppo", train=train, how=", updates: 2"), say=quiet)
    rows = [row for row in rows_of(done.folder / "metrics.jsonl") if "round" in row]
    assert rows[0]["kl"] == pytest.approx(0, abs=1e-6)
    assert rows[-1]["kl"] > 0
    assert read_manifest(done.folder / "model").task["kind"] == "classes"


@pytest.mark.parametrize(("objective", "how"), [("grpo", ""), ("grpo", ", updates: 2"), ("ppo", ", updates: 2")])
def test_stopped_and_resumed_it_ends_in_the_same_bits(
    objective: str, how: str, tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(task(tmp_path / "whole", base, objective, how=how), say=quiet)
    stopped = same_version(whole, task(tmp_path / "stopped", base, objective, how=how))
    asked = iter([False, True])
    with monkeypatch.context() as patch:
        patch.setattr("finewright.flows.learning.interruptible", lambda: nullcontext(lambda: next(asked)))
        with pytest.raises(Interrupted):
            run(stopped, say=quiet)
    again = run(stopped, say=quiet)
    assert again.results.training["resumed_at"] == [1]
    assert again.results.training["adapter"] == whole.results.training["adapter"]
    kept = [list(map(digest_file, rounds_in(done.folder / "rollouts"))) for done in (whole, again)]
    assert kept[0] == kept[1]


def test_the_judge_is_the_base_without_what_was_learned(tmp_path: Path, base: Path) -> None:
    """Its judgement of an answer is the same in every round."""
    done = run(task(tmp_path, base, rewards="{scorer: judge}", train=", learning_rate: 1e-2"), say=quiet)
    kept = [read_round(path) for path in rounds_in(done.folder / "rollouts")]
    assert len(kept) > 2
    found: dict[tuple[str, str], set[float]] = {}
    for group in (group for one in kept for group in one.groups):
        for rollout in group.rollouts:
            assert 0 < rollout.reward < 1
            found.setdefault((group.text, rollout.text), set()).add(rollout.reward)
    assert all(len(rewards) == 1 for rewards in found.values())
    assert "nobody has held against people" in (done.folder / "report.html").read_text()


def test_another_function_is_another_run(tmp_path: Path, base: Path) -> None:
    recipe = task(tmp_path, base)
    first = prepare(read_recipe(recipe)).digest
    (tmp_path / "own.py").write_text(SPACES + "# changed\n")
    assert prepare(read_recipe(recipe)).digest != first


# faults


@pytest.mark.parametrize(
    ("rewards", "own", "said"),
    [
        ("{scorer: fields}", SPACES, "fields does not fit answers of the kind classes"),
        ("{scorer: style}", SPACES, "style has no rules to go by"),
        ("{scorer: correct, weight: 0.0}", SPACES, "every weight is 0"),
        ("{scorer: python, path: own.py, function: other}", SPACES, r"own\.py: .* no function `other` in it"),
        ("{scorer: python, path: own.py}", "1 / 0\n", r"own\.py:1: cannot be used .* \(ZeroDivisionError"),
        ("{scorer: python, path: own.py}", "def reward(prompt, answer): pass\n", r"own\.py: .* too many positional"),
        ("{scorer: python, path: .}", SPACES, r"\.yaml:\d+: .* reward 1 names the folder '\.'; name the file"),
        ("{scorer: python}", SPACES, "names no path"),
        ("{scorer: python, path: none.py}", SPACES, "is not there"),
        ("{scorer: model, path: .}", SPACES, "there is no reward model here"),
    ],
)
def test_what_cannot_reward_is_told_before_anything_is_written(
    rewards: str, own: str, said: str, tmp_path: Path, base: Path
) -> None:
    with pytest.raises(InputError, match=said):
        run(task(tmp_path, base, rewards=rewards, own=own), say=quiet)
    assert not (tmp_path / "runs").exists()


def test_a_prompt_without_room_for_a_rollout_is_told_with_its_row(tmp_path: Path, base: Path) -> None:
    recipe = task(tmp_path, base)
    recipe.write_text(recipe.read_text().replace("max_tokens: 6", "max_tokens: 480"))
    with pytest.raises(InputError, match=r"mail\.csv:\d+: the prompt is \d+ tokens long and a rollout up to 480, 512"):
        check_reinforce(prepare(read_recipe(recipe)))


BROKEN: list[tuple[str, str]] = [
    ("def reward(prompt, answer, wanted):\n    return float('nan')\n", "returned nan, which is no reward"),
    ("def reward(prompt, answer, wanted):\n    return answer[99]\n", r"own\.py:2: .* \(IndexError: string index"),
    ("import time\ndef reward(*_):\n    time.sleep(60)\n", r"took longer than 0\.5 seconds"),
]


@pytest.mark.parametrize(("own", "said"), BROKEN)
def test_a_function_that_fails_stops_the_run_with_its_record(own: str, said: str, tmp_path: Path, base: Path) -> None:
    rewards = "{scorer: python, path: own.py, seconds: 0.5}"
    with pytest.raises(FinewrightError, match=rf"{said}.* on the answer to mail\.csv:\d+"):
        run(task(tmp_path, base, rewards=rewards, own=own), say=quiet)


def test_a_reward_that_never_varies_stops_the_run(tmp_path: Path, base: Path) -> None:
    recipe = task(tmp_path, base, rewards="{scorer: correct}", how=", collapse: 2")
    with pytest.raises(FinewrightError, match=r"in the first 2 rounds the reward never varied .* \(its mean was 0\)"):
        run(recipe, say=quiet)


def test_a_reward_that_never_varies_in_a_short_run_is_named(tmp_path: Path, base: Path) -> None:
    recipe = task(tmp_path, base, rewards="{scorer: correct}", how=", collapse: 1000")
    for _ in range(2):  # said again where the run is asked for again
        with pytest.raises(FinewrightError, match=r"never varied .* so there is nothing to learn from correct; choose"):
            run(recipe, say=quiet)


def test_rewards_do_not_go_with_replay(tmp_path: Path, base: Path) -> None:
    with pytest.raises(FinewrightError, match="does not go with objective: grpo"):
        run(task(tmp_path, base, train=", replay: {self_generated: 3}"), say=quiet)


# the report


def answered(number: int, rewards: list[float], text: str = "said") -> Round:
    rollouts = tuple(Rollout(f"{text} {of}", (1, 2), False, {"a": of, "b": 0.5}, of) for of in rewards)
    return Round(number, (Group("r", "rows.csv:3", "<asked>", "wanted", rollouts),))


def metrics() -> list[dict[str, object]]:
    steps: list[dict[str, object]] = [{"step": 0, "validation_loss": -0.2, "best": False}]
    for step in range(1, 5):
        figures = {"round": step - 1, "reward": 0.2 * step, "reward/a": 0.1, "reward/b": 0.5, "alike": 0.25, "cut": 0.0}
        steps.append({"step": step, "loss": 0.1, "length": 3.0, "reward_spread": 0.1, **figures})
        steps.append({"step": step, "validation_loss": -0.25 * step, "best": True})
    return steps


def rendered(rounds: list[Round]) -> str:
    section = rollouts_section(metrics(), rounds)
    return environment().get_template("rollouts.html.j2").render(rollouts=section)


def test_the_section_shows_figures_and_the_first_and_the_last_round() -> None:
    page = rendered([answered(0, [0.0, 1.0]), answered(41, [1.0, 0.25, 0.5, 0.75, 0.0, 0.1])])
    assert "First round" in page
    assert "Last round (number 42)" in page
    assert "&lt;asked&gt;" in page
    assert "<asked>" not in page
    assert "2 more answers were sampled" in page
    assert page.index("Reward 1 (a 1, b 0.5)") < page.index("Reward 0 (a 0, b 0.5)")
    row = '<th scope="row">Reward</th><td class="num">0.2</td><td class="num">0.5</td><td class="num">0.8</td>'
    assert row in page
    assert "Reward: b" in page
    assert "25.0%" in page
    assert "Loss of the value head" not in page


def test_the_curve_shows_the_reward_and_not_its_negative() -> None:
    chart = str(reward_chart(metrics(), 860))
    assert "Held-out reward 0.200 before training, 1.000 with the weights kept, of step 4." in chart
    assert chart.count('class="raw"') == 4
    assert chart.count('class="dot validation"') == 5


def test_without_rewards_there_is_no_section() -> None:
    assert rollouts_section([{"step": 1, "loss": 0.5}], []) is None


@pytest.mark.parametrize("values", [[0.0, 0.0], [-3.0, -1.0], [2.0, 2.0]])
def test_any_reward_is_drawn(values: list[float]) -> None:
    rows = [{"step": step, "round": step, "reward": value} for step, value in enumerate(values, 1)]
    assert "<svg" in reward_chart(rows, 360)
