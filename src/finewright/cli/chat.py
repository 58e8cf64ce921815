"""`finewright chat`: talking with a base or an adapter, line by line."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finewright.base.errors import DataError, Place
from finewright.cli.terminal import examples, printable, say

if TYPE_CHECKING:
    from finewright.flows.chat import Conversation, Reply

EXAMPLES = examples(
    "finewright chat",
    "finewright chat --adapter runs/tickets-1a2b3c4d5e6f --temperature 0",
    'echo "Where is my card?" | finewright chat --base smollm2-135m --system "Answer in one sentence."',
)
_COMMANDS = "/reset begins anew, /system TEXT begins anew under another system message, /quit ends"
_CUT = {
    None: "",
    "length": "; cut at the longest answer that --max-tokens allows",
    "context": "; cut, for the conversation now fills the base's context: /reset begins anew",
}


def chat(
    base: Annotated[
        str | None,
        typer.Option(help="Base to talk with; by default the adapter's, or the one that recipes have by default."),
    ] = None,
    adapter: Annotated[
        Path | None, typer.Option(help="A run folder, or the adapter or model folder inside one.")
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="System message; by default the one that the adapter was trained under, or none.")
    ] = None,
    temperature: Annotated[float, typer.Option(min=0, help="0 takes the likeliest token each time.")] = 0.7,
    top_p: Annotated[
        float, typer.Option(min=0, max=1, help="Sample from the likeliest tokens that together have this probability.")
    ] = 0.95,
    seed: Annotated[int, typer.Option(help="The same seed and the same words get the same answers.")] = 0,
    max_tokens: Annotated[int, typer.Option(min=1, help="Longest answer in tokens.")] = 256,
) -> None:
    """Talk with a base or with what a run has trained; each line is a turn.

    The conversation is kept until /reset. Answers go to standard output, all else to standard error. The end of the
    input ends it, so lines can also be piped in.
    """
    from finewright.flows.chat import Manner, converse

    conversation = converse(base, adapter, system, Manner(temperature, top_p, seed, max_tokens))
    say(f"Talking with {conversation.name}; {_COMMANDS}")
    for line in _typed() if sys.stdin.isatty() else _piped():
        if line.startswith("/"):
            if not _obeyed(conversation, line):
                return
        elif line.strip():
            _answer(conversation, line)


def _typed() -> Iterator[str]:
    """What a person types, with editing; ends where it ends, or with Ctrl-C."""
    with suppress(ImportError):
        import readline  # noqa: F401  # input() edits lines by it
    while True:
        try:
            line = input("> ")
        except (EOFError, KeyboardInterrupt):
            return
        yield line


def _piped() -> Iterator[str]:
    """The lines of standard input. Raises DataError naming the line that is no UTF-8 text."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise DataError(
                "is not UTF-8 text", place=Place("standard input", number), remedy="send it as UTF-8"
            ) from fault
        yield text


def _obeyed(conversation: "Conversation", line: str) -> bool:
    """Carry out a command; whether the conversation goes on."""
    word, _, rest = line.partition(" ")
    match word.strip():
        case "/quit":
            return False
        case "/reset":
            conversation.begin(conversation.system)
            say("A new conversation begins")
        case "/system" if rest.strip():
            conversation.begin(rest.strip())
            say("A new conversation begins under that system message")
        case "/system":
            say(
                f"The system message is: {conversation.system}" if conversation.system else "There is no system message"
            )
        case unknown:
            say(f"There is no command {unknown}: {_COMMANDS}; a blank before it sends it as text")
    return True


def _answer(conversation: "Conversation", line: str) -> None:
    try:
        reply = conversation.ask(line.strip())
    except KeyboardInterrupt:
        say("Stopped: neither the question nor its answer is kept")
        return
    if reply is None:
        say("The conversation and this question are more than the base's context holds: /reset begins anew")
        return
    print(printable(reply.text), flush=True)
    say(f"{_spent(reply)}{_CUT[reply.cut]}")


def _spent(reply: "Reply") -> str:
    return f"{reply.tokens:,} tokens in {reply.seconds:.1f} s ({reply.tokens / reply.seconds:.0f} a second)"
