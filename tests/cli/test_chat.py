"""`finewright chat` fed through standard input: what it prints where, its commands, and how it ends."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from finewright.cli.main import main
from finewright.flows.chat import Conversation
from support.tiny import tiny_base


class Said(NamedTuple):
    """What a conversation left."""

    code: int | str | None
    out: str
    err: str


Talk = Callable[..., Said]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"), context=160)


@pytest.fixture
def talk(base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Talk:
    """Hold a conversation with the tiny base in this process; lines are texts or bytes."""

    def talked(*lines: str | bytes, options: tuple[str, ...] = ()) -> Said:
        content = b"".join(line if isinstance(line, bytes) else f"{line}\n".encode() for line in lines)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
        monkeypatch.setattr(sys, "argv", ["finewright", "chat", "--base", str(base), "--max-tokens", "8", *options])
        with pytest.raises(SystemExit) as leaving:
            main()
        return Said(leaving.value.code or 0, *capsys.readouterr())

    return talked


def test_answers_go_out_and_all_else_aside(talk: Talk) -> None:
    one = talk("my card", options=("--temperature", "0"))
    assert one.code == 0
    assert one.out.strip()
    assert "Talking with" in one.err
    assert "8 tokens in" in one.err
    assert "--max-tokens" in one.err
    two = talk("", "my card", "  ", "and the refund?", options=("--temperature", "0"))
    assert two.out.startswith(one.out)
    assert two.err.count("tokens in") == 2


def test_the_seed_decides(talk: Talk) -> None:
    told = [talk("my card", "rate", options=("--temperature", "1.5", "--seed", seed)).out for seed in ("1", "1", "2")]
    assert told[0] == told[1] != told[2]


def test_commands(talk: Talk) -> None:
    greedy = ("--temperature", "0")
    once = talk("my card", options=greedy).out
    under = talk("my card", options=(*greedy, "--system", "Be brief.")).out
    assert once != under
    assert talk("my card", "/reset", "my card", options=greedy).out == once + once
    assert talk("my card", "/system Be brief.", "my card", options=greedy).out == once + under
    shown = talk("/system", "/system Be kind.", "/system", options=greedy)
    assert "There is no system message" in shown.err
    assert "The system message is: Be kind." in shown.err
    left = talk("/quit", "my card", options=greedy)
    assert (left.code, left.out) == (0, "")
    strange = talk("/rest", " /rest is a word", options=greedy)
    assert "There is no command /rest" in strange.err
    assert strange.err.count("tokens in") == 1


def test_a_conversation_that_outgrows_the_context_says_so_and_goes_on_after_reset(talk: Talk) -> None:
    told = talk(*["refund " * 30] * 4, "/reset", "refund")
    assert told.code == 0
    assert "more than the base's context holds: /reset begins anew" in told.err
    assert told.err.rstrip().splitlines()[-1].startswith("8 tokens in")


def test_ctrl_c_stops_an_answer_and_keeps_nothing_of_it(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Conversation.ask
    once = talk("my card", options=("--temperature", "0")).out

    def interrupted(self: Conversation, text: str) -> object:
        if text == "stop":
            raise KeyboardInterrupt
        return ask(self, text)

    monkeypatch.setattr(Conversation, "ask", interrupted)
    told = talk("stop", "my card", options=("--temperature", "0"))
    assert (told.code, told.out) == (0, once)
    assert "neither the question nor its answer is kept" in told.err


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ((b"fine\nzw\xf6lf\n",), (), "standard input:2: is not UTF-8 text"),
        (("my card",), ("--temperature", "nan"), "--temperature"),
        (("my card",), ("--temperature", "inf"), "temperature of inf"),
        (("my card",), ("--top-p", "0"), "share of 0.0"),
        (("my card",), ("--temperature", "-1"), "temperature"),
        (("my card",), ("--adapter", "absent"), "no adapter here"),
        (("my card",), ("--base", "smollm"), "no base `smollm`"),
    ],
)
def test_input_at_fault_is_two_and_a_plain_sentence(
    talk: Talk, lines: tuple[str | bytes, ...], options: tuple[str, ...], message: str
) -> None:
    told = talk(*lines, options=options)
    assert told.code == 2
    assert message in told.err
    assert "Traceback" not in told.err


def test_control_characters_of_an_answer_do_not_reach_the_terminal(talk: Talk) -> None:
    out = talk("my card", "rate", "refund", options=("--temperature", "3", "--seed", "2")).out
    assert all(letter.isprintable() or letter in "\n\t" for letter in out)


def test_a_person_is_prompted(base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("/system\n"))
    monkeypatch.setattr(sys, "argv", ["finewright", "chat", "--base", str(base)])
    with pytest.raises(SystemExit) as leaving:
        main()
    assert not leaving.value.code
    told = capsys.readouterr()
    assert told.out == "> > "
    assert "There is no system message" in told.err
