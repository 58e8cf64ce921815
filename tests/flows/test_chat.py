"""Conversations with a tiny base, and with what was trained on it: turns, prompts, seeds, the end of the context."""

from pathlib import Path

import pytest

from finewright.base.errors import AdapterError
from finewright.base.records import CompletionRequest, Message
from finewright.engine.local import LocalCompleter
from finewright.flows.chat import Conversation, Manner, converse
from finewright.flows.predict import predict
from flows.test_adapters import tuned
from support.tiny import tiny_base

GREEDY = Manner(temperature=0.0, top_p=1.0, seed=0, max_tokens=12)
SAMPLED = Manner(temperature=1.2, top_p=0.9, seed=4, max_tokens=12)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base") / "tiny", hidden=64)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[CompletionRequest]:
    """Every request that reaches the engine."""
    requests: list[CompletionRequest] = []
    complete = LocalCompleter.complete
    monkeypatch.setattr(LocalCompleter, "complete", lambda self, asked: requests.extend(asked) or complete(self, asked))
    return requests


def said(conversation: Conversation, *texts: str) -> list[str]:
    replies = [conversation.ask(text) for text in texts]
    assert all(replies)
    return [reply.text for reply in replies if reply]


def test_each_turn_is_asked_behind_all_before_it(base: Path, asked: list[CompletionRequest]) -> None:
    conversation = converse(str(base), None, "Be brief.", GREEDY)
    first, second = said(conversation, "my card", "and the refund?")
    assert [request.messages for request in asked] == [
        (Message("system", "Be brief."), Message("user", "my card")),
        (
            Message("system", "Be brief."),
            Message("user", "my card"),
            Message("assistant", first),
            Message("user", "and the refund?"),
        ),
    ]
    conversation.begin("")
    assert said(conversation, "my card")
    assert asked[-1].messages == (Message("user", "my card"),)
    conversation.begin("Be brief.")
    assert said(conversation, "my card", "and the refund?") == [first, second]


def test_the_same_seed_and_words_get_the_same_answers_and_no_two_turns_the_same_draws(
    base: Path, asked: list[CompletionRequest]
) -> None:
    words = ("my card", "rate", "rate")
    once = said(converse(str(base), None, None, SAMPLED), *words)
    assert said(converse(str(base), None, None, SAMPLED), *words) == once
    assert said(converse(str(base), None, None, Manner(1.2, 0.9, 5, 12)), *words) != once
    assert len({request.seed for request in asked[:3]}) == 3
    assert {(request.temperature, request.top_p) for request in asked} == {(1.2, 0.9)}


def test_a_reply_tells_tokens_time_and_what_cut_it(base: Path) -> None:
    conversation = converse(str(base), None, None, GREEDY)
    reply = conversation.ask("my card")
    assert reply is not None
    assert (reply.tokens, reply.cut) == (12, "length")
    assert reply.seconds > 0


def test_a_full_context_is_told_and_keeps_what_there_was(base: Path) -> None:
    conversation = converse(str(base), None, None, Manner(0.0, 1.0, 0, max_tokens=200))
    cuts = []
    while (reply := conversation.ask("where is the refund?")) is not None:
        cuts.append(reply.cut)
    assert cuts[0] == "length"
    assert cuts[-1] == "context"
    assert conversation.ask("where is the refund?") is None
    conversation.begin(conversation.system)
    assert conversation.ask("where is the refund?") is not None
    assert conversation.ask("refund " * 600) is None
    short = conversation.ask("card")
    assert short is not None, "what did not fit was not kept"


@pytest.mark.parametrize("train", ["", ", method: full"], ids=["adapter", "all weights"])
def test_what_a_run_trained_talks_under_the_message_it_was_trained_under(
    train: str, tmp_path: Path, base: Path, asked: list[CompletionRequest]
) -> None:
    run = tuned(tmp_path, base, train)
    list(predict(run.root, ["my card"]))
    measured = asked.pop()
    conversation = converse(None, run.root, None, GREEDY)
    answer = said(conversation, "my card")
    assert asked[-1].messages == measured.messages
    assert asked[-1].messages[0].role == "system"
    assert (asked[-1].adapter is None) == (train != "")
    assert said(converse(str(base), None, conversation.system, GREEDY), "my card") != answer
    assert said(converse(None, run.root, "", GREEDY), "my card")
    assert asked[-1].messages == (Message("user", "my card"),)


def test_an_adapter_of_another_base_a_folder_without_one_and_a_classifier_are_refused(
    tmp_path: Path, base: Path
) -> None:
    run = tuned(tmp_path / "run", base)
    other = tiny_base(tmp_path / "other", seed=3, hidden=64)
    with pytest.raises(AdapterError, match="another base"):
        converse(str(other), run.adapter, None, GREEDY)
    with pytest.raises(AdapterError, match="no adapter here"):
        converse(None, tmp_path, None, GREEDY)
    (run.adapter / "head.json").write_text("{}")
    with pytest.raises(AdapterError, match="classifier"):
        converse(None, run.adapter, None, GREEDY)
