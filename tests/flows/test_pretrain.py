"""Continued pretraining from recipe to verdict on a tiny random base: files, counts, resuming, what is told."""

import json
import re
from contextlib import nullcontext
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from rich.console import Console
from transformers import AutoModelForCausalLM, AutoTokenizer

from finewright.base.errors import DataError, FinewrightError, InputError, Interrupted, StorageError
from finewright.base.recipe_file import read_recipe
from finewright.base.results import Perplexity
from finewright.cli.show import outcome_parts
from finewright.cli.show_check import check_parts
from finewright.evaluate.perplexity import decide_documents
from finewright.flows import pretrain
from finewright.flows.check import check
from finewright.flows.documents import prepare_documents
from finewright.flows.estimate import estimate
from finewright.flows.predict import predict
from finewright.flows.prepare import prepare
from finewright.flows.pretrain_replay import as_many
from finewright.flows.report.perplexity import Line, perplexity_section
from finewright.flows.run import RunOutcome, run
from finewright.model.batch import Example
from support.tiny import tiny_base

WORDS = ["committee", "members", "noted", "inflation", "growth", "policy", "markets", "credit", "housing", "labor"]
DOCUMENTS = 30
SETTINGS = {"epochs": 2, "batch": 4, "max_length": 64, "threads": 1, "evaluations": 1, "learning_rate": 0.01}


def document(number: int) -> str:
    """A text of few words in an order of its own: what one teaches about the next ones is soon learned."""
    words = 20 + 5 * (number % 9)
    return f"Meeting {number}. " + " ".join(
        WORDS[(number * number + place * (1 + number % 9) + place // 7) % len(WORDS)] for place in range(words)
    )


def quiet(line: str) -> None:
    """Nobody is listening."""


def write_recipe(folder: Path, base: Path, *, more: str = "", **changes: object) -> Path:
    """A recipe on the folder's documents; forgetting is measured where `more` asks for it."""
    recipe = folder / "minutes.yaml"
    evaluate = "" if "evaluate:" in more else "evaluate: {forgetting: {enabled: false}}\n"
    recipe.write_text(
        f"base: {base}\n"
        "data: {train: minutes, type: text}\n"
        "split: {by: time, validation: 0.2, test: 0.3, near: 1.0}\n"
        f"train: {json.dumps(SETTINGS | changes)}\n{evaluate}{more}"
    )
    return recipe


def write_corpus(folder: Path, base: Path, **changes: object) -> Path:
    """A folder of dated text files, two beside that are no documents, and the recipe; the latest are held out."""
    texts = folder / "minutes"
    texts.mkdir(parents=True)
    for number in range(DOCUMENTS):
        (texts / f"20{number:02d}0131.txt").write_text(document(number))
    (texts / "SOURCE.md").write_text("Where they are from.")
    return write_recipe(folder, base, **changes)  # type: ignore[arg-type]


# peft asks transformers by a name that transformers renames.
pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    return write_corpus(tmp_path_factory.mktemp("task"), base)


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What the run of `done` told."""
    return []


@pytest.fixture(scope="module")
def done(recipe: Path, said: list[str]) -> RunOutcome:
    return run(recipe, say=said.append)


def rows_of_part(done: RunOutcome, part: str) -> list[dict[str, Any]]:
    """The records of a part as the run folder has them."""
    lines = (done.folder / "data" / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_run_leaves_every_file(done: RunOutcome) -> None:
    assert done.state == "new"
    present = {str(path.relative_to(done.folder)) for path in done.folder.rglob("*") if path.is_file()}
    assert {
        "recipe.yaml",
        "recipe.resolved.json",
        "data/train.jsonl",
        "data/validation.jsonl",
        "data/test.jsonl",
        "data/card.json",
        "metrics.jsonl",
        "training.json",
        "perplexity/before.json",
        "perplexity/after.json",
        "adapter/adapter_config.json",
        "adapter/adapter_model.safetensors",
        "adapter/finewright.json",
        "results.json",
        "report.html",
    } <= present
    assert not (done.folder / "checkpoints").exists()


def test_the_verdict_is_of_the_held_out_documents(done: RunOutcome) -> None:
    found = done.results.perplexity
    assert found is not None
    assert found.documents == 9
    assert found.after < found.before / 2
    assert found.p < 0.05
    assert done.results.verdict.outcome == "better"
    assert decide_documents(found, 0.95) == done.results.verdict


def test_the_latest_documents_are_held_out(done: RunOutcome) -> None:
    names = {part: [row["source"] for row in rows_of_part(done, part)] for part in ("train", "validation", "test")}
    assert max(names["train"]) < min(names["validation"]) <= max(names["validation"]) < min(names["test"])
    assert sum(map(len, names.values())) == DOCUMENTS


def test_nothing_is_cut_and_all_is_counted(recipe: Path, done: RunOutcome, said: list[str]) -> None:
    """Counted again from the files and the base's tokenizer, by neither rows nor examples."""
    tokenizer = AutoTokenizer.from_pretrained(read_recipe(recipe).recipe.base)
    counts = done.results.data["documents"]["parts"]
    for part in ("train", "validation", "test"):
        texts = [row["answer"] for row in rows_of_part(done, part)]
        sizes = [len(tokenizer(text)["input_ids"]) + 1 for text in texts]
        assert counts[part] == {
            "documents": len(texts),
            "tokens": sum(sizes),
            "rows": sum(-(-(size - 1) // 63) for size in sizes),
            "continued": sum(size > 64 for size in sizes),
        }
        assert any(line.startswith(f"{part}: {len(texts)} documents, ") for line in said)
    assert counts["train"]["continued"] > 0
    epochs = done.results.training["epochs"]
    learned = counts["train"]["tokens"] - counts["train"]["documents"]
    assert done.results.training["supervised_tokens"] == epochs * learned
    assert done.results.data["documents"]["separator"] == "<|endoftext|>"


def test_transformers_and_peft_find_the_perplexity_that_was_measured(recipe: Path, done: RunOutcome) -> None:
    """Document by document, row by row, from the files of the run alone."""
    folder = read_recipe(recipe).recipe.base
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    adapted = PeftModel.from_pretrained(model, str(done.folder / "adapter")).eval()
    stored = json.loads((done.folder / "perplexity" / "after.json").read_text())
    end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    for record in rows_of_part(done, "test"):
        tokens = [*tokenizer(record["answer"])["input_ids"], end]
        total = 0.0
        for first in range(0, len(tokens) - 1, 63):
            row = torch.tensor([tokens[first : first + 64]])
            with torch.no_grad():
                scores = adapted(input_ids=row).logits[0, :-1].double().log_softmax(-1)  # (T - 1, V)
            total += float(scores.gather(1, row[0, 1:, None]).sum())
        assert stored[record["id"]]["total"] == pytest.approx(total, rel=1e-4)
        assert stored[record["id"]]["tokens"] == len(tokens) - 1


def test_the_manifest_says_what_it_is(done: RunOutcome) -> None:
    manifest = json.loads((done.folder / "adapter" / "finewright.json").read_text())
    assert manifest["task"]["kind"] == "documents"
    assert manifest["results"]["verdict"] == done.results.verdict.sentence
    assert manifest["results"]["perplexity"]["documents"] == 9


def test_resolved_settings_say_what_became_of_open_ones(done: RunOutcome) -> None:
    stored = json.loads((done.folder / "recipe.resolved.json").read_text())
    rows = {row["key"]: (row["value"], row["origin"]) for row in stored}
    assert rows["task.kind"][0] == "documents"
    assert rows["data.shape"] == ("documents", "recognised from the file")
    assert rows["train.max_length"][0] == 64
    assert rows["evaluate.test_rows"] == (9, "all test documents")


def test_a_repeat_shows_what_is_there(recipe: Path, done: RunOutcome) -> None:
    stamp = (done.folder / "results.json").stat().st_mtime_ns
    again = run(recipe, say=quiet)
    assert (again.state, again.results, again.folder) == ("shown", done.results, done.folder)
    assert (done.folder / "results.json").stat().st_mtime_ns == stamp


def test_another_document_is_another_run(tmp_path: Path, base: Path, done: RunOutcome) -> None:
    recipe = write_corpus(tmp_path, base)
    assert prepare_documents(read_recipe(recipe)).digest == done.results.run
    (tmp_path / "minutes" / "20000131.txt").write_text("Another text.")
    assert prepare_documents(read_recipe(recipe)).digest != done.results.run


def test_a_stopped_run_goes_on_to_the_same_bits(tmp_path: Path, base: Path, done: RunOutcome) -> None:
    recipe, asked = write_corpus(tmp_path, base), iter([False] * 5 + [True])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("finewright.flows.learning.interruptible", lambda: nullcontext(lambda: next(asked)))
        with pytest.raises(Interrupted):
            run(recipe, say=quiet)
    resumed = run(recipe, say=quiet)
    assert resumed.state == "resumed"
    assert resumed.results.training["resumed_at"] == [5]
    assert resumed.results.perplexity == done.results.perplexity
    files = ("adapter/adapter_model.safetensors", "perplexity/before.json", "perplexity/after.json")
    assert all((resumed.folder / name).read_bytes() == (done.folder / name).read_bytes() for name in files)


def test_figures_of_other_documents_are_refused(tmp_path: Path, base: Path) -> None:
    recipe = write_corpus(tmp_path, base, epochs=1)
    outcome = run(recipe, say=quiet)
    (outcome.folder / "results.json").unlink()
    stored = outcome.folder / "perplexity" / "before.json"
    stored.write_text(stored.read_text().replace('"tokens": ', '"tokens": 1'))
    with pytest.raises(StorageError, match=r"before\.json: holds figures of other documents"):
        run(recipe, say=quiet)


def test_an_adapter_saved_wrongly_is_found(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: what is loaded again is another adapter than the one that was trained."""
    load = pretrain.lora.load

    def faulty(*given: object) -> PeftModel:
        model = load(*given)  # type: ignore[arg-type]
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if "lora_B" in name:
                    weight.mul_(1.5)
        return model

    monkeypatch.setattr(pretrain.lora, "load", faulty)
    recipe = write_corpus(tmp_path, base, epochs=1)
    with pytest.raises(FinewrightError, match="saved, loaded and served does not answer as it was trained"):
        run(recipe, say=quiet)
    assert not list(tmp_path.glob("runs/*/adapter"))


def test_all_weights_may_be_trained(tmp_path: Path, base: Path) -> None:
    outcome = run(write_corpus(tmp_path, base, method="full", epochs=1, learning_rate=0.003), say=quiet)
    assert outcome.results.verdict.outcome == "better"
    assert (outcome.folder / "model" / "model.safetensors").exists()
    assert not (outcome.folder / "adapter").exists()


def test_forgetting_is_measured(tmp_path: Path, base: Path) -> None:
    (tmp_path / "general.txt").write_text("Bees make honey, and rivers run to the sea. " * 40)
    probes = [{"question": f"What is {n}?", "choices": ["this", "that"], "answer": "that"} for n in range(4)]
    (tmp_path / "probes.jsonl").write_text("".join(json.dumps(probe) + "\n" for probe in probes))
    write_corpus(tmp_path, base)
    more = "evaluate: {forgetting: {text: general.txt, probes: probes.jsonl}}\n"
    outcome = run(write_recipe(tmp_path, base, epochs=1, more=more), say=quiet)
    lost = outcome.results.forgetting
    assert lost is not None
    assert lost.perplexity is not None
    assert lost.accuracy is not None
    assert lost.perplexity.after != lost.perplexity.before
    assert "What the base still knows" in (outcome.folder / "report.html").read_text()


def test_a_base_without_a_template_learns_documents(tmp_path: Path) -> None:
    bare = tiny_base(tmp_path / "bare", template=None)
    told: list[str] = []
    recipe = write_corpus(tmp_path, bare, epochs=1, more="evaluate: {forgetting: {enabled: true}}\n")
    outcome = run(recipe, say=told.append)
    assert outcome.results.verdict.outcome == "better"
    assert outcome.results.forgetting is None
    assert any("no chat template" in line for line in told)


def test_general_conversations_are_replayed(tmp_path: Path, base: Path) -> None:
    rows = [{"prompt": f"What is {n} and {n}?", "completion": f"It is {2 * n}."} for n in range(12)]
    (tmp_path / "general.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    replay = {"file": "general.jsonl", "share": 0.2}
    outcome = run(write_corpus(tmp_path, base, replay=replay, epochs=1), say=quiet)
    training = outcome.results.training
    own = outcome.results.data["documents"]["parts"]["train"]
    assert training["general_examples"] == 12
    # A fifth of all that is learned, in tokens: a quarter of the documents' own, of which some are not supervised.
    assert 0.05 < training["supervised_tokens"] / (own["tokens"] - own["documents"]) - 1 < 0.25


def test_general_text_is_replayed(tmp_path: Path, base: Path) -> None:
    (tmp_path / "general.txt").write_text("Bees make honey, and rivers run to the sea. " * 30)
    recipe = write_corpus(tmp_path, base, replay={"file": "general.txt", "share": 0.2}, epochs=1)
    training = run(recipe, say=quiet).results.training
    assert training["general_examples"] > 1


def test_replayed_text_that_is_held_out_is_refused(tmp_path: Path, base: Path) -> None:
    (tmp_path / "general.txt").write_text(document(DOCUMENTS - 1))
    recipe = write_corpus(tmp_path, base, replay={"file": "general.txt"})
    with pytest.raises(
        DataError, match=r"general\.txt:1: the general example is 100% alike with the test row 20290131"
    ):
        run(recipe, say=quiet)
    assert not (tmp_path / "runs").exists()


def test_replay_is_a_share_of_tokens() -> None:
    """A thousand tokens to learn and general examples of ten are as many as a hundred of those."""
    learning = [Example(f"{n}", (1,) * 100, (False,) + (True,) * 99) for n in range(10)]
    general = [Example(f"g{n}", (1,) * 10, (False,) + (True,) * 9) for n in range(3)]
    assert as_many(learning, general) == 100
    assert as_many(learning, []) is None


def test_tuning_goes_on_from_it(tmp_path: Path, base: Path, done: RunOutcome) -> None:
    """The adapter of the documents, tuned on instructions: it answers, and began where pretraining ended."""
    rows = [(f"what of {word} in {n}?", word) for n in range(8) for word in WORDS[:3]]
    (tmp_path / "asked.csv").write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows))
    recipe = tmp_path / "asked.yaml"
    arms = ", ".join(f"{name}: {{enabled: false}}" for name in ("zero_shot", "few_shot", "frozen", "encoder"))
    recipe.write_text(
        f"base: {base}\ndata: {{train: asked.csv}}\nsplit: {{near: 1.0}}\narms: {{{arms}}}\n"
        f"train: {{epochs: 1, batch: 8, threads: 1, evaluations: 1, start: {done.folder}}}\n"
        "evaluate: {forgetting: {enabled: false}}\n"
    )
    tuned = run(recipe, say=quiet)
    recipe.write_text(re.sub(r", start: [^}]*", "", recipe.read_text()))
    anew = run(recipe, say=quiet)
    losses = [outcome.results.training["base_loss"] for outcome in (tuned, anew)]
    assert losses[0] != losses[1]
    assert [answer.answer in WORDS for answer in predict(tuned.folder, ["what of policy in 3?"])] == [True]


@pytest.mark.parametrize("content", [b"fine\nx\xe9\n", b" \n"])
def test_a_bad_file_stops_before_anything_is_written_or_is_skipped(tmp_path: Path, base: Path, content: bytes) -> None:
    recipe = write_corpus(tmp_path, base, epochs=1)
    (tmp_path / "minutes" / "bad.txt").write_bytes(content)
    with pytest.raises(DataError, match=r"^bad\.txt:[12]: .*`?data\.on_bad: skip"):
        run(recipe, say=quiet)
    assert not (tmp_path / "runs").exists()
    recipe.write_text(recipe.read_text().replace("type: text", "type: text, on_bad: skip"))
    outcome = run(recipe, say=quiet)
    assert [row["source"] for row in outcome.results.data["refusals"]] == ["bad.txt"]


def test_what_cannot_be_asked_is_refused(tmp_path: Path, base: Path) -> None:
    with pytest.raises(InputError, match=r"nothing to do with documents.*`train\.enabled: true`"):
        run(write_corpus(tmp_path, base, enabled=False), say=quiet)
    with pytest.raises(InputError, match=r"nothing to do with documents.*`arms\.tuned\.enabled: true`"):
        run(write_recipe(tmp_path, base, more="arms: {tuned: {enabled: false}}\n"), say=quiet)
    with pytest.raises(InputError, match=r"`train\.max_length` to 2"):
        run(write_recipe(tmp_path, base, max_length=1), say=quiet)


def test_it_is_estimated(recipe: Path, done: RunOutcome) -> None:
    needed = estimate(recipe)
    assert list(needed.minutes) == ["reading held-out documents", "training", "attacks", "total"]
    assert needed.minutes["total"] == pytest.approx(sum(list(needed.minutes.values())[:-1]))
    assert needed.memory_bytes > 0
    assert "documents" in " ".join(needed.basis)


def test_data_check_tells_of_documents(recipe: Path) -> None:
    for found in (check(recipe), check(recipe.parent / "minutes")):
        assert found.kind == "documents"
        assert found.files[0].kept == DOCUMENTS
        assert found.contradictions == []
    found = check(recipe)
    assert found.limit == 64
    assert found.when_too_long == "continue"
    longest = max(size for _, size in found.too_long)
    assert found.lengths is not None
    assert longest == found.lengths.longest > 64
    assert found.preview[0][1] is False
    assert "".join(text for text, _ in found.preview).startswith("Meeting 0. committee")
    lines = [str(part) for part in check_parts(found, colour=False)]
    assert any(line.startswith("Documents longer than a row, continued in the next one: ") for line in lines)
    assert not any("truncation" in line for line in lines)


def test_the_terminal_shows_perplexity(done: RunOutcome) -> None:
    stream = StringIO()
    console = Console(file=stream, width=160)
    for part in outcome_parts(done):
        console.print(part)
    shown = stream.getvalue()
    assert "perplexity of held-out documents" in shown
    assert "Continued pretraining made 9 held-out documents more predictable" in shown
    assert "adapter" in shown


def test_the_report_shows_each_document(done: RunOutcome) -> None:
    page = (done.folder / "report.html").read_text()
    assert page.count("0131.txt:1</th>") == 9
    assert "The same held-out documents before and after" in page
    assert "Every approach on the same held-out rows" not in page
    assert "Perplexity before" in page


def test_the_worst_comes_first_and_a_hundred_at_most(done: RunOutcome) -> None:
    found = done.results.perplexity
    assert isinstance(found, Perplexity)
    lines = [Line(f"{n}.txt:1", -2.0, -2.0 + n / 100, 10) for n in range(150)]
    section = perplexity_section(replace(found, documents=150), lines)
    assert section is not None
    assert len(section["rows"]) == 100
    assert section["rows"][0][0] == "149.txt:1"
    assert (section["total"], section["fell"]) == (150, "149")
    assert perplexity_section(None, lines) is None


@pytest.mark.parametrize("changes", [{"quantise": "nf4"}, {"lora": {"variant": "dora"}}, {"layers": 1}])
def test_other_ways_to_learn_serve_documents_too(tmp_path: Path, base: Path, changes: dict[str, object]) -> None:
    outcome = run(write_corpus(tmp_path, base, epochs=1, **changes), say=quiet)
    assert outcome.results.perplexity is not None
    assert outcome.results.perplexity.after < outcome.results.perplexity.before


def test_the_adapter_answers_when_it_is_asked(done: RunOutcome) -> None:
    (answer,) = predict(done.folder, ["what of policy?"])
    assert isinstance(answer.answer, str)


def test_arms_cannot_be_asked_about_documents(recipe: Path) -> None:
    with pytest.raises(InputError, match="documents have no questions to ask the arms; give the recipe to"):
        prepare(read_recipe(recipe))
