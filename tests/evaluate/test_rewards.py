"""Rewards: scorers as numbers, weighed; a user's function can raise, hang, lie or die, and is told in one sentence."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from finewright.base.errors import FinewrightError, InputError
from finewright.base.recipe import Style
from finewright.base.recipe_judge import Criterion
from finewright.base.recipe_train import RewardPart
from finewright.base.records import Completion, CompletionRequest, Message, Record
from finewright.evaluate import function_child
from finewright.evaluate.own_function import OwnFunction
from finewright.evaluate.rewards import Likes, Rewards, check_rewards, rewards_of
from finewright.evaluate.task import JsonField, Task

FIELDS = (JsonField("reason", "string"), JsonField("amount", "string"))
JSON = Task("json", "do", (), FIELDS, 40)
CLASSES = Task("classes", "do", ("late", "lost"), (), 8)
TEXT = Task("text", "do", (), (), 40)
NONE = Style()


def record(answer: str, asks: str = "Why?", name: str = "r", line: int = 3) -> Record:
    return Record(name, (Message("user", asks),), answer, "rows.jsonl", line)


def nobody(requests: Sequence[CompletionRequest]) -> list[Completion]:
    raise AssertionError("nobody is asked")


def no_model(path: Path) -> Likes:
    raise AssertionError("no model is opened")


def made(*parts: RewardPart, task: Task = TEXT, style: Style = NONE) -> Rewards:
    return rewards_of(parts, task, style, ask=nobody, likes=no_model)


def rewarded(answer: str, wanted: str, scorer: str, task: Task = TEXT, style: Style = NONE) -> float:
    part = RewardPart.model_validate({"scorer": scorer})
    ((_, value),) = made(part, task=task, style=style)([record(wanted)], [answer])[0].items()
    return value


RIGHT = '{"reason": "late", "amount": "3"}'


@pytest.mark.parametrize(
    ("scorer", "answer", "value"),
    [
        ("correct", RIGHT, 1),
        ("correct", '{"reason": "late"}', 0),
        ("valid", '{"reason": "no", "amount": "4"}', 1),
        ("valid", '{"reason": "no"}', 0),
        ("valid", "late", 0),
        ("fields", '{"reason": "late", "amount": "4"}', 0.5),
        ("fields", "", 0),
    ],
)
def test_a_record_is_rewarded_as_it_is_scored(scorer: str, answer: str, value: float) -> None:
    assert rewarded(answer, RIGHT, scorer, JSON) == value


def test_a_label_is_valid_where_it_is_known() -> None:
    assert [rewarded(said, "late", "valid", CLASSES) for said in ("lost", "late ", "gone")] == [1, 1, 0]
    assert [rewarded(said, "late", "correct", CLASSES) for said in ("lost", "late ")] == [0, 1]


def test_length_is_rewarded_up_to_the_words_wanted() -> None:
    assert [rewarded(said, "a b c", "length") for said in ("", "a b c", "a b c d", "a " * 7)] == [1, 1, 0.8, 0.5]
    assert rewarded("a b c", "", "length") == 0.25


def test_style_is_the_share_of_the_rules_kept() -> None:
    rules = Style(banned=["guaranteed"], required=["Capital at risk"], longest=6)
    said = ("Capital at risk.", "Guaranteed. Capital at risk.", "Guaranteed.", "guaranteed a b c d e f")
    found = [rewarded(one, "", "style", style=rules) for one in said]
    assert found == pytest.approx([1, 2 / 3, 1 / 3, 0])


def test_several_are_weighed_and_added_and_named_apart() -> None:
    parts = [
        RewardPart(scorer="correct", weight=2.0),
        RewardPart(scorer="length", weight=0.5),
        RewardPart(scorer="correct", weight=-1.0),
    ]
    rewards = made(*parts)
    found = rewards([record("a b c"), record("a b c")], ["a b c", "a " * 7])
    assert found == [{"correct": 1, "length": 1, "correct 2": 1}, {"correct": 0, "length": 0.5, "correct 2": 0}]
    assert [rewards.total(one) for one in found] == [1.5, 0.25]


# what is asked


def test_a_reward_model_is_asked_once_for_all() -> None:
    asked = []

    def opened(path: Path) -> Likes:
        assert path == Path("liked")

        def scores(pairs: Sequence[tuple[Sequence[Message], str]]) -> list[float]:
            asked.append(list(pairs))
            return [-1.5 * len(answer) for _, answer in pairs]

        return scores

    part = RewardPart(scorer="model", path=Path("liked"))
    rewards = rewards_of([part], TEXT, NONE, ask=nobody, likes=opened)
    rows = [record("x"), record("x"), record("x", name="s")]
    assert rewards(rows, ["ab", "ab", "ab"]) == [{"model": -3.0}] * 3
    assert asked == [[(rows[0].messages, "ab"), (rows[2].messages, "ab")]]  # equal answers to a record once


def test_a_reward_that_is_no_number_is_told() -> None:
    part = RewardPart(scorer="model", path=Path("liked"))
    rewards = rewards_of([part], TEXT, NONE, ask=nobody, likes=lambda path: lambda pairs: [float("nan")])
    with pytest.raises(FinewrightError, match=r"the reward model of an answer to rows\.jsonl:3 is nan; mend it"):
        rewards([record("x")], ["y"])


def test_the_judge_is_asked_the_rubric_and_its_yes_is_the_reward() -> None:
    asked: list[CompletionRequest] = []

    def ask(requests: Sequence[CompletionRequest]) -> list[Completion]:
        asked.extend(requests)
        return [Completion("no", "choice", 9, 2, probabilities={"yes": 0.1, "no": 0.3}) for _ in requests]

    part = RewardPart(scorer="judge", rubric="Is it polite?")
    rewards = rewards_of([part], TEXT, NONE, ask=ask, likes=no_model)
    assert rewards([record("x", asks="Where is it?")], ["Here."]) == [{"judge": pytest.approx(0.25)}]
    (request,) = asked
    assert request.choices == ("no", "yes")
    assert request.probabilities
    said = request.messages[-1].content
    assert all(part in said for part in ("Where is it?", "Here.", "Is it polite?"))


def test_a_judge_that_says_neither_is_told() -> None:
    def ask(requests: Sequence[CompletionRequest]) -> list[Completion]:
        return [Completion("no", "choice", 9, 2, probabilities={"yes": 0.0, "no": 0.0})]

    rewards = rewards_of([RewardPart(scorer="judge")], TEXT, NONE, ask=ask, likes=no_model)
    with pytest.raises(FinewrightError, match="neither no nor yes any probability"):
        rewards([record("x")], ["y"])


def test_the_judge_goes_by_a_criterion_of_the_rubric_as_far_up_its_scale_as_the_levels_are_likely() -> None:
    """0.2 of the lowest, 0.2 of the middle and 0.4 of the highest: (0.25 * 0 + 0.25 * 1 + 0.5 * 2) / 2."""

    def ask(requests: Sequence[CompletionRequest]) -> list[Completion]:
        assert [request.choices for request in requests] == [("rude", "plain", "kind")]
        return [Completion("kind", "choice", 9, 2, probabilities={"rude": 0.2, "plain": 0.2, "kind": 0.4})]

    tone = Criterion(name="tone", question="How kind is it?", levels=["rude", "plain", "kind"])
    part = RewardPart(scorer="judge", criterion="tone")
    rewards = rewards_of([part], TEXT, NONE, ask=ask, likes=no_model, criteria=[tone])
    assert rewards([record("x")], ["y"]) == [{"judge": pytest.approx(0.625)}]
    with pytest.raises(InputError, match="there is no criterion 'tone'"):
        rewards_of([part], TEXT, NONE, ask=ask, likes=no_model)


# what does not fit


@pytest.mark.parametrize(
    ("scorer", "task", "said"),
    [
        ("valid", TEXT, "valid does not fit answers of the kind text; it is for classes and labels and json"),
        ("fields", CLASSES, "fields does not fit answers of the kind classes; it is for json"),
        ("style", TEXT, "style has no rules to go by; write some under `evaluate.style`"),
    ],
)
def test_a_scorer_that_does_not_fit_is_refused(scorer: str, task: Task, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_rewards([RewardPart.model_validate({"scorer": scorer})], task, NONE)


def test_nothing_rewarded_and_no_path_are_refused() -> None:
    with pytest.raises(InputError, match="every weight is 0"):
        check_rewards([RewardPart(scorer="correct", weight=0.0)], TEXT, NONE)
    with pytest.raises(InputError, match="python names no path"):
        made(RewardPart(scorer="python"))


# a function of the user's


def own(folder: Path, body: str, seconds: float = 5.0, loading: float = 20.0, name: str = "reward") -> OwnFunction:
    file = folder / "rewards.py"
    file.write_text(body)
    return OwnFunction(file, name, seconds, loading)


def test_a_function_is_given_texts_and_gives_numbers(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("BONUS = 100\n")
    body = (
        "import beside\n"
        "calls = 0\n"
        "def reward(prompt, answer, wanted):\n"
        "    global calls\n"
        "    calls += 1\n"
        "    print('a word to nobody')\n"
        "    return beside.BONUS * calls + len(prompt) + 10 * (answer == wanted)\n"
    )
    found = own(tmp_path, body)
    assert found([record("x", "ask")] * 3, ["x", "y", "ünïcode\nlines"]) == [113, 203, 303]


@pytest.mark.parametrize(("value", "number"), [("True", 1.0), ("2", 2.0), ("__import__('numpy').float32(0.5)", 0.5)])
def test_whatever_is_a_number_is_taken(value: str, number: float, tmp_path: Path) -> None:
    assert own(tmp_path, f"def reward(prompt, answer, wanted):\n    return {value}\n", 60)([record("x")], ["y"]) == [
        number
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return {}['no']", r"rewards\.py:2: the reward function `reward` failed \(KeyError: 'no'\) on the answer to"),
        ("raise SystemExit(3)", r"failed \(SystemExit: 3\)"),
        ("raise ValueError('one\\ntwo')", r"failed \(two\)"),
        ("return None", r"failed \(TypeError: it returned NoneType, which is no number\)"),
        ("return 'high'", r"failed \(TypeError: it returned str, which is no number\)"),
        ("return [1.0]", r"failed \(TypeError: it returned list, which is no number\)"),
        ("return float('nan')", r"returned nan, which is no reward, on the answer"),
        ("return -1e999", r"returned -inf, which is no reward"),
        ("import os; os._exit(4)", r"failed \(it ended its process with code 4\)"),
        ("import os; os.kill(os.getpid(), 9)", r"failed \(it ended its process with code -9\)"),
    ],
)
def test_a_fault_of_the_function_is_one_sentence(body: str, said: str, tmp_path: Path) -> None:
    found = own(tmp_path, f"def reward(prompt, answer, wanted):\n    {body}\n")
    with pytest.raises(FinewrightError, match=said) as told:
        found([record("x", line=7)], ["y"])
    assert "rewards.py" in str(told.value)
    assert "`reward`" in str(told.value)
    assert "rows.jsonl:7" in str(told.value)


def test_a_function_that_hangs_is_ended_in_time(tmp_path: Path) -> None:
    body = "import time\ndef reward(prompt, answer, wanted):\n    time.sleep(answer == 'slow' and 60)\n    return 1\n"
    found = own(tmp_path, body, seconds=0.5)
    assert found([record("x")], ["quick"]) == [1]
    began = time.monotonic()
    said = r"`reward` took longer than 0\.5 seconds on the answer to rows\.jsonl:3; mend it, or raise the reward's"
    with pytest.raises(FinewrightError, match=said):
        found([record("x")], ["slow"])
    assert time.monotonic() - began < 5
    assert found._process.poll() == -signal.SIGKILL


def test_one_that_blocks_every_signal_is_ended_too(tmp_path: Path) -> None:
    body = (
        "import signal\n"
        "def reward(prompt, answer, wanted):\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "    while True: pass\n"
    )
    found = own(tmp_path, body, seconds=0.3)
    with pytest.raises(FinewrightError, match=r"longer than 0\.3 seconds"):
        found([record("x")], ["y"])
    assert found._process.poll() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("reward = 3\n", r"cannot be used as a reward \(LookupError: there is no function `reward` in it\)"),
        ("def other(): pass\n", r"there is no function `reward` in it"),
        ("def reward(prompt, answer): pass\n", r"`reward` cannot be called with prompt, answer and wanted: too many"),
        ("def reward(*, prompt, answer, wanted): pass\n", r"`reward` cannot be called with prompt, answer and wanted"),
        ("async def reward(*_): pass\n", r"`reward` is async and gives no number when it is called"),
        ("import nothing_of_that_name\n", r"rewards\.py:1: cannot be used as a reward \(ModuleNotFoundError"),
        ("x = 1\nx = = 2\n", r"cannot be used as a reward \(SyntaxError"),
        ("raise SystemExit\n", r"cannot be used as a reward \(SystemExit\)"),
        ("import os; os._exit(0)\n", r"it ended its process with code 0"),
        ("while True: pass\n", r"rewards\.py: could not be read within 1 seconds"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_beforehand(body: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        own(tmp_path, body, loading=1.0)


@pytest.mark.parametrize("body", ["reward = max\n", "class reward(float):\n    def __new__(*_): return 1.0\n"])
def test_whatever_can_be_called_with_three_texts_is_taken(body: str, tmp_path: Path) -> None:
    own(tmp_path, body).close()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.py: there is no such file"):
        OwnFunction(tmp_path / "none.py", "reward", 1.0)


def test_the_process_ends_with_whoever_asks(tmp_path: Path) -> None:
    found = own(tmp_path, "def reward(prompt, answer, wanted):\n    return 1\n")
    process = found._process
    assert process.poll() is None
    del found
    assert process.poll() is not None


def test_a_hanging_function_ends_itself_where_nobody_is_left(tmp_path: Path) -> None:
    """Its limit and five seconds are over, and nobody has ended it: here after a limit of minus four."""
    (tmp_path / "rewards.py").write_text("def reward(prompt, answer, wanted):\n    while True: pass\n")
    child = subprocess.Popen(
        [sys.executable, str(function_child.__file__), str(tmp_path / "rewards.py"), "reward", "-4"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with child:
        assert child.stdin is not None
        child.stdin.write(b'["a", "b", "c"]\n')
        child.stdin.flush()
        assert child.wait(timeout=20) == -signal.SIGALRM


def test_sets_come_in_the_same_order_every_time(tmp_path: Path) -> None:
    body = "def reward(prompt, answer, wanted):\n    return list({'a', 'b', 'c', 'd', 'e'}).index('a')\n"
    found = {own(tmp_path, body)([record("x")], ["y"])[0] for _ in range(3)}
    assert len(found) == 1
    assert "PYTHONHASHSEED" not in os.environ
