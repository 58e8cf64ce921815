"""Continued pretraining: documents to an adapter or model that predicts held-out documents better, and how surely.

`run` hands over to it where a recipe asks for documents. Each step leaves a file and is skipped when it is there. The
held-out documents are read by the base before training and by what was saved of it after; they choose nothing.
"""

import gc
import shutil
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.errors import FinewrightError, Place, StorageError
from finewright.base.files import read_json, write_json
from finewright.base.home import home
from finewright.base.recipe_file import ResolvedRecipe
from finewright.base.results import Forgetting, Results
from finewright.data.looks import look
from finewright.engine.local import LocalCompleter
from finewright.evaluate.perplexity import Likelihood, compare, decide_documents, likelihoods
from finewright.evaluate.results_file import as_stored
from finewright.evaluate.results_file import read as read_results
from finewright.evaluate.results_file import write as write_results
from finewright.flows.asking import completer_of
from finewright.flows.budget import micro_tokens
from finewright.flows.documents import PreparedDocuments, prepare_documents, rows_in
from finewright.flows.estimate import refuse
from finewright.flows.folder import RunFolder, alone
from finewright.flows.forgetting import check_general, forgetting
from finewright.flows.inputs import write_inputs
from finewright.flows.method import Material
from finewright.flows.pretrain_estimate import estimate_documents
from finewright.flows.pretrain_replay import as_many, check_general_text, general_rows
from finewright.flows.privacy.sealed import seal
from finewright.flows.product import manifest, told
from finewright.flows.report.page import write_report
from finewright.flows.tune import supervised, train_on
from finewright.flows.view import view_of
from finewright.model import full, lora
from finewright.model.batch import Example
from finewright.model.hub import load_decoder
from finewright.model.layout import layout_for
from finewright.model.manifest import write_manifest
from finewright.model.padded import PaddedBatches
from finewright.model.quantised import is_quantised
from finewright.train.postflight import Scores, check_scores

_SCORED, _TOKENS = 2, 40
"""Rows, and tokens of each, that saved and trained weights are held together on."""

Say = Callable[[str], None]


def run_pretraining(resolved: ResolvedRecipe, *, allow_drift: bool, say: Say) -> tuple[Results, RunFolder, str]:
    """Carry a recipe on documents through to its report: the results, where they lie, and new, resumed or shown.

    Raises what `run` raises.
    """
    prepared = prepare_documents(resolved)
    folder = RunFolder(resolved.recipe.output.runs / f"{resolved.recipe.name}-{prepared.digest[:12]}")
    if folder.results.exists():
        return read_results(folder.results), folder, "shown"
    refuse(estimate_documents(prepared, folder.resolved if folder.resolved.exists() else None))
    check_general_text(prepared)
    if prepared.talking:
        check_general(prepared)
    with alone(folder):
        state = "resumed" if folder.card.exists() else "new"
        seal(prepared.dataset, folder, subjects=prepared.recipe.privacy.subjects)
        derived = prepared.derived(micro_tokens(prepared, folder.resolved))
        write_inputs(folder, resolved, prepared.parts, prepared.card, derived, prepared.learning)
        _carry_out(prepared, folder, say, allow_drift)
    return read_results(folder.results), folder, state


def _carry_out(prepared: PreparedDocuments, folder: RunFolder, say: Say, allow_drift: bool) -> None:
    for line in prepared.said:
        say(line)
    before = _measured(prepared, folder, "before", lambda: load_decoder(prepared.base), say)
    training = train_on(
        prepared,
        lambda: _material(prepared, folder, say),
        folder,
        say,
        check=lambda model, product: _check_saved(model, prepared, product),
        teach=supervised(prepared),
        allow_drift=allow_drift,
    )
    after = _measured(prepared, folder, "after", lambda: trained_model(prepared, folder), say)
    confidence = prepared.recipe.evaluate.confidence
    found = compare(before, after, confidence)
    results = Results(
        name=str(prepared.recipe.name),
        run=prepared.digest,
        kind="documents",
        deciding_figure="perplexity",
        arms=(),
        verdict=decide_documents(found, confidence),
        data=prepared.card,
        training=training,
        looks=look(home(), prepared.card["test_digest"], prepared.digest),
        perplexity=found,
        forgetting=_forgetting(prepared, folder, training["adapter"], say),
    )
    _finish(prepared, folder, results)


def trained_model(prepared: PreparedDocuments, folder: RunFolder) -> PreTrainedModel | PeftModel:
    """What the run saved, loaded anew."""
    product = folder.product(prepared.recipe.train.method)
    if prepared.recipe.train.method == "full":
        return full.load(product, prepared.base)
    return lora.load(load_decoder(prepared.base), product, prepared.base, "tuned")


def _material(prepared: PreparedDocuments, folder: RunFolder, say: Say) -> Material:
    learning, general = rows_in(prepared.learning), general_rows(prepared, folder, say)
    return Material(
        learning=learning,
        choosing=rows_in(prepared.choosing),
        limit=prepared.longest,
        pad=prepared.plain.pad,
        general=general,
        counted=as_many(learning, general),
    )


def _forgetting(prepared: PreparedDocuments, folder: RunFolder, trained: str, say: Say) -> Forgetting | None:
    """What the base lost; not measured of a base without a chat template, which cannot be asked."""
    if not prepared.talking:
        say("Forgetting is not measured: the base has no chat template to ask it by")
        return None
    product = folder.product(prepared.recipe.train.method)
    base = cache(lambda: completer_of(prepared, load_decoder(prepared.base)))

    def tuned() -> tuple[LocalCompleter, str | None]:
        if prepared.recipe.train.method == "full":
            return completer_of(prepared, full.load(product, prepared.base)), None
        return base(), base().add_adapter(product, prepared.base)

    return forgetting(
        prepared.recipe,
        prepared.base,
        prepared.chat,
        before=lambda: (base(), None),
        after=tuned,
        trained=trained,
        kept=folder.forgetting,
        say=say,
    )


def _measured(
    prepared: PreparedDocuments,
    folder: RunFolder,
    when: str,
    model: Callable[[], PreTrainedModel | PeftModel],
    say: Say,
) -> dict[str, Likelihood]:
    """The likelihood of the held-out documents, stored where it was measured already.

    Raises StorageError where what is stored is of other documents.
    """
    path = folder.perplexity(when)
    if path.exists():
        return _stored(path, prepared)
    say(f"Reading {len(prepared.shared):,} held-out documents {when} training")
    reader = model().requires_grad_(False)
    batches, _ = layout_for(reader, rows_in(prepared.shared), prepared.recipe.evaluate.batch_tokens, prepared.plain.pad)
    found = likelihoods(reader, prepared.shared, batches)
    write_json(path, {name: asdict(of) for name, of in found.items()})
    del reader
    gc.collect()  # A model holds cycles; the next one is loaded beside it otherwise.
    return found


def _stored(path: Path, prepared: PreparedDocuments) -> dict[str, Likelihood]:
    rows = read_json(path)
    try:
        found = {name: Likelihood(float(of["total"]), int(of["tokens"])) for name, of in rows.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise _foreign(path) from fault
    wanted = {name: sum(row.targets for row in rows) for name, rows in prepared.shared.items()}
    if {name: of.tokens for name, of in found.items()} != wanted:
        raise _foreign(path)
    return found


def _foreign(path: Path) -> StorageError:
    return StorageError(
        "holds figures of other documents", place=Place(path), remedy="remove it and run the same command again"
    )


def _check_saved(model: PreTrainedModel | PeftModel, prepared: PreparedDocuments, product: Path) -> None:
    """Hold what was saved against the trained model, which is of no use afterwards.

    Raises FinewrightError, and removes the folder, where saved, merged and trained weights do not predict alike.
    """
    rows = [_beginning(row) for row in sorted(rows_in(prepared.choosing), key=_by_length)[:_SCORED]]

    def scores(of: PreTrainedModel | PeftModel) -> list[float]:
        found = likelihoods(of, {row.id: [row] for row in rows}, PaddedBatches(1, prepared.plain.pad))
        return [found[row.id].total for row in rows]

    trained = scores(model)
    merged: list[float | None] = [None] * len(rows)
    if isinstance(model, PeftModel):
        # Into weights of 4 bits nothing merges as it was.
        if not is_quantised(model):
            model.merge_adapter()
            merged = [*scores(model)]
            model.unmerge_adapter()
        bare = model.unload()
        before = scores(bare)
        served = scores(lora.load(bare, product, prepared.base, "saved"))
    else:
        before, served = scores(load_decoder(prepared.base)), scores(full.load(product, prepared.base))
    try:
        check_scores(
            [
                Scores(row.id, row.targets, as_trained, as_merged, as_served, as_before)
                for row, as_trained, as_merged, as_served, as_before in zip(
                    rows, trained, merged, served, before, strict=True
                )
            ]
        )
    except FinewrightError:
        shutil.rmtree(product)
        raise


def _beginning(row: Example) -> Example:
    return Example(row.id, row.tokens[:_TOKENS], row.supervised[:_TOKENS])


def _by_length(row: Example) -> tuple[int, str]:
    return len(row.tokens), row.id


def _finish(prepared: PreparedDocuments, folder: RunFolder, results: Results) -> None:
    """Report first, `results.json` last: its presence means that the run is whole."""
    summary = {"perplexity": asdict(results.perplexity) if results.perplexity else None}
    product = folder.product(prepared.recipe.train.method)
    write_manifest(product, manifest(prepared, summary | told(results)))
    stored = as_stored(results)
    write_report(folder.report, stored, view_of(folder, stored))
    write_results(folder.results, results)
