"""An OpenAI-compatible endpoint as an arm: its section of the recipe, and the rules that the schema cannot say.

A key is never written in a recipe: the recipe names the environment variable that holds it. What would send data off
this machine has to be asked for in so many words. Knows no network.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from finewright.base.errors import InputError
from finewright.base.recipe_cost import Price
from finewright.base.settings import Count, Settings
from finewright.base.yaml_lines import Document

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECTION = ("arms", "endpoints")


class Endpoint(Settings):
    """A model behind an OpenAI-compatible endpoint, asked as an arm."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="Name of the arm, its own among endpoints.")
    enabled: bool = Field(True, description="Whether this arm runs.")
    url: str = Field(description="Address without `/chat/completions`, such as http://127.0.0.1:8000/v1.")
    model: str = Field(min_length=1, description="Model that the endpoint is asked for.")
    key_env: str | None = Field(
        None, description="Name of the environment variable that holds the key; none: no key is sent."
    )
    leaves_machine: bool = Field(
        False, description="Must be true where the address is not on this machine: questions and examples go there."
    )
    prompt: str = Field("{instruction}\n{choices}", min_length=1, description="The system message of this arm.")
    examples: Annotated[int, Field(ge=0, le=64)] = Field(0, description="How many training examples are shown.")
    constrained: bool = Field(
        False, description="Whether the endpoint is asked to hold JSON answers to their schema, by response_format."
    )
    concurrency: Annotated[int, Field(ge=1, le=64)] = Field(4, description="How many rows are asked at once.")
    requests_per_minute: Count | None = Field(None, description="Most requests in a minute; none: no limit of ours.")
    tokens_per_minute: Count | None = Field(
        None, description="Most tokens in a minute, prompts and answers; none: no limit of ours."
    )
    timeout: Annotated[float, Field(gt=0)] = Field(60.0, description="Most seconds for one answer.")
    retries: Annotated[int, Field(ge=0, le=20)] = Field(5, description="How often a row is asked again after a fault.")
    price_in: Price | None = Field(None, description="Price of a million prompt tokens, in your currency.")
    price_out: Price | None = Field(None, description="Price of a million answer tokens, in the same currency.")
    fields: dict[str, Any] = Field(
        {}, description="Further fields of each request; null leaves out one that is sent otherwise, as temperature."
    )

    @property
    def arm(self) -> str:
        """The name of the arm among all arms."""
        return f"endpoint-{self.name}"

    @property
    def host(self) -> str:
        """Host and, where written, port of the address."""
        return urlsplit(self.url).netloc

    @property
    def local(self) -> bool:
        """Whether the address is this machine."""
        return is_loopback(self.url)

    def cost(self, prompt_tokens: float, completion_tokens: float) -> float | None:
        """What these tokens cost in the currency of the prices; None where there are none."""
        if self.price_in is None and self.price_out is None:
            return None
        return (prompt_tokens * (self.price_in or 0.0) + completion_tokens * (self.price_out or 0.0)) / 1e6


def is_loopback(url: str) -> bool:
    """Whether an address is this machine, by its name alone: nothing is looked up."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def endpoint_notes(endpoints: Sequence[Endpoint]) -> list[str]:
    """What to know before a run: which arms send data off this machine."""
    return [
        f"DATA LEAVE THIS MACHINE: the arm {one.arm} sends every question it is asked"
        f"{' and examples of the training rows' if one.examples else ''} to {one.host}"
        for one in endpoints
        if one.enabled and not one.local
    ]


def endpoint_faults(document: Document) -> list[InputError]:
    """Breaches of the rules for endpoints. No fault repeats what stands where a key may have been written."""
    written = document.get(*_SECTION)
    sections = [one if isinstance(one, dict) else {} for one in written] if isinstance(written, list) else []
    found = [fault for place, one in enumerate(sections) for fault in _faults(document, place, one)]
    names = [one.get("name") for one in sections]
    twice = [place for place, name in enumerate(names) if isinstance(name, str) and name in names[:place]]
    return found + [
        _fault(document, place, "name", f"{names[place]!r} is the name of another endpoint too", "give each its own")
        for place in twice
    ]


def _faults(document: Document, at: int, section: dict[str, Any]) -> Iterator[InputError]:
    url, variable = section.get("url"), section.get("key_env")
    if isinstance(url, str):
        yield from _url_faults(document, at, url, section.get("leaves_machine") is True)
    if isinstance(variable, str) and not _VARIABLE.fullmatch(variable):
        what = "is no name of an environment variable"
        yield _fault(document, at, "key_env", what, "put the key in a variable, such as ENDPOINT_KEY, and name that")


def _url_faults(document: Document, at: int, url: str, leaves: bool) -> Iterator[InputError]:
    example = "write one such as http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        yield _fault(document, at, "url", "is no http or https address", example)
    elif parts.username or parts.password or parts.query:
        yield _fault(document, at, "url", "holds more than an address", f"{example}, and a key by key_env")
    elif not leaves and not is_loopback(url):
        what = f"is not on this machine, so that questions and examples would leave it for {parts.hostname}"
        yield _fault(document, at, "url", what, "write leaves_machine: true beside it if they may")


def _fault(document: Document, at: int, key: str, what: str, remedy: str) -> InputError:
    return InputError(f"arms.endpoints.{key} {what}", place=document.place((*_SECTION, str(at), key)), remedy=remedy)
