"""The endpoint completer against a real server on this machine, one that behaves and one that does not."""

import re
import threading
import time

import pytest

from finewright.base.errors import EndpointError, InputError
from finewright.base.recipe_endpoint import Endpoint
from finewright.base.records import Completion, CompletionRequest, Message, ToolCall
from finewright.engine.http import HttpCompleter
from support.served import Said, answer, served

pytestmark = pytest.mark.loopback


def ask(text: str, **settings) -> CompletionRequest:
    return CompletionRequest((Message("system", "be brief"), Message("user", text)), **settings)


def no_wait(waits: list[float]):
    def sleep(stopping: threading.Event, seconds: float) -> bool:
        waits.append(seconds)
        return stopping.is_set()

    return sleep


def completer(url: str, key: str | None = None, waits: list[float] | None = None, **settings) -> HttpCompleter:
    endpoint = Endpoint(**({"name": "mine", "url": url, "model": "m", "key_env": "MY_KEY"} | settings))
    return HttpCompleter(endpoint, key, sleep=no_wait([] if waits is None else waits))


def handed_over(answers) -> tuple[list[tuple[int, str]], EndpointError | None]:
    """What came before the fault, and the fault."""
    came: list[tuple[int, str]] = []
    try:
        for place, done in answers:
            came.append((place, done.text))
    except EndpointError as fault:
        return came, fault
    return came, None


def test_answers_in_order_with_the_endpoints_own_token_counts_and_text_of_any_script():
    with served(lambda asked, _: answer(f" {asked} → žluťoučký 🐎 ", tokens=(len(asked), 3))) as server:
        done = completer(server.url).complete([ask("ein"), ask("zwölf"), ask("日本")])
    assert done == [
        Completion("ein → žluťoučký 🐎", "stop", 3, 3),
        Completion("zwölf → žluťoučký 🐎", "stop", 5, 3),
        Completion("日本 → žluťoučký 🐎", "stop", 2, 3),
    ]


def test_what_is_sent():
    with served(lambda asked, _: answer("a")) as server:
        client = completer(server.url, key="secret-1", fields={"temperature": None, "max_completion_tokens": 9})
        client.complete([ask("q", max_tokens=5, stop=("\n",))])
        completer(server.url).complete([ask("q", temperature=0.5, top_p=0.9, seed=3)])
    said = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "q"}]
    assert server.bodies[0] == {
        "model": "m", "messages": said, "max_tokens": 5, "max_completion_tokens": 9, "stop": ["\n"]
    }  # fmt: skip
    assert server.bodies[1] == {
        "model": "m", "messages": said, "max_tokens": 128, "temperature": 0.5, "top_p": 0.9, "seed": 3
    }  # fmt: skip
    assert server.headers[0]["authorization"] == "Bearer secret-1"
    assert "authorization" not in server.headers[1]


def test_rows_are_asked_side_by_side_but_no_more_than_allowed():
    with served(lambda asked, _: Said(answer("a").body, late=0.2)) as server:
        completer(server.url, concurrency=3).complete([ask(str(n)) for n in range(9)])
    assert server.most == 3


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Said({"error": {"message": "slow down"}}, 429), "answered 429 (slow down)"),
        (Said(b"oops", 500), "answered 500"),
        (Said(b"busy", 503), "answered 503"),
        (Said(b'{"choices": [', 200), "no JSON"),
        (Said(b"", 200), "no JSON"),
        (Said({"choices": []}), "JSON that holds no answer"),
        (Said({"choices": [{"message": {"content": 7}}]}), "JSON that holds no answer"),
        (Said([1]), "JSON that holds no answer"),
        (answer(""), "answered nothing"),
        (answer(None), "answered nothing"),
        (Said(answer("a").body, cut=True), "broke off"),
    ],
)
def test_a_passing_fault_is_asked_again_and_a_lasting_one_told_in_a_sentence(fault, words):
    with served(lambda asked, before: answer("fine") if before == 2 else fault) as server:
        assert completer(server.url).complete([ask("q")])[0].text == "fine"
    assert len(server.bodies) == 3
    with served(lambda asked, _: fault) as server, pytest.raises(EndpointError) as caught:
        completer(server.url, retries=2).complete([ask("q")])
    assert len(server.bodies) == 3
    said = str(caught.value)
    assert said.startswith(f"the endpoint mine at {server.url[7:-3]} ")
    assert words in said
    assert re.fullmatch(r"[^\n]+; [^\n]+\.", said)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "check model, fields and prompt"),
        (401, "environment variable"),
        (403, "environment variable"),
        (404, "check its url and model"),
        (307, "check model"),
    ],
)
def test_what_asking_again_cannot_mend_is_asked_once(status, words):
    with (
        served(lambda asked, _: Said({"error": "no"}, status, {"location": "/elsewhere"})) as server,
        pytest.raises(EndpointError, match=words),
    ):
        completer(server.url).complete([ask("q")])
    assert len(server.bodies) == 1


def test_a_spent_quota_is_no_rate_limit():
    spent = Said({"error": {"code": "insufficient_quota", "message": "pay"}}, 429)
    with served(lambda asked, _: spent) as server, pytest.raises(EndpointError, match="429"):
        completer(server.url).complete([ask("q")])
    assert len(server.bodies) == 1


def test_the_key_is_in_no_message_even_where_the_endpoint_repeats_it():
    repeated = Said({"error": {"message": "bad key sk-123"}}, 401)
    with served(lambda asked, _: repeated) as server, pytest.raises(EndpointError) as caught:
        completer(server.url, key="sk-123").complete([ask("q")])
    assert "sk-123" not in str(caught.value)
    assert "bad key …" in str(caught.value)


def test_retry_after_is_kept_to_and_other_waits_double():
    waits: list[float] = []
    limited = Said({"error": "slow"}, 429, {"retry-after": "7"})
    with served(lambda asked, before: [limited, Said(b"", 500), Said(b"", 500), answer("a")][before]) as server:
        completer(server.url, waits=waits).complete([ask("q")])
    asleep = [seconds for seconds in waits if seconds]
    assert asleep[0] == 7
    assert 6.9 < asleep[1] <= 7  # whoever asks next starts no sooner either
    assert 0.5 <= asleep[2] <= 1 <= asleep[4] <= 2


def test_a_wait_of_hours_is_told_and_not_sat_out():
    limited = Said({"error": "slow"}, 429, {"retry-after": "7200"})
    with served(lambda asked, _: limited) as server, pytest.raises(EndpointError, match="asks to wait 7,200 seconds"):
        completer(server.url).complete([ask("q")])
    assert len(server.bodies) == 1


def test_an_answer_that_does_not_come_is_given_up():
    with served(lambda asked, _: Said(answer("a").body, late=30)) as server:
        started = time.monotonic()
        with pytest.raises(EndpointError, match=r"no answer within 0\.2 seconds.*timeout"):
            completer(server.url, timeout=0.2, retries=1).complete([ask("q")])
    assert time.monotonic() - started < 5
    assert len(server.bodies) == 2


def test_nobody_at_the_address():
    with served(lambda asked, _: answer("a")) as server:
        pass
    with pytest.raises(EndpointError, match=r"cannot be reached.*see that it runs"):
        completer(server.url, retries=1).complete([ask("q")])


def test_what_came_before_a_failure_is_handed_over_and_nothing_is_asked_after_it():
    def reply(asked: str, before: int) -> Said:
        return Said({"error": "no"}, 400) if asked == "5" else answer(asked)

    with served(reply) as server:
        came, fault = handed_over(completer(server.url, concurrency=1).each([ask(str(n)) for n in range(40)]))
    assert "400" in str(fault)
    assert came == [(n, str(n)) for n in range(5)]
    assert server.questions == [str(n) for n in range(6)]


def test_rows_under_way_when_one_fails_are_handed_over_too():
    late = threading.Event()

    def reply(asked: str, before: int) -> Said:
        if asked == "bad":
            late.wait(2)
            return Said({"error": "no"}, 400)
        late.set()
        return Said(answer(asked).body, late=0.2)

    with served(reply) as server:
        asked = [ask("bad"), ask("good"), ask("never")]
        came, fault = handed_over(completer(server.url, concurrency=2).each(asked))
    assert fault is not None
    assert came == [(1, "good")]
    assert sorted(server.questions) == ["bad", "good"]


def test_choices_are_asked_for_by_their_text_and_matched_but_for_case_space_and_quotes():
    said = {"1": "card lost", "2": ' "Card  Lost." ', "3": "the card is lost", "4": "CARD", "5": ""}
    with served(lambda asked, _: answer(said[asked], "length" if asked == "5" else "stop")) as server:
        labels = ("card lost", "top up", "card", "Card")
        done = completer(server.url).complete([ask(n, choices=labels) for n in said])
    assert [(one.text, one.finish) for one in done] == [
        ("card lost", "choice"),
        ("card lost", "choice"),
        ("the card is lost", "stop"),
        ("CARD", "stop"),  # two labels are as near: neither is taken
        ("", "length"),
    ]
    system = server.bodies[0]["messages"][0]["content"]
    assert system.startswith("be brief\nThe labels are: card lost, top up, card, Card\nReply with one label alone")


def test_a_label_may_be_longer_than_an_answer():
    """A token is at least a byte, and a letter of another script is several."""
    with served(lambda asked, _: answer("a")) as server:
        completer(server.url).complete([ask("q", choices=("a", "日本語の札"), max_tokens=4)])
        completer(server.url).complete([ask("q", choices=("a", "b"), max_tokens=4)])
    assert [body["max_tokens"] for body in server.bodies] == [15, 4]


@pytest.mark.parametrize("usage", [{"prompt_tokens": -5, "completion_tokens": "2"}, None, [], {}])
def test_token_counts_that_are_none_are_no_tokens(usage):
    body = {"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}], "usage": usage}
    with served(lambda asked, _: Said(body)) as server:
        (done,) = completer(server.url).complete([ask("q")])
    assert (done.prompt_tokens, done.completion_tokens) == (0, 0)


def test_an_answer_that_a_filter_holds_back_is_an_empty_one():
    with served(lambda asked, _: answer("", "content_filter")) as server:
        (done,) = completer(server.url).complete([ask("q")])
    assert (done.text, done.finish) == ("", "stop")


@pytest.mark.parametrize("status", [408, 409, 425, 500, 503])
def test_a_status_that_passes_is_asked_again(status):
    with served(lambda asked, before: answer("a") if before else Said({}, status)) as server:
        (done,) = completer(server.url, retries=1).complete([ask("q")])
    assert done.text == "a"


def test_a_schema_is_passed_on():
    with served(lambda asked, _: answer("{}")) as server:
        completer(server.url).complete([ask("q", schema='{"type": "object"}')])
    assert server.bodies[0]["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": {"type": "object"}},
    }


def test_labels_that_the_prompt_names_are_not_listed_twice():
    with served(lambda asked, _: answer("a")) as server:
        completer(server.url).complete([CompletionRequest((Message("user", "a or b?"),), choices=("a", "b"))])
    assert "The labels are" not in server.bodies[0]["messages"][0]["content"]


@pytest.mark.parametrize(
    "request_",
    [
        ask("q", adapter="abc"),
        ask("q", choices=("a", "b"), probabilities=True),
        CompletionRequest((Message("assistant", "", (ToolCall("f", "{}"),)),)),
    ],
)
def test_what_endpoints_do_not_give_is_refused_before_anything_is_sent(request_):
    with served(lambda asked, _: answer("a")) as server, pytest.raises(InputError, match="endpoint"):
        completer(server.url).complete([ask("fine"), request_])
    assert server.bodies == []


def test_a_key_that_cannot_be_sent():
    with pytest.raises(InputError, match="MY_KEY holds no key"):
        completer("http://127.0.0.1:9/v1", key="schlüssel").complete([ask("q")])


def test_a_limit_a_minute_spaces_the_rows():
    waits: list[float] = []
    with served(lambda asked, _: answer("a")) as server:
        completer(server.url, waits=waits, concurrency=1, requests_per_minute=6).complete([ask("a"), ask("b")])
    assert [9 < seconds <= 10 for seconds in waits] == [True]
