"""The bill of materials of an adapter: CycloneDX 1.6 with machine-learning models, as plain JSON.

Written here rather than by the CycloneDX library, which knows no model cards and would bring five more packages. The
same adapter and libraries give the same text: its serial number comes from digests, its time from the evidence. Knows
no folder; https://cyclonedx.org/docs/1.6/json has the format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from finewright.base.files import digest_json
from finewright.base.results import Figure

_SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
_PLATFORM = ("python", "machine")


@dataclass(frozen=True, slots=True)
class Library:
    """A library that the adapter was made with: `licence` is an SPDX expression where `spdx`, else a name, or empty."""

    name: str
    version: str
    licence: str = ""
    spdx: bool = False


@dataclass(frozen=True, slots=True)
class Materials:
    """What an adapter is made of.

    name, digest, files   the adapter, the digest that names it, and of each of its files the SHA-256
    base, base_digests    the base's public name, and the digests of its weights, tokenizer and template
    data, rows            digest of the rows that were learned, and how many; `scrubbed` whether names were replaced
    task, asked           what it was trained for, and with which words it is asked
    approach              as CycloneDX names it, such as supervised
    figures, limits       what was measured, by name, and sentences on what it is not good for
    made                  time of the youngest evidence, UTC
    """

    name: str
    digest: str
    files: Mapping[str, str]
    base: str
    base_digests: Mapping[str, str]
    data: str
    rows: int
    scrubbed: bool
    task: str
    asked: str
    approach: str
    figures: Mapping[str, Figure]
    limits: Sequence[str]
    made: str
    version: str
    libraries: Sequence[Library] = field(default_factory=tuple)


def bill(of: Materials) -> dict[str, Any]:
    """The document, ready to be written."""
    adapter = f"adapter:{of.digest}"
    libraries = [_library(one) for one in of.libraries]
    made_of = [f"base:{of.base_digests['weights']}", f"data:{of.data}", *(one["bom-ref"] for one in libraries)]
    content = {
        "metadata": {
            "timestamp": of.made,
            "tools": {"components": [{"type": "application", "name": "finewright", "version": of.version}]},
            "component": _adapter(of, adapter),
        },
        "components": [_base(of), _data(of), *libraries],
        "dependencies": [{"ref": adapter, "dependsOn": made_of}, *({"ref": one} for one in made_of)],
    }
    serial = uuid5(NAMESPACE_URL, digest_json(content))
    head = {"$schema": _SCHEMA, "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
    return head | {"serialNumber": f"urn:uuid:{serial}"} | content


def _adapter(of: Materials, ref: str) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": ref,
        "name": of.name,
        "version": of.digest[:12],
        "hashes": [_hash(of.digest)],
        "modelCard": _card(of),
        "components": [{"type": "file", "name": name, "hashes": [_hash(one)]} for name, one in of.files.items()],
    }


def _card(of: Materials) -> dict[str, Any]:
    return {
        "modelParameters": {
            "approach": {"type": of.approach},
            "task": of.task,
            "datasets": [{"ref": f"data:{of.data}"}],
        },
        "quantitativeAnalysis": {"performanceMetrics": [_metric(name, one) for name, one in of.figures.items()]},
        "considerations": {"useCases": [of.asked] if of.asked else [], "technicalLimitations": list(of.limits)},
    }


def _metric(name: str, figure: Figure) -> dict[str, Any]:
    bounds = {"lowerBound": f"{figure.low:.6g}", "upperBound": f"{figure.high:.6g}"}
    return {"type": name, "value": f"{figure.value:.6g}", "confidenceInterval": bounds}


def _base(of: Materials) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"base:{of.base_digests['weights']}",
        "name": of.base,
        "hashes": [_hash(of.base_digests["weights"])],
        "properties": [{"name": f"finewright:{part}", "value": one} for part, one in of.base_digests.items()],
    }


def _data(of: Materials) -> dict[str, Any]:
    said = "names and identifiers replaced by made-up ones" if of.scrubbed else "as they were written"
    return {
        "type": "data",
        "bom-ref": f"data:{of.data}",
        "name": "training rows",
        "version": of.data[:12],
        "hashes": [_hash(of.data)],
        "description": f"{of.rows} rows, {said}",
        "data": [{"type": "dataset", "name": "training rows"}],
    }


def _library(one: Library) -> dict[str, Any]:
    if one.name in _PLATFORM:
        return {"type": "platform", "bom-ref": f"platform:{one.name}", "name": one.name, "version": one.version}
    purl = f"pkg:pypi/{one.name.lower()}@{one.version.replace('+', '%2B')}"
    found = {"type": "library", "bom-ref": purl, "name": one.name, "version": one.version, "purl": purl}
    if not one.licence:
        return found
    return found | {"licenses": [{"expression": one.licence} if one.spdx else {"license": {"name": one.licence}}]}


def _hash(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}
