"""Two finished runs beside each other: paired on the same rows, refused on others, honest about looking often."""

import json
import shutil
from pathlib import Path

import pytest

from finewright.base.errors import InputError
from finewright.evaluate.results_file import read as read_results
from finewright.flows.compare import Comparison, compare
from finewright.flows.run import run
from support.mail import write_mail_recipe
from support.tiny import tiny_base


def run_pairs(folder: Path, base: Path) -> Path:
    folder.mkdir()
    rows = [{"prompt": f"what about {row} {row % 7}", "chosen": "thanks", "rejected": "sorry"} for row in range(30)]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "pairs.yaml").write_text(
        f"base: {base}\ndata: {{train: pairs.jsonl}}\nsplit: {{near: 1.0}}\n"
        "train: {epochs: 1, batch: 8, threads: 1, evaluations: 1}\n"
        "evaluate: {forgetting: {enabled: false}}\narms: {reward: {enabled: false}}\n"
    )
    return run(folder / "pairs.yaml", say=lambda line: None).folder


def run_one(folder: Path, base: Path, train: str, more: str = "") -> Path:
    """A run folder of its own settings on the same rows."""
    arms = "{frozen: {enabled: false}, encoder: {enabled: false}, few_shot: {enabled: false}}"
    recipe = write_mail_recipe(folder, base, train=train, arms=arms, more=more)
    return run(recipe, say=lambda line: None).folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("runs")
    base = tiny_base(folder / "base")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINEWRIGHT_HOME", str(folder / "home"))
        return {
            "little": run_one(folder, base, "epochs: 1"),
            "much": run_one(folder, base, "epochs: 12, learning_rate: 3e-2"),
            "other": run_one(folder, base, "epochs: 1", "seed: 5\n"),
            "fewer": run_one(folder, base, "epochs: 1", "evaluate: {test_rows: 5}\n"),
        }


@pytest.fixture(scope="module")
def found(runs: dict[str, Path]) -> Comparison:
    return compare(runs["little"], runs["much"])


def correct(folder: Path, arm: str) -> dict[str, bool]:
    (of,) = [one for one in read_results(folder / "results.json").arms if one.name == arm]
    assert of.test is not None
    return of.test.correct


def test_the_tuned_arms_come_first_counted_row_by_row(runs: dict[str, Path], found: Comparison) -> None:
    first, second = (correct(runs[name], "tuned") for name in ("little", "much"))
    pair = found.arms[0]
    assert pair.arm == "tuned"
    assert pair.contrast.won == sum(second[row] and not first[row] for row in first) > 0
    assert pair.contrast.lost == sum(first[row] and not second[row] for row in first)
    assert pair.contrast.difference.value == pytest.approx((sum(second.values()) - sum(first.values())) / len(first))
    assert pair.first.value == pytest.approx(sum(first.values()) / len(first))
    assert pair.contrast.adjusted is None
    assert "is better than the first run's" in found.sentence


def test_arms_that_do_not_learn_are_the_same_in_both(found: Comparison) -> None:
    others = {pair.arm: pair.contrast for pair in found.arms[1:]}
    assert set(others) == {"majority", "tfidf", "zero_shot"}
    assert {(of.won, of.lost, of.adjusted) for of in others.values()} == {(0, 0, 1.0)}


def test_the_other_way_round_is_the_other_sign(runs: dict[str, Path], found: Comparison) -> None:
    back = compare(runs["much"], runs["little"])
    assert back.arms[0].contrast.difference.value == -found.arms[0].contrast.difference.value
    assert back.arms[0].contrast.p == found.arms[0].contrast.p
    assert "is worse than the first run's" in back.sentence


def test_only_settings_that_differ_are_listed(found: Comparison) -> None:
    assert {(one.key, one.first, one.second) for one in found.settings} == {
        ("train.epochs", 1, 12),
        ("train.learning_rate", None, 0.03),
    }
    assert found.first.minutes is not None
    assert found.first.trained_bytes is not None


def test_a_run_beside_itself_tells_nothing(runs: dict[str, Path]) -> None:
    same = compare(runs["little"], runs["little"])
    assert same.settings == ()
    assert same.sentence.startswith("It cannot be told")


def test_other_test_rows_are_refused(runs: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r"other test rows.*same seed and data.*data\.test"):
        compare(runs["little"], runs["other"])


def test_another_share_of_the_same_test_part_is_refused(runs: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r"answered other rows of the same test part.*evaluate\.test_rows"):
        compare(runs["little"], runs["fewer"])


def test_looking_often_is_told(runs: dict[str, Path], found: Comparison) -> None:
    assert found.looks == 2, "the second of two runs on these rows"
    assert "by 2 runs" in found.advice
    assert "finewright sweep" in found.advice


def test_a_run_that_is_not_finished_is_named(runs: dict[str, Path], tmp_path: Path) -> None:
    stopped = tmp_path / "stopped"
    shutil.copytree(runs["little"], stopped)
    (stopped / "results.json").unlink()
    with pytest.raises(InputError, match="stopped: holds no finished run"):
        compare(runs["little"], stopped)
    with pytest.raises(InputError, match="holds no finished run"):
        compare(tmp_path / "absent", runs["little"])


def test_runs_without_an_arm_in_common_are_told(runs: dict[str, Path], tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(runs["little"], bare)
    results = json.loads((bare / "results.json").read_text())
    (bare / "results.json").write_text(json.dumps(results | {"arms": []}))
    with pytest.raises(InputError, match="no measured arm in common"):
        compare(runs["little"], bare)


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # peft asks transformers by an old name
def test_runs_that_have_no_arms_are_refused(tmp_path: Path) -> None:
    folder = run_pairs(tmp_path / "pairs", tiny_base(tmp_path / "base"))
    with pytest.raises(InputError, match=r"is a run on preferences, which has no arms to compare; hold the figures of"):
        compare(folder, folder)
