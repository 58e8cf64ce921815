"""The words of an OpenAI-compatible endpoint: a request as the JSON that is sent, and a reply as what it answers.

Pure: bytes in, values out. Knows no network, no key and no retries beyond saying whether one may help.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from finewright.base.nearness import normalised
from finewright.base.records import Completion, CompletionRequest
from finewright.engine.retry import Failure

_SHOWN = 200
_WRAPPING = "\"'`*.,:;()[]«»“”„‘’ "
_AGAIN = (408, 409, 425, 429)
_WAITS = "run the same command again later: rows that were answered are kept"


def body(request: CompletionRequest, model: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of a request. `fields` are added, and those that are None left out of it.

    Without constrained decoding, choices are asked for: they are listed where the messages do not name them all.
    """
    messages = [{"role": message.role, "content": message.content} for message in request.messages]
    longest = request.max_tokens
    if request.choices is not None:
        messages = _asking_for(request.choices, messages)
        longest = max([longest, *(len(choice.encode()) for choice in request.choices)])
    sent: dict[str, Any] = {"model": model, "messages": messages, "max_tokens": longest}
    sent |= {"temperature": request.temperature}
    sent |= {"top_p": request.top_p, "seed": request.seed} if request.temperature else {}
    sent |= {"stop": list(request.stop)} if request.stop else {}
    sent |= {"response_format": _held_to(request.schema)} if request.schema is not None else {}
    return {name: value for name, value in (sent | dict(fields)).items() if value is not None}


def reply(status: int, content: bytes, request: CompletionRequest) -> Completion | Failure:
    """What a whole reply came to. Token counts are the endpoint's own, 0 where it gives none."""
    if status != 200:
        return _refused(status, content)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return _foreign("something that is no JSON")
    said = _said(value)
    if said is None:
        return _foreign("JSON that holds no answer")
    text, reason = said
    if not text and reason not in ("length", "content_filter"):
        return Failure("answered nothing", f"check that the model answers such prompts, or {_WAITS}", again=True)
    asked, written = _tokens(value)
    if request.choices is not None and (choice := matched(text, request.choices)) is not None:
        return Completion(choice, "choice", asked, written)
    return Completion(text, "length" if reason == "length" else "stop", asked, written)


def matched(text: str, choices: Sequence[str]) -> str | None:
    """The choice that a text is: letter by letter, or but for case, white space and wrapping marks; None for no one."""
    if text in choices:
        return text
    plain = _plain(text)
    alike = [choice for choice in choices if _plain(choice) == plain]
    return alike[0] if len(alike) == 1 else None


def _plain(text: str) -> str:
    return normalised(text.strip(_WRAPPING))


def _asking_for(choices: Sequence[str], messages: list[dict[str, str]]) -> list[dict[str, str]]:
    said = "\n".join(message["content"] for message in messages)
    listed = "" if all(choice in said for choice in choices) else f"The labels are: {', '.join(choices)}\n"
    wanted = f"{listed}Reply with one label alone, exactly as it is written, and nothing else."
    if messages and messages[0]["role"] == "system":
        return [{"role": "system", "content": f"{messages[0]['content']}\n{wanted}"}, *messages[1:]]
    return [{"role": "system", "content": wanted}, *messages]


def _held_to(schema: str) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": json.loads(schema)}}


def _said(value: Any) -> tuple[str, str] | None:
    """The text of the first choice and why it ended; None where the reply is of another form."""
    try:
        first = value["choices"][0]
        content, reason = first["message"].get("content"), first.get("finish_reason")
    except (AttributeError, IndexError, KeyError, TypeError):
        return None
    if content is not None and not isinstance(content, str):
        return None
    return (content or "").strip(), str(reason)


def _tokens(value: Mapping[str, Any]) -> tuple[int, int]:
    usage = value.get("usage")
    counts = [usage.get(name) if isinstance(usage, dict) else 0 for name in ("prompt_tokens", "completion_tokens")]
    asked, written = (count if isinstance(count, int) and count > 0 else 0 for count in counts)
    return asked, written


def _foreign(what: str) -> Failure:
    return Failure(f"answered with {what}", "check that its url is that of an OpenAI-compatible endpoint", again=True)


def _refused(status: int, content: bytes) -> Failure:
    reason = _reason(content)
    what = f"answered {status}" + (f" ({reason})" if reason else "")
    if status in (401, 403):
        return Failure(what, "put a valid key in the environment variable that key_env names")
    if status == 404:
        return Failure(what, "check its url and model in the recipe")
    if status == 429 and "insufficient_quota" not in content.decode("utf-8", "replace"):
        return Failure(what, f"lower requests_per_minute or concurrency in the recipe, or {_WAITS}", again=True)
    if status in _AGAIN[:3] or status >= 500:
        return Failure(what, _WAITS, again=True)
    return Failure(what, "check model, fields and prompt in the recipe")


def _reason(content: bytes) -> str:
    """The endpoint's own words for a refusal, on one line and short."""
    try:
        error = json.loads(content)["error"]
        said = error["message"] if isinstance(error, dict) else error
    except (KeyError, RecursionError, TypeError, ValueError):
        return ""
    line = " ".join(str(said).split()).rstrip(".")
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
