"""The folder of a run that a gate can judge, written by hand: an adapter of a few bytes, results, reports, their list.

`healthy_run` passes the shipped default; tests change one thing in it.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from finewright.audit.policy_file import read_policy
from finewright.audit.report import Report, write_report
from finewright.base.files import digest_json, write_json
from finewright.base.recipe import Recipe
from finewright.base.results import ArmResult, Change, Contrast, Figure, Forgetting, Measured, Results, Verdict
from finewright.evaluate.results_file import digest
from finewright.evaluate.results_file import write as write_results
from finewright.flows.audit.audited import open_audited
from finewright.flows.audit.listing import list_evidence
from finewright.flows.folder import RunFolder
from finewright.model.digests import BaseDigests
from finewright.model.manifest import Manifest, write_manifest

BASE = BaseDigests("1" * 64, "2" * 64, "3" * 64)
RUN = "ab" * 32
MADE = "2026-03-01T09:30:00+00:00"
FIGURES: dict[str, dict[str, Figure]] = {
    "canaries": {"exposure": Figure(1.5, 1.0, 2.1, 32)},
    "secrets": {"found": Figure(0.0, 0.0, 0.1, 32), "exposure": Figure(1.4, 0.9, 2.0, 32)},
    "membership": {
        "auc": Figure(0.52, 0.48, 0.56, 500),
        "tpr": Figure(0.01, 0.004, 0.023, 500),
        "blind_auc": Figure(0.5, 0.46, 0.54, 500),
    },
    "extraction": {
        "difference": Figure(0.0, -0.02, 0.02, 100),
        "extracted": Figure(0.0, 0.0, 0.036, 100),
        "identifiers": Figure(0.0, 0.0, 0.036, 100),
    },
    "outputs": {"identifiers": Figure(0.0, 0.0, 0.007, 500)},
    "redteam": {
        "overall": Figure(0.2, 0.15, 0.26, 200),
        "overall_change": Figure(-0.01, -0.04, 0.02, 200),
        "fraud": Figure(0.25, 0.1, 0.45, 25),
        "fraud_change": Figure(0.0, -0.08, 0.08, 25),
    },
}
ASKED: dict[str, dict[str, Any]] = {
    "canaries": {"digits": 4},
    "secrets": {"samples": 4},
    "membership": {"membership": {"rows": 500}},
    "extraction": {"extraction": {"rows": 100, "samples": 4}},
    "outputs": {},
    "redteam": {"each": None, "max_tokens": 48},
}
"""What the attacks were asked for: all that a recipe asks for where it says nothing."""


def results_of(adapter: str) -> Results:
    """Results in which the tuned arm is better, nothing is forgotten and every answer is valid."""
    ids = [f"{number:016x}" for number in range(200)]
    arms = tuple(
        ArmResult(
            name,
            name,
            trained,
            test=Measured(
                200,
                {"accuracy": Figure(share, share - 0.05, share + 0.05, 200)},
                {one: at < 200 * share for at, one in enumerate(ids)},
                1.0,
                0.0,
                0.0,
            ),
        )
        for name, share, trained in (("few_shot", 0.7, False), ("tuned", 0.9, True))
    )
    deciding = Contrast("tuned", "few_shot", 200, Figure(0.2, 0.14, 0.26, 200), 40, 0, 0.001, None, "exact McNemar")
    verdict = Verdict("better", "The tuned model is better by 20 points.", "Use it.", "few_shot", deciding)
    forgetting = Forgetting(
        Change(0.6, 0.59, -0.01, -0.02, 0.0, 0.05, 127, "kept", "Accuracy was 60.0% before and 59.0% after: kept."),
        Change(20.0, 20.4, 0.02, 0.01, 0.03, 0.1, 24, "kept", "Perplexity rose by 2.0%: no more than accepted."),
    )
    card = {"kind": "classes", "parts": {"train": {"rows": 500, "digest": "5" * 64}}}
    training = {"adapter": adapter, "examples": 500, "versions": {"torch": "2.13.0"}}
    return Results("letters", RUN, "classes", "accuracy", arms, verdict, card, training, forgetting=forgetting)


def healthy_run(
    root: Path, *, weights: bytes = b"weights", trainers: tuple[str, ...] = ("Tom Trainer",), made: str = MADE
) -> RunFolder:
    """A run folder that passes the shipped default on the day after its reports were made."""
    folder = RunFolder(root)
    folder.adapter.mkdir(parents=True)
    (folder.adapter / "adapter_config.json").write_text("{}")
    (folder.adapter / "adapter_model.safetensors").write_bytes(weights)
    card = {"kind": "classes", "parts": {"train": {"rows": 500, "digest": "5" * 64}}}
    write_json(folder.card, card)
    recipe = Recipe.model_validate({"data": {"train": "letters.csv"}, "task": {"instruction": "Name the topic."}})
    manifest = Manifest(
        base="tiny",
        public_id="someone/tiny",
        digests=BASE,
        data=digest_json(card),
        run=RUN,
        recipe=recipe.model_dump(mode="json"),
        task={"kind": "classes"},
        prompt="Name the topic.",
        versions={"torch": "2.13.0"},
        results={},
        trained_by=trainers,
    )
    write_manifest(folder.adapter, manifest)
    results = results_of(open_audited(root).digest)
    write_manifest(folder.adapter, replace(manifest, results={"digest": digest(results)}))
    write_results(folder.results, results)
    report_all(folder, FIGURES, made=made)
    return folder


def report_all(folder: RunFolder, figures: Mapping[str, Mapping[str, Figure]], *, made: str = MADE) -> None:
    """Write reports with these figures, and list them, as an audit does."""
    audited = open_audited(folder.root)
    reports = {
        kind: Report(
            kind, audited.digest, BASE.combined, audited.manifest.run, made, ASKED[kind], of, notes=("Made up.",)
        )
        for kind, of in figures.items()
    }
    for kind, report in reports.items():
        write_report(folder.audit / f"{kind}.json", report)
    list_evidence(audited, reports, {}, read_policy("default").policy.digest)
