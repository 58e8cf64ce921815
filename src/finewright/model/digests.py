"""What makes a base that base: digests of its weights, tokenizer and chat template. Knows folders, no names."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from finewright.base.errors import BaseError, Place
from finewright.base.files import digest_bytes, digest_json


@dataclass(frozen=True, slots=True)
class BaseDigests:
    """SHA-256 of each part, in hex."""

    weights: str
    tokenizer: str
    template: str

    @property
    def combined(self) -> str:
        """One digest of all three."""
        return digest_json(asdict(self))

    @property
    def talks(self) -> bool:
        """Whether there is a chat template."""
        return self.template != digest_json(None)


def digests_of(folder: Path) -> BaseDigests:
    """Hash a transformers folder; reads all its weights.

    Raises BaseError where weights or tokenizer are missing, damaged or pickled.
    """
    from finewright.model.weights import digest_weights  # torch, which who reads a manifest has no need to wait for

    return BaseDigests(digest_weights(folder), _tokenizer(folder), _template(folder))


def _tokenizer(folder: Path) -> str:
    path = folder / "tokenizer.json"
    if not path.exists():
        raise BaseError("there is no tokenizer.json here", place=Place(folder), remedy="name a model folder")
    settings = _json(folder / "special_tokens_map.json") | _json(folder / "tokenizer_config.json")
    special = {key: value for key, value in sorted(settings.items()) if key.endswith("_token")}
    return digest_json([_json(path), special])


def _template(folder: Path) -> str:
    path = folder / "chat_template.jinja"
    text = (
        path.read_text(encoding="utf-8")
        if path.exists()
        else _json(folder / "tokenizer_config.json").get("chat_template")
    )
    return digest_bytes(text.encode()) if isinstance(text, str) else digest_json(text)


def _json(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        value: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise BaseError("is not JSON", place=Place(path), remedy="fetch the base again") from fault
    return value
