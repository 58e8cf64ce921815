"""Rules between the keys of `train` about adapters: what cannot be had together, or not here.

Reads the document as written, as `base/recipe_rules.py` does; what hangs on the base is told when that is opened.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from finewright.base.errors import InputError
from finewright.base.yaml_lines import Document, KeyPath


def adapter_faults(document: Document, start: Path | None) -> list[InputError]:
    """All breaches, in no order; `start` is where `train.start` leads to, where that is written."""
    return [*_of_full(document), *_not_installed(document), *_no_start(document, start), *_idle_ranks(document)]


def _of_full(document: Document) -> list[InputError]:
    """Keys that speak of an adapter, or of a frozen base, where all weights learn."""
    if document.get("train", "method") != "full":
        return []
    why = {
        "quantise": (
            "weights in 4 bits are frozen and cannot learn",
            "leave it out, or train an adapter (method: lora)",
        ),
        "start": ("there is no adapter to go on with", "name the model to go on from as `base`"),
    }
    return [
        _fault(document, ("train", key), f"does not go with method: full, for {reason}", remedy)
        for key, (reason, remedy) in why.items()
        if document.get("train", key) is not None
    ]


def _not_installed(document: Document) -> list[InputError]:
    if document.get("train", "quantise") is None or find_spec("bitsandbytes") is not None:
        return []
    remedy = "run `pip install bitsandbytes`, or leave it out"
    return [_fault(document, ("train", "quantise"), "needs bitsandbytes, which is not installed", remedy)]


def _no_start(document: Document, start: Path | None) -> list[InputError]:
    if start is None or start.is_dir():
        return []
    written: Any = document.get("train", "start")
    remedy = "name a run folder or an adapter folder; paths are relative to the recipe's folder"
    return [_fault(document, ("train", "start"), f"there is no folder {written!r}", remedy)]


def _idle_ranks(document: Document) -> list[InputError]:
    """Ranks for matrices that `modules` leaves out; PEFT passes over them."""
    ranks, modules = document.get("train", "lora", "ranks"), document.get("train", "lora", "modules")
    if not isinstance(ranks, dict) or not isinstance(modules, list):
        return []
    known = {_last(name) for name in modules}
    return [
        _fault(
            document,
            ("train", "lora", "ranks"),
            f"names {name}, which gets no adapter",
            "name it in train.lora.modules too, or leave it out",
        )
        for name in ranks
        if _last(name) not in known
    ]


def _last(name: Any) -> str:
    return str(name).rsplit(".", 1)[-1]


def _fault(document: Document, key: KeyPath, what: str, remedy: str) -> InputError:
    return InputError(f"{'.'.join(key)}: {what}", place=document.place(key), remedy=remedy)
