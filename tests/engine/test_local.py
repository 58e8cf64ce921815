"""The local completer end to end on a tiny base: real tokenizer, template, adapters on disk, batches of all sorts."""

import math
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedModel

from finewright.base.errors import AdapterError, InputError
from finewright.base.protocols import Completer
from finewright.base.recipe_train import Lora
from finewright.base.records import CompletionRequest, Message
from finewright.engine.local import LocalCompleter
from finewright.model import lora
from finewright.model.chat import Chat
from finewright.model.hub import Base, find, load_decoder, load_tokenizer
from finewright.model.manifest import Manifest, write_manifest
from support.tiny import tiny_base

CHOICES = ("card", "card arrival", "card lost", "refund", "exchange rate")
TEXTS = ("my card", "where is the refund for the boxes?", "rate", "Invoice 4711 was paid short by 12.50 EUR", "top up")
CONTEXT = 256


@dataclass(frozen=True)
class Desk:
    """A stored base, its chat, and two adapters trained on nothing but chance."""

    base: Base
    chat: Chat
    adapters: tuple[Path, Path]

    def completer(self, batch_tokens: int = 4096) -> LocalCompleter:
        return LocalCompleter(load_decoder(self.base), self.chat, context=CONTEXT, batch_tokens=batch_tokens)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("base")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINEWRIGHT_HOME", str(tmp_path_factory.mktemp("home")))
        base = find(str(tiny_base(folder, context=CONTEXT)))
    adapters = [random_adapter(base, folder / f"adapter{seed}", seed) for seed in (1, 2)]
    return Desk(base, Chat(load_tokenizer(base)), (adapters[0], adapters[1]))


def random_adapter(base: Base, folder: Path, seed: int) -> Path:
    model = lora.attach(load_decoder(base), Lora(rank=4), seed=seed)
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.copy_(torch.randn(weight.shape, generator=noise) * 0.3)
    lora.save(model, folder, base)
    write_manifest(
        folder,
        Manifest(
            base=base.name,
            public_id=base.public_id,
            digests=base.digests,
            data="",
            run="",
            recipe={},
            task={},
            prompt="",
            versions={},
            results={},
        ),
    )
    return folder


def ask(text: str, **settings) -> CompletionRequest:
    return CompletionRequest((Message("user", text),), **settings)


def alone(desk: Desk, model: PreTrainedModel, text: str, max_tokens: int, after: Callable) -> str:
    """The greedy answer, one row, recomputed in full for every token."""
    prompt, written = desk.chat.encode_prompt((Message("user", text),)), []
    while len(written) < max_tokens:
        token = int(after(model, [*prompt, *written]).argmax())
        if token == desk.chat.terminator:
            break
        written.append(token)
    return desk.chat.decode(written)


def chosen(desk: Desk, model: PreTrainedModel, text: str) -> str:
    """The likeliest choice, each weighed alone."""
    prompt = desk.chat.encode_prompt((Message("user", text),))
    return max(CHOICES, key=lambda choice: forced(model, prompt, desk.chat.encode_answer(choice)))


@torch.inference_mode()
def forced(model: PreTrainedModel, prompt: Sequence[int], answer: Sequence[int]) -> float:
    logits = model(input_ids=torch.tensor([[*prompt, *answer]]), use_cache=False).logits[0, len(prompt) - 1 : -1]
    return math.exp(float(logits.log_softmax(-1)[range(len(answer)), list(answer)].sum()))


@pytest.mark.parametrize("batch_tokens", [1, 4096])
def test_adapters_and_base_answer_side_by_side_each_as_if_alone(desk, logits_after, batch_tokens):
    completer: Completer = desk.completer(batch_tokens)
    digests = [completer.add_adapter(folder, desk.base) for folder in desk.adapters]
    models = {None: load_decoder(desk.base)} | {
        digest: lora.load(load_decoder(desk.base), folder, desk.base, "alone")
        for digest, folder in zip(digests, desk.adapters, strict=True)
    }
    requests, expected = [], []
    for text in TEXTS:
        for adapter, model in models.items():
            requests.append(ask(text, max_tokens=12, adapter=adapter))
            expected.append(alone(desk, model, text, 12, logits_after))
            requests.append(ask(text, choices=CHOICES, adapter=adapter))
            expected.append(chosen(desk, model, text))
    assert [done.text for done in completer.complete(requests)] == expected
    by_adapter = [tuple(expected[place :: 2 * len(models)]) for place in range(0, 2 * len(models), 2)]
    assert len(set(by_adapter)) == 3, "the adapters must answer differently"


def test_the_bare_base_answers_the_same_before_and_after_an_adapter(desk):
    completer = desk.completer()
    requests = [ask(text, max_tokens=10) for text in TEXTS]
    before = completer.complete(requests)
    digest = completer.add_adapter(desk.adapters[0], desk.base)
    tuned = completer.complete([ask(text, max_tokens=10, adapter=digest) for text in TEXTS])
    assert completer.complete(requests) == before
    assert tuned != before


def test_an_adapter_is_named_by_its_content_and_loaded_once(desk):
    completer = desk.completer()
    digest = completer.add_adapter(desk.adapters[0], desk.base)
    assert digest == lora.adapter_digest(desk.adapters[0])
    assert completer.add_adapter(desk.adapters[0], desk.base) == digest
    assert completer.add_adapter(desk.adapters[1], desk.base) != digest


def test_counts_tokens_and_tells_how_an_answer_ended(desk):
    text, choice = desk.completer().complete([ask("my card", max_tokens=3), ask("my card", choices=CHOICES)])
    prompt = desk.chat.encode_prompt((Message("user", "my card"),))
    assert (text.prompt_tokens, text.completion_tokens, text.finish) == (len(prompt), 3, "length")
    assert (choice.prompt_tokens, choice.finish) == (len(prompt), "choice")
    assert choice.completion_tokens == len(desk.chat.encode_answer(choice.text))


def test_a_stop_sequence_cuts_the_real_text(desk):
    whole = desk.completer().complete([ask("rate", max_tokens=20)])[0].text
    stop = whole[5:8]
    cut = desk.completer().complete([ask("rate", max_tokens=20, stop=(stop,))])[0]
    assert (cut.text, cut.finish) == (whole[: whole.index(stop)], "stop")


def test_probabilities_are_those_of_whole_choices_and_leave_the_answer_alone(desk):
    completer, model = desk.completer(), load_decoder(desk.base)
    plain = completer.complete([ask(text, choices=CHOICES) for text in TEXTS])
    weighed = completer.complete([ask(text, choices=CHOICES, probabilities=True) for text in TEXTS])
    assert [done.text for done in weighed] == [done.text for done in plain]
    assert {done.probabilities for done in plain} == {None}
    for text, done in zip(TEXTS, weighed, strict=True):
        prompt = desk.chat.encode_prompt((Message("user", text),))
        expected = {choice: forced(model, prompt, desk.chat.encode_answer(choice)) for choice in CHOICES}
        assert done.probabilities == pytest.approx(expected, rel=1e-4)
        assert done.probability == done.probabilities[done.text]
        assert done.rest == pytest.approx(sum(expected.values()) - expected[done.text], rel=1e-4)
    for sought, known in zip(plain, weighed, strict=True):
        assert sought.probability == pytest.approx(known.probability, rel=1e-4)
        assert known.rest <= sought.rest + 1e-6


def test_a_model_that_cannot_branch_weighs_every_choice(desk, monkeypatch):
    requests = [ask(text, choices=CHOICES) for text in TEXTS]
    searched = desk.completer().complete(requests)
    monkeypatch.setattr("finewright.engine.local.can_branch", lambda _: False)
    scanned = desk.completer().complete(requests)
    assert [done.text for done in scanned] == [done.text for done in searched]
    assert [done.probability for done in scanned] == pytest.approx([done.probability for done in searched], rel=1e-4)
    assert {done.probabilities for done in scanned} == {None}


def test_probabilities_under_an_adapter_are_the_adapters(desk):
    completer = desk.completer()
    digest = completer.add_adapter(desk.adapters[0], desk.base)
    model = lora.load(load_decoder(desk.base), desk.adapters[0], desk.base, "alone")
    done = completer.complete([ask("rate", choices=("refund",), probabilities=True, adapter=digest)])[0]
    prompt = desk.chat.encode_prompt((Message("user", "rate"),))
    assert done.text == "refund"
    assert done.probabilities == pytest.approx(
        {"refund": forced(model, prompt, desk.chat.encode_answer("refund"))}, rel=1e-4
    )


def test_a_choice_named_twice_is_one_choice(desk):
    done = desk.completer().complete([ask("rate", choices=("refund", "card", "refund"), probabilities=True)])[0]
    assert list(done.probabilities) == ["refund", "card"]


def test_progress_counts_every_answer(desk, monkeypatch):
    totals, units = [], []

    @contextmanager
    def counted(_title, total, _unit):
        totals.append(total)
        yield units.append

    monkeypatch.setattr("finewright.engine.local.progress", counted)
    sought, weighed = ask("rate", choices=("card", "refund")), ask("rate", choices=CHOICES, probabilities=True)
    desk.completer().complete([ask("rate", max_tokens=2), sought, weighed])
    assert totals == [sum(units)] == [3]


def test_nothing_asked_is_nothing_answered(desk):
    assert desk.completer().complete([]) == []


@pytest.mark.parametrize(
    ("settings", "fault", "message"),
    [
        ({"adapter": "0123456789abcdef"}, AdapterError, "digest 0123456789ab is loaded"),
        (
            {"max_tokens": 250},
            InputError,
            r"request 2 is \d+ tokens of prompt and up to 250 of answer, more than the 256",
        ),
        ({"max_tokens": 0}, InputError, "answer of 0 tokens"),
        ({"stop": ("x", "")}, InputError, "empty stop sequence"),
        ({"probabilities": True}, InputError, "without choices"),
        ({"choices": ()}, InputError, "no choices"),
        ({"choices": ("a", "b " * 400)}, InputError, "more than the 256"),
        ({"temperature": -0.1}, InputError, "request 2 asks for a temperature of -0.1"),
        ({"temperature": math.nan}, InputError, "request 2 asks for a temperature of nan"),
        ({"temperature": math.inf}, InputError, "request 2 asks for a temperature of inf"),
        ({"temperature": 1.0, "top_p": 0.0}, InputError, "request 2 asks to sample from a share of 0.0"),
        ({"top_p": 1.01}, InputError, "request 2 asks to sample from a share of 1.01"),
        ({"top_p": math.nan}, InputError, "request 2 asks to sample from a share of nan"),
        ({"temperature": 0.5, "choices": ("a", "b")}, InputError, "request 2 asks for choices and for sampling"),
    ],
)
def test_an_unsound_request_is_refused_before_anything_is_decoded(desk, settings, fault, message):
    model = load_decoder(desk.base)
    calls: list[object] = []
    model.register_forward_pre_hook(lambda *_: calls.append(1))
    completer = LocalCompleter(model, desk.chat, context=CONTEXT, batch_tokens=4096)
    with pytest.raises(fault, match=message):
        completer.complete([ask("my card", max_tokens=2), ask("my card", **settings)])
    assert calls == []


def test_the_longest_request_that_fits_is_answered(desk):
    room = CONTEXT - len(desk.chat.encode_prompt((Message("user", "my card"),)))
    assert desk.completer().complete([ask("my card", max_tokens=room)])[0].completion_tokens <= room
    with pytest.raises(InputError, match="more than the 256"):
        desk.completer().complete([ask("my card", max_tokens=room + 1)])


def test_an_adapter_for_another_base_is_refused_and_leaves_the_completer_as_it_was(desk, tmp_path, monkeypatch):
    monkeypatch.setenv("FINEWRIGHT_HOME", str(tmp_path / "home"))
    other = find(str(tiny_base(tmp_path / "other", seed=7, context=CONTEXT)))
    foreign = random_adapter(other, tmp_path / "foreign", 3)
    completer = desk.completer()
    before = completer.complete([ask("rate", max_tokens=5)])
    with pytest.raises(AdapterError, match="another base"):
        completer.add_adapter(foreign, desk.base)
    assert completer.complete([ask("rate", max_tokens=5)]) == before


def test_a_sampled_answer_is_the_same_in_any_company(desk):
    requests = [
        ask(text, max_tokens=10, temperature=1.3, top_p=top_p, seed=seed)
        for text in TEXTS
        for seed in (1, 2)
        for top_p in (1.0, 0.8)
    ]
    whole = desk.completer().complete(requests)
    assert desk.completer(1).complete(requests) == whole
    assert desk.completer(300).complete(requests) == whole
    assert desk.completer().complete(requests[::-1]) == whole[::-1]
    assert [desk.completer().complete([request])[0] for request in requests] == whole
    others = [ask("card", max_tokens=4), ask("rate", choices=CHOICES), ask("my card", max_tokens=9, temperature=0.4)]
    assert desk.completer().complete([*others, *requests])[3:] == whole


def test_seeds_differ_and_a_group_of_one_prompt_is_as_its_members_alone(desk):
    group = [ask("where is it?", max_tokens=8, temperature=1.0, seed=seed) for seed in range(8)]
    completer = desk.completer()
    together = completer.complete(group)
    assert len({done.tokens for done in together}) == 8
    assert [completer.complete([request])[0] for request in group] == together


def test_no_temperature_is_greedy_whatever_the_seed(desk):
    greedy = desk.completer().complete([ask(text, max_tokens=10) for text in TEXTS])
    for settings in ({"seed": 5, "top_p": 0.5}, {"temperature": 1e-5, "seed": 3}, {"temperature": 2.0, "top_p": 1e-9}):
        assert desk.completer().complete([ask(text, max_tokens=10, **settings) for text in TEXTS]) == greedy


def test_tokens_are_as_written_and_end_with_the_terminator_where_there_is_one(desk, monkeypatch):
    plain = desk.completer().complete([ask(text, max_tokens=20) for text in TEXTS])
    assert all(len(done.tokens) == done.completion_tokens for done in plain)
    assert all(desk.chat.decode(done.tokens) == done.text for done in plain if done.finish == "length")
    whole = plain[TEXTS.index("rate")]
    stop = whole.text[5:8]
    cut = desk.completer().complete([ask("rate", max_tokens=20, stop=(stop,))])[0]
    assert cut.tokens == whole.tokens[: cut.completion_tokens]
    assert stop in desk.chat.decode(cut.tokens)
    assert cut.text == whole.text[: whole.text.index(stop)]
    # A terminator where the model is seen to write one.
    drawn = {"max_tokens": 20, "temperature": 1.5, "seed": 1}
    whole = desk.completer().complete([ask("rate", **drawn)])[0]
    assert whole.tokens[5] not in whole.tokens[:5]
    monkeypatch.setattr(desk.chat, "terminator", whole.tokens[5])
    ended = desk.completer().complete([ask("rate", **drawn)])[0]
    assert (ended.tokens, ended.finish) == (whole.tokens[:6], "stop")
    assert ended.text == desk.chat.decode(whole.tokens[:5])
    assert desk.completer().complete([ask("rate", choices=CHOICES)])[0].tokens == ()


def test_equal_messages_are_rendered_once(desk, monkeypatch):
    seen: list[object] = []
    encode = desk.chat.encode_prompt
    monkeypatch.setattr(desk.chat, "encode_prompt", lambda messages: seen.append(messages) or encode(messages))
    requests = [ask(text, max_tokens=1, temperature=1.0, seed=seed) for seed in range(4) for text in TEXTS[:2]]
    desk.completer().complete(requests)
    assert len(seen) == 2


def test_the_room_that_is_left_for_an_answer_is_what_can_be_asked_for(desk):
    completer, messages = desk.completer(), (Message("user", "my card"),)
    room = completer.room(messages)
    assert room == CONTEXT - len(desk.chat.encode_prompt(messages))
    assert completer.complete([ask("my card", max_tokens=room)])[0].finish
    assert completer.room((Message("user", "card " * 400),)) < 0
