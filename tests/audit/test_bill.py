"""The bill of materials keeps the rules of CycloneDX 1.6 that programs rely on, and is the same for the same things."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from finewright.audit.bill import Library, Materials, bill
from finewright.base.results import Figure

MATERIALS = Materials(
    name="letters",
    digest="a" * 64,
    files={"adapter_model.safetensors": "b" * 64},
    base="someone/tiny",
    base_digests={"weights": "1" * 64, "tokenizer": "2" * 64, "template": "3" * 64},
    data="d" * 64,
    rows=500,
    scrubbed=True,
    task="classes",
    asked="Name the topic.",
    approach="supervised",
    figures={"accuracy": Figure(0.9, 0.85, 0.95, 200)},
    limits=("Small.",),
    made="2026-03-01T09:30:00+00:00",
    version="1.0",
    libraries=(
        Library("torch", "2.13.0+cpu", "BSD-3-Clause", spdx=True),
        Library("odd", "1", "A licence of its own"),
        Library("plain", "1"),
        Library("python", "3.11.9"),
    ),
)
TYPES = {"application", "data", "file", "library", "machine-learning-model", "platform"}


def components(of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All components, nested ones too."""
    yield of
    for one in of.get("components", []):
        yield from components(one)


def test_the_rules_of_the_format() -> None:
    made = bill(MATERIALS)
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", made["serialNumber"])
    every = [one for top in (made["metadata"]["component"], *made["components"]) for one in components(top)]
    assert all(one["name"] and one["type"] in TYPES for one in every)
    assert all(re.fullmatch(r"[0-9a-f]{64}", one["content"]) for of in every for one in of.get("hashes", []))
    refs = [one["bom-ref"] for one in every if "bom-ref" in one]
    assert len(refs) == len(set(refs))
    assert {one["ref"] for one in made["dependencies"]} <= set(refs)
    assert set(made["dependencies"][0]["dependsOn"]) == set(refs) - {made["metadata"]["component"]["bom-ref"]}


def test_models_data_and_libraries_say_what_they_are() -> None:
    made = bill(MATERIALS)
    adapter, (base, data, torch, odd, plain, python) = made["metadata"]["component"], made["components"]
    assert adapter["type"] == base["type"] == "machine-learning-model"
    assert adapter["modelCard"]["modelParameters"]["datasets"] == [{"ref": data["bom-ref"]}]
    metric = adapter["modelCard"]["quantitativeAnalysis"]["performanceMetrics"][0]
    assert metric["confidenceInterval"] == {"lowerBound": "0.85", "upperBound": "0.95"}
    assert (data["type"], data["data"][0]["type"]) == ("data", "dataset")
    assert torch["purl"] == "pkg:pypi/torch@2.13.0%2Bcpu"
    assert torch["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert odd["licenses"] == [{"license": {"name": "A licence of its own"}}]
    assert "licenses" not in plain
    assert python["type"] == "platform"


def test_the_same_things_give_the_same_number_and_others_another() -> None:
    assert bill(MATERIALS) == bill(replace(MATERIALS))
    assert bill(MATERIALS)["serialNumber"] != bill(replace(MATERIALS, digest="c" * 64))["serialNumber"]
