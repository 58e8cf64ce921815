"""What training leaves: an adapter, a model or a head, and the manifest that says what it is. Knows no loop."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.files import digest_json
from finewright.base.recipe import Recipe
from finewright.base.results import Results
from finewright.evaluate.results_file import digest
from finewright.flows.folder import RunFolder
from finewright.flows.learning import versions
from finewright.flows.lineage import keyed
from finewright.flows.origin import start_digest
from finewright.flows.prepare import Run
from finewright.model import full, lora
from finewright.model.hub import Base
from finewright.model.manifest import Manifest, write_manifest


def check_product(product: Path, recipe: Recipe, base: Base) -> None:
    """Raise AdapterError where the adapter or model of a finished training is damaged or of another base."""
    (full if recipe.train.method == "full" else lora).check(product, base)


def product_digest(product: Path, recipe: Recipe) -> str:
    """The digest that names what was trained."""
    return full.model_digest(product) if recipe.train.method == "full" else lora.adapter_digest(product)


def save_product(model: PreTrainedModel | PeftModel, product: Path, run: Run) -> None:
    """Save the adapter or the model, with a manifest that has no results yet."""
    (lora if isinstance(model, PeftModel) else full).save(model, product, run.base)
    write_manifest(product, keyed(manifest(run, {}), RunFolder(product.parent)))


def manifest(run: Run, results: dict[str, Any]) -> Manifest:
    """The tuned arm's `finewright.json`: what it belongs to, what it was made of, how to ask it, how it did."""
    return manifest_of(run, run.base, run.recipe.arms.tuned.prompt, results | _told(run.card))


def _told(card: Mapping[str, Any]) -> dict[str, Any]:
    """What the reader of an adapter must know of its rows: their version, or that nothing was searched for in them, and
    the canaries among them."""
    told = ("enabled", "said", "version", "edition", "rows")
    privacy = {key: value for key, value in card["privacy"].items() if key in told}
    return {"privacy": privacy} | {key: card[key] for key in ("canaries",) if key in card}


def told(results: Results) -> dict[str, Any]:
    """What the manifest says of any results: their verdict, and the digest that tells an edited `results.json`."""
    return {"verdict": results.verdict.sentence, "digest": digest(results)}


def manifest_of(run: Run, base: Base, prompt: str, results: dict[str, Any]) -> Manifest:
    """The `finewright.json` of anything that the run trained on a base, which is asked by a prompt or by none."""
    recipe = run.recipe.model_dump(mode="json")
    return Manifest(
        base=base.name,
        public_id=base.public_id,
        digests=base.digests,
        data=digest_json(run.card),
        run=run.digest,
        recipe=recipe | {"train": recipe["train"] | {"start": start_digest(run.recipe)}},
        task=run.task.to_json(),
        prompt=prompt,
        versions=versions(),
        results=results,
    )
