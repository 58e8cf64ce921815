"""The fake answers, records and refuses as a real completer would."""

import pytest

from finewright.base.errors import InputError
from finewright.base.protocols import Completer
from finewright.base.records import Completion, CompletionRequest, Message
from finewright.engine.fake import FakeCompleter


def ask(text: str, **settings) -> CompletionRequest:
    return CompletionRequest((Message("system", "be brief"), Message("user", text)), **settings)


def test_answers_by_the_last_message_in_order_and_records():
    fake: Completer = FakeCompleter({"one": "a b", "two": "c"})
    requests = [ask("two"), ask("one")]
    assert fake.complete(requests) == [Completion("c", "stop", 3, 1), Completion("a b", "stop", 3, 2)]
    assert fake.requests == requests


def test_answers_by_a_function_of_the_request():
    fake = FakeCompleter(lambda request: f"{request.adapter}:{request.messages[-1].content}")
    assert fake.complete([ask("x", adapter="d1")])[0].text == "d1:x"


def test_cuts_at_stop_sequences_and_length():
    fake = FakeCompleter({"x": "one two\nthree"})
    assert fake.complete([ask("x", stop=("\n",))])[0] == Completion("one two", "stop", 3, 2)
    assert fake.complete([ask("x", max_tokens=3)])[0] == Completion("one two\nthree", "stop", 3, 3)
    assert fake.complete([ask("x", max_tokens=1)])[0] == Completion("one", "length", 3, 1)


def test_honours_choices_and_gives_probabilities_when_asked():
    fake = FakeCompleter({"x": "b", "y": "z"})
    answer = fake.complete([ask("x", choices=("a", "b"), probabilities=True)])[0]
    assert answer == Completion("b", "choice", 3, 1, {"a": 0.0, "b": 1.0}, probability=1.0, rest=0.0)
    assert fake.complete([ask("x", choices=("a", "b"))])[0].probabilities is None
    with pytest.raises(InputError, match="'z' is not among"):
        fake.complete([ask("y", choices=("a", "b"))])


def test_an_unknown_prompt_is_refused():
    with pytest.raises(InputError, match="no answer to 'x'"):
        FakeCompleter({}).complete([ask("x")])
