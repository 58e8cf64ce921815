"""Answers held to a JSON Schema: nothing else comes out, and an answer that would have kept to it is left as it is."""

import json

import jsonschema
import pytest
import torch

from finewright.base.errors import InputError
from finewright.base.records import Completion, CompletionRequest, Message
from finewright.engine.constraint import Constraints
from finewright.engine.local import LocalCompleter
from finewright.model.chat import Chat
from finewright.model.hub import find, load_decoder, load_tokenizer
from support.tiny import tiny_base

RECORD = json.dumps(
    {
        "type": "object",
        "properties": {
            "code": {"enum": ["A", "BC"]},
            "amount": {"type": "integer", "minimum": 0, "maximum": 999},
            "flags": {"type": "array", "items": {"type": "boolean"}, "maxItems": 3},
        },
        "required": ["code", "amount", "flags"],
        "additionalProperties": False,
    }
)
WORD = json.dumps({"enum": ["damage", "short delivery"]})
ANY = json.dumps({})
TEXTS = ("my card", "rate", "Invoice 4711 was paid short by 12.50 EUR")


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Chat:
    return Chat(load_tokenizer(find(str(tiny_base(tmp_path_factory.mktemp("base"))))))


@pytest.fixture(scope="module")
def completer(tmp_path_factory: pytest.TempPathFactory) -> LocalCompleter:
    base = find(str(tiny_base(tmp_path_factory.mktemp("base"))))
    return LocalCompleter(load_decoder(base), Chat(load_tokenizer(base)), context=512, batch_tokens=4096)


def ask(text: str, **settings) -> CompletionRequest:
    return CompletionRequest((Message("user", text),), **{"max_tokens": 60, **settings})


def keeps(done: Completion, schema: str) -> bool:
    try:
        jsonschema.validate(json.loads(done.text), json.loads(schema))
    except (ValueError, jsonschema.ValidationError):
        return False
    return True


def test_a_model_of_chance_writes_valid_records_beside_other_schemas_and_none(completer):
    """Rows of one batch under two schemas and under none, the likeliest tokens and drawn ones."""
    schemas = [RECORD, WORD, None]
    requests = [
        ask(text, schema=schema, temperature=temperature, top_p=0.9 if temperature else 1.0, seed=3)
        for text in TEXTS
        for schema in schemas
        for temperature in (0.0, 1.3)
    ]
    answers = completer.complete(requests)
    apart = [completer.complete([request])[0] for request in requests]
    assert [done.text for done in answers] == [done.text for done in apart]
    held = [(request, done) for request, done in zip(requests, answers, strict=True) if request.schema]
    assert all(keeps(done, str(request.schema)) for request, done in held if done.finish == "stop")
    assert sum(done.finish == "stop" for _, done in held) > len(held) / 2
    free = [done for request, done in zip(requests, answers, strict=True) if not request.schema]
    assert not any(keeps(done, RECORD) or keeps(done, WORD) for done in free), "chance alone keeps to no schema"


def test_an_answer_cut_by_its_length_says_so(completer):
    (done,) = completer.complete([ask("my card", schema=RECORD, max_tokens=3)])
    assert done.finish == "length"
    assert done.completion_tokens == 3


def favouring(completer: LocalCompleter, chat: Chat, text: str) -> None:
    """Make the tiny model write `text` whatever it is asked: the next token of it gets all the likelihood."""
    wanted = chat.encode_answer(text)
    model = completer._model
    inner = model.forward

    def forward(*args, **named):
        out = inner(*args, **named)
        held = named["past_key_values"].get_seq_length()
        start = forward.start = min(getattr(forward, "start", held), held)
        out.logits[..., wanted[min(held - start, len(wanted) - 1)]] += 1e4
        return out

    model.forward = forward


@pytest.mark.parametrize(
    "text", ['{"code": "BC", "amount": 70, "flags": [true, false]}', '{"code":"A","amount":0,"flags":[]}']
)
def test_a_valid_answer_is_the_same_with_and_without(tmp_path, chat, text):
    base = find(str(tiny_base(tmp_path / "base")))
    said = []
    for schema in (None, RECORD):
        completer = LocalCompleter(load_decoder(base), chat, context=512, batch_tokens=4096)
        favouring(completer, chat, text)
        said += completer.complete([ask("my card", schema=schema)])
    free, held = said
    assert free.text == held.text == text
    assert free.tokens == held.tokens
    assert free.finish == held.finish == "stop"


def test_an_invalid_wish_is_bent_where_it_leaves_the_schema(tmp_path, chat):
    base = find(str(tiny_base(tmp_path / "base")))
    completer = LocalCompleter(load_decoder(base), chat, context=512, batch_tokens=4096)
    favouring(completer, chat, '{"code": "XX", "amount": 70, "flags": []}')
    (done,) = completer.complete([ask("my card", schema=RECORD)])
    assert done.text.startswith('{"code": "')
    assert "XX" not in done.text


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ("{nonsense", "key must be a string"),
        ("[1]", "Expecting object schema"),
        ('{"type": "objekt"}', "objekt"),
        ('{"not": {"type": "string"}}', "not"),
        ('{"$ref": "https://example.com/schema"}', "is not present in a registry"),
    ],
)
def test_a_schema_that_is_none_is_refused_in_one_sentence(completer, schema, named):
    with pytest.raises(InputError, match=named) as caught:
        completer.complete([ask("my card"), ask("rate", schema=schema)])
    assert "\n" not in str(caught.value)


def test_choices_and_a_schema_do_not_go_together(completer):
    with pytest.raises(InputError, match="request 1 asks for choices and for a schema"):
        completer.complete([ask("my card", schema=WORD, choices=("a", "b"))])


def test_what_is_allowed_is_what_the_schema_allows_next(chat):
    """By hand: `"` opens one of two words; behind `"da` only "m..." goes on; behind the whole, only the end."""
    constraint = Constraints(chat.tokenizer, chat.terminator, len(chat.tokenizer)).constraint(WORD)
    word = {number: chat.decode([number]) for number in range(len(chat.tokenizer))}

    def open_now() -> set[str]:
        return {word[int(place)] for place in constraint.allowed.nonzero()[0]}

    def spelled(text: str) -> None:
        for token in chat.encode_answer(text)[:-1]:
            constraint.take(token)

    assert all(one == '"' or '"damage"'.startswith(one) or '"short delivery"'.startswith(one) for one in open_now())
    spelled('"da')
    assert open_now()
    assert all('mage"'.startswith(one) for one in open_now())
    spelled('mage"')
    assert open_now() == {word[chat.terminator]}


@pytest.mark.parametrize(
    ("text", "goes_on"), [('{"code": ', False), ('{"code":\n    ', True), ('{"code":', True), ('{"code":\n\n', None)]
)
def test_spaces_come_to_an_end(chat, text, goes_on):
    """A small model that likes spaces best would else write them until its length ends the answer."""
    constraint = Constraints(chat.tokenizer, chat.terminator, len(chat.tokenizer)).constraint(RECORD)
    space = chat.encode_answer(" ")[0]
    try:
        for token in chat.encode_answer(text)[:-1]:
            assert constraint.allowed[token]
            constraint.take(token)
    except AssertionError:
        assert goes_on is None
        return
    assert bool(constraint.allowed[space]) is goes_on


def test_a_vocabulary_wider_than_the_tokenizer_is_masked_whole(chat):
    wide = len(chat.tokenizer) + 37
    allowed = Constraints(chat.tokenizer, chat.terminator, wide).constraint(ANY).allowed
    assert allowed.shape == (wide,)
    assert not allowed[len(chat.tokenizer) :].any()
    assert torch.from_numpy(allowed).any()
