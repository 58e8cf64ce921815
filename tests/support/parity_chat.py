"""Conversations, a chat template and a tokenizer of 64 words: one copy for TRL in its environment and for our tests.

The template marks what assistants generate, which TRL asks for; to everybody else the marks are nothing.
"""

from typing import Any

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

VOCABULARY = 64
_SPECIAL = ("<pad>", "<s>", "<|end|>", "<unk>", "<|user|>", "<|assistant|>", "<|system|>", "<|tool|>")
_WORDS = (
    *(".", "?", ":", ",", "{", "}", "[", "]", '"'),
    *("be", "brief", "who", "are", "you", "a", "clerk", "is", "it", "was", "paid", "when", "and", "which", "one"),
    *("due", "the", "invoice", "of", "acme", "yes", "no", "or", "on", "friday", "monday", "how", "much"),
    *("find", "number", "state", "4711", "4712"),
)
TEMPLATE = (
    "{{ '<s>' }}{% if tools %}{{ '<|system|> ' }}{% for tool in tools %}{{ tool.function | tojson }}{% endfor %}"
    "{{ '<|end|>' }}{% endif %}{% for message in messages %}{{ '<|' + message.role + '|> ' }}"
    "{% if message.role == 'assistant' %}{% generation %}{{ message.content }}"
    "{% if message.tool_calls %}{% for call in message.tool_calls %}"
    "{{ '[ ' + call.function.name + ' ' }}{{ call.function.arguments | tojson }}{{ ' ]' }}{% endfor %}{% endif %}"
    "{{ '<|end|>' }}{% endgeneration %}{% else %}{{ message.content + '<|end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|> ' }}{% endif %}"
)


def tokenizer() -> PreTrainedTokenizerFast:
    """A word is a token; of control tokens there are seven."""
    words = {word: number for number, word in enumerate((*_SPECIAL, *_WORDS))}
    words |= {f"w{number}": number for number in range(len(words), VOCABULARY)}
    backend = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    made = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="<|end|>",
        unk_token="<unk>",
        additional_special_tokens=list(_SPECIAL[4:]),
    )
    made.chat_template = TEMPLATE
    return made


def _turn(role: str, content: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def _call(number: int) -> dict[str, Any]:
    calls = [{"type": "function", "function": {"name": "find", "arguments": {"number": number}}}]
    return _turn("assistant", "", tool_calls=calls)


_TOOLS = [{"type": "function", "function": {"name": "find", "description": "paid or due"}}]

TEXTS: list[dict[str, Any]] = [
    {"messages": [_turn("system", "be brief."), _turn("user", "who are you?"), _turn("assistant", "a clerk.")]},
    {
        "messages": [
            _turn("user", "is it paid?"),
            _turn("assistant", "yes."),
            _turn("user", "when was it paid?"),
            _turn("assistant", "on friday."),
            _turn("user", "and which one is due?"),
            _turn("assistant", "the invoice of acme."),
        ]
    },
    {
        "messages": [
            _turn("system", "be brief."),
            _turn("user", "is it due?"),
            _turn("assistant", "no, it was paid."),
            _turn("user", "when?"),
            _turn("assistant", "monday."),
        ]
    },
]
CALLS: list[dict[str, Any]] = [
    {
        "messages": [
            _turn("user", "is 4711 paid?"),
            _call(4711),
            _turn("tool", "state: paid"),
            _turn("assistant", "yes, it is."),
            _turn("user", "and 4712?"),
            _call(4712),
            _turn("tool", "state: due"),
            _turn("assistant", "no."),
        ],
        "tools": _TOOLS,
    },
    {"messages": [_turn("user", "how much is 4712?"), _call(4712)], "tools": _TOOLS},
]
