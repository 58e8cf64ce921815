"""What must hold of a base's chat template and tokenizer before the first step. Knows conversations; no weights.

Each conversation is encoded by `Chat`, which training and serving share, and by transformers' own
`apply_chat_template`, which is what other servers send. Where the two part, the adapter would be asked in another
way than it was taught.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from transformers import AutoTokenizer, PreTrainedTokenizerBase

from finewright.base.errors import BaseError, Place, StorageError
from finewright.base.records import Message
from finewright.model.batch import Example
from finewright.model.chat import Chat, learned
from finewright.model.quiet import quiet

_CHOOSE = "choose another base, or mend its chat template"
_LAST = "set `train.turns: last`, or choose another base"


@dataclass(frozen=True, slots=True)
class Sample:
    """A conversation, the answer to be learned, where it stands, and which past answers are learned with it."""

    name: str
    messages: tuple[Message, ...]
    answer: str | Message
    place: Place | None = None
    turns: str = "all"


_PLAIN = Sample("plain", (Message("user", "Is it so?"),), "Yes.")
"""A conversation without anything odd in it: what fails here is the base's doing, not that of the examples."""


def check_rendering(chat: Chat, tokenizer: PreTrainedTokenizerBase, samples: Sequence[Sample]) -> None:
    """Raises BaseError where ids for training, for serving and of the base's own tokenizer part, naming the example.

    Checked are: that the answers to be learned are supervised with the terminator which the template writes, and
    nothing else is; that there is no beginning of text beyond the template's, in training and serving and with the
    tokenizer saved and loaded again; that what training has before each answer is what serving sends to ask for it,
    and that these ids are the tokenizer's own.
    """
    again = Chat(_reloaded(tokenizer))
    for sample in (_PLAIN, *samples):
        prompt = chat.encode_prompt(sample.messages)
        example = chat.encode_example(sample.name, sample.messages, sample.answer, turns=sample.turns)
        _check_supervised(chat, tokenizer, sample, example)
        _check_beginnings(chat, tokenizer, sample, prompt, example)
        if list(example.tokens[: len(prompt)]) != prompt:
            raise _fault("training does not begin with the tokens that serving sends", sample)
        _check_asked(chat, sample, example)
        _check_own(chat, tokenizer, sample)
        if again.encode_prompt(sample.messages) != prompt:
            raise _fault("the tokenizer gives other tokens once it is saved and loaded again", sample)
    _check_terminator(chat, tokenizer)


def _check_supervised(chat: Chat, tokenizer: Any, sample: Sample, example: Example) -> None:
    """The mask: the past answers that are learned and the answer, each up to the terminator, and nothing else."""
    runs = [[token for token, _ in run] for run in _supervised(chat, example)]
    if not runs:
        raise _fault("no token of the answer is supervised", sample)
    control = _control(tokenizer).values()
    if any(run[-1] not in control for run in runs):
        raise _fault("the token that ends the answer is not supervised, so the model could not learn to stop", sample)
    past = [sample.messages[place] for place in _learned(sample)]
    if runs[-1] != chat.encode_answer(sample.answer, behind=sample.messages) or len(runs) != 1 + len(past):
        raise _fault("other tokens than those of the answers are supervised", sample)
    if any(run[-1] != chat.terminator for run in runs):
        raise _fault("the template ends an earlier answer with another token than the last one", sample, _LAST)
    for run, message in zip(runs, past, strict=False):
        said = chat.decode(run[:-1])
        whole = [message.content, *(call.name for call in message.calls)]
        if not all(part.strip() in said for part in whole) or (not message.calls and said.strip() != whole[0].strip()):
            raise _fault("other tokens than those of an earlier answer are supervised", sample)


def _check_asked(chat: Chat, sample: Sample, example: Example) -> None:
    """Before each past answer that is learned stands what serving sends to ask for it.

    A conversation that an assistant opens is passed over there: nobody asks for that.
    """
    runs = _supervised(chat, example)
    for place, run in zip(_learned(sample), runs, strict=False):
        before = sample.messages[:place]
        begins = run[0][1]
        asked = any(message.role == "user" for message in before)
        if asked and chat.encode_prompt(before) != list(example.tokens[:begins]):
            raise _fault(
                "training on an earlier answer does not begin with the tokens that serving sends", sample, _LAST
            )


def _check_terminator(chat: Chat, tokenizer: Any) -> None:
    """What the template writes first behind an answer, by transformers' own rendering, is what is supervised."""
    said = "Yes."
    given = chat.given([*_PLAIN.messages, Message("assistant", said)])
    text = str(tokenizer.apply_chat_template(**given, tokenize=False))
    behind = tokenizer(text.rpartition(said)[2], add_special_tokens=False)["input_ids"]
    control = set(_control(tokenizer).values())
    written = next((token for token in behind if token in control), None)
    if written != chat.terminator:
        raise _fault(
            f"the template ends an answer with {_name(tokenizer, written)} and training with "
            f"{_name(tokenizer, chat.terminator)}",
            _PLAIN,
        )


def _check_beginnings(chat: Chat, tokenizer: Any, sample: Sample, prompt: list[int], example: Example) -> None:
    """Beginnings of text: in the prompt as many as the template writes, in the answer none."""
    begins = tokenizer.bos_token_id
    if begins is None or _spells_control(tokenizer, sample):
        return
    written = chat.render(sample.messages).count(tokenizer.bos_token)
    behind = int(chat.terminator == begins)
    for when, tokens, due in (("serving", prompt, written), ("training", example.tokens, written + behind)):
        if (found := tokens.count(begins)) != due:
            name = tokenizer.bos_token
            raise _fault(f"{when} encodes {found} times {name} where the template writes {due}", sample)


def _check_own(chat: Chat, tokenizer: Any, sample: Sample) -> None:
    """The prompt as `apply_chat_template` encodes it, up to the first past answer.

    Past answers are encoded apart from what precedes them, by intent: there a tokenizer may cut otherwise.
    """
    opening = list(takewhile(lambda message: message.role != "assistant", sample.messages))
    if not any(message.role == "user" for message in opening) or _spells_control(tokenizer, sample):
        return
    given = chat.given(opening)
    own = tokenizer.apply_chat_template(**given, tokenize=True, add_generation_prompt=True, return_dict=False)
    if list(own) != chat.encode_prompt(opening):
        raise _fault("other servers would send other tokens than those trained on", sample)


def _supervised(chat: Chat, example: Example) -> list[list[tuple[int, int]]]:
    """The runs of supervised tokens, each with its place; a terminator ends one."""
    runs: list[list[tuple[int, int]]] = []
    going = False
    for place, (token, wanted) in enumerate(zip(example.tokens, example.supervised, strict=True)):
        if wanted and not going:
            runs.append([])
        if wanted:
            runs[-1].append((token, place))
        going = wanted and token != chat.terminator
    return runs


def _learned(sample: Sample) -> list[int]:
    """Places of the past answers that are learned."""
    spoken = enumerate(sample.messages)
    return [place for place, one in spoken if one.role == "assistant" and learned(one, sample.turns)]


def _control(tokenizer: Any) -> dict[str, int]:
    return {token.content: number for number, token in tokenizer.added_tokens_decoder.items() if token.special}


def _spells_control(tokenizer: Any, sample: Sample) -> bool:
    """Whether a text spells a control token: `Chat` keeps it text, which other renderings do not."""
    answer = sample.answer if isinstance(sample.answer, str) else sample.answer.text
    texts = [*(f"{message.text}{message.tools}" for message in sample.messages), answer]
    return any(token.strip() in text for token in _control(tokenizer) for text in texts)


def _reloaded(tokenizer: PreTrainedTokenizerBase) -> PreTrainedTokenizerBase:
    with tempfile.TemporaryDirectory() as folder, quiet():
        try:
            tokenizer.save_pretrained(folder)
        except Exception as fault:  # what the tokenizers library raises has no type of its own
            raise StorageError(
                f"could not be written ({fault})",
                place=Place(Path(folder)),
                remedy="free some space for temporary files",
            ) from fault
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def _name(tokenizer: Any, token: int | None) -> str:
    return "no control token" if token is None else str(tokenizer.convert_ids_to_tokens(token))


def _fault(what: str, sample: Sample, remedy: str = _CHOOSE) -> BaseError:
    where = "" if sample is _PLAIN else f" (record {sample.name})"
    return BaseError(f"{what}{where}", place=sample.place, remedy=remedy)
