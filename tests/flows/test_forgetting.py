"""Forgetting in a real run of a tiny base: measured before and after, kept, in the report; a damaged model is lost."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from finewright.base.errors import DataError
from finewright.base.recipe import Recipe
from finewright.base.records import Message
from finewright.base.results import Change, Forgetting
from finewright.cli.show import forgetting_lines
from finewright.engine.local import LocalCompleter
from finewright.evaluate.forgetting.text import WINDOW
from finewright.evaluate.results_file import read as read_results
from finewright.flows.forgetting import forgetting, general, measure
from finewright.flows.report.page import page
from finewright.flows.run import RunOutcome, run
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.hub import Base, find, load_decoder, load_tokenizer
from finewright.model.padded import padded
from finewright.model.states import hidden_states, log_probs
from flows.test_report import HOSTILE, Links, json_run
from flows.test_run import write_task
from support.tiny import tiny_base

PROBES = [{"question": f"What is {n}?", "choices": [f"one{n}", f"two{n}"], "answer": f"one{n}"} for n in range(12)]
OWN = "evaluate: {forgetting: {probes: probes.jsonl, text: general.txt}}\n"


def quiet(line: str) -> None:
    pass


def recipe_of(folder: Path, **settings: object) -> Recipe:
    """A recipe with a dozen probes and a short text of its own, on one thread."""
    (folder / "probes.jsonl").write_text("".join(json.dumps(probe) + "\n" for probe in PROBES))
    (folder / "general.txt").write_text(" ".join(f"The {n}th stone lay beside the river." for n in range(160)))
    own = {"probes": folder / "probes.jsonl", "text": folder / "general.txt"} | settings
    return Recipe.model_validate({"data": {"train": "x.csv"}, "train": {"threads": 1}, "evaluate": {"forgetting": own}})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, so that no other test's figures are found there."""
    monkeypatch.setenv("FINEWRIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def completer(base: Base, damage: float = 0.0) -> LocalCompleter:
    """The base in the engine, its last states grown by this share: surer of the same, and so more often wrong."""
    model = load_decoder(base)
    with torch.no_grad():
        model.get_decoder().norm.weight.mul_(1 + damage)
    return LocalCompleter(model, Chat(load_tokenizer(base)), context=base.context, batch_tokens=4096)


def compared(recipe: Recipe, base: Base, kept: Path, damage: float = 0.0, trained: str = "t") -> Forgetting | None:
    return forgetting(
        recipe,
        base,
        Chat(load_tokenizer(base)),
        before=lambda: (completer(base), None),
        after=lambda: (completer(base, damage), None),
        trained=trained,
        kept=kept,
        say=quiet,
    )


def unasked() -> tuple[LocalCompleter, str | None]:
    raise AssertionError("nobody should be asked")


def test_an_unchanged_model_is_kept_to_the_bit(tmp_path: Path, folder: Path, home: Path) -> None:
    found = compared(recipe_of(tmp_path), find(str(folder)), tmp_path / "kept.json")
    assert found is not None
    assert found.accuracy is not None
    assert found.perplexity is not None
    assert (found.accuracy.difference, found.perplexity.difference) == (0, 0)
    assert found.perplexity.outcome == "kept"
    assert found.seconds > 0
    assert found.base_seconds > 0


def test_a_damaged_model_has_lost(tmp_path: Path, folder: Path, home: Path) -> None:
    found = compared(recipe_of(tmp_path), find(str(folder)), tmp_path / "kept.json", damage=1.0)
    assert found is not None
    assert found.perplexity is not None
    assert found.perplexity.outcome == "lost"
    assert found.perplexity.low > 0.05


def test_figures_are_those_of_a_plain_computation(tmp_path: Path, folder: Path) -> None:
    base, recipe = find(str(folder)), recipe_of(tmp_path)
    tokenizer, model = load_tokenizer(base), load_decoder(base)
    chat = Chat(tokenizer)
    asked = general(recipe, base, chat)
    found = measure(completer(base), None, asked)
    tokens = tokenizer((tmp_path / "general.txt").read_text(), add_special_tokens=False)["input_ids"]
    assert [token for window in asked.windows for token in window.tokens] == tokens
    with torch.no_grad():
        for window in asked.windows:
            logits = model(torch.tensor([window.tokens])).logits[0].double().log_softmax(-1)
            wanted = sum(float(logits[at, token]) for at, token in enumerate(window.tokens[1:]))
            assert found.read[window.id].total == pytest.approx(wanted, rel=1e-5)
            assert found.read[window.id].tokens == len(window.tokens) - 1 <= WINDOW - 1
        for probe, right in zip(asked.probes, found.right, strict=True):
            scores = [_whole(model, chat, probe.question, choice) for choice in probe.choices]
            best = probe.choices[max(range(len(scores)), key=scores.__getitem__)]
            assert right == (best == probe.answer)


def _whole(model: torch.nn.Module, chat: Chat, question: str, choice: str) -> float:
    """Log-probability of a choice with its terminator, by the trainer's own computation."""
    prompt = chat.encode_prompt([Message("user", f"{question} Answer in one or two words.")])
    answer = chat.encode_answer(choice)
    example = Example("one", (*prompt, *answer), (False,) * len(prompt) + (True,) * len(answer))
    batch = padded([example], chat.pad)
    return float(log_probs(model, hidden_states(model, batch), batch).sum())


def test_the_base_is_asked_once_and_the_trained_model_once_a_training(tmp_path: Path, folder: Path, home: Path) -> None:
    recipe, base, kept = recipe_of(tmp_path), find(str(folder)), tmp_path / "kept.json"
    first = compared(recipe, base, kept, damage=0.2)
    chat = Chat(load_tokenizer(base))
    common = {"kept": kept, "say": quiet}
    again = forgetting(recipe, base, chat, before=unasked, after=unasked, trained="t", **common)  # type: ignore[arg-type]
    assert again == first
    with pytest.raises(AssertionError, match="nobody"):
        forgetting(recipe, base, chat, before=unasked, after=unasked, trained="u", **common)  # type: ignore[arg-type]
    (tmp_path / "general.txt").write_text("Quite another text. " * 50)
    with pytest.raises(AssertionError, match="nobody"):
        forgetting(recipe, base, chat, before=unasked, after=unasked, trained="t", **common)  # type: ignore[arg-type]


def test_switched_off_nobody_is_asked(tmp_path: Path, folder: Path) -> None:
    base = find(str(folder))
    recipe = recipe_of(tmp_path, enabled=False)
    chat = Chat(load_tokenizer(base))
    kept = tmp_path / "kept.json"
    assert forgetting(recipe, base, chat, before=unasked, after=unasked, trained="t", kept=kept, say=quiet) is None


def test_what_does_not_fit_a_short_context_is_left_out_with_its_reason(tmp_path: Path, home: Path) -> None:
    base = find(str(tiny_base(tmp_path / "short", context=64)))
    shipped = Recipe.model_validate({"data": {"train": "x.csv"}, "train": {"threads": 1}})
    found = compared(shipped, base, tmp_path / "kept.json")
    assert found is not None
    assert found.accuracy is None
    assert found.perplexity is not None
    assert "The probes were not asked: number 3 takes" in found.why_not[0]
    tiny = find(str(tiny_base(tmp_path / "shorter", context=12)))
    found = compared(shipped, tiny, tmp_path / "kept-2.json")
    assert found is not None
    assert (found.accuracy, found.perplexity) == (None, None)
    assert len(found.why_not) == 2


# a whole run


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> RunOutcome:
    place = tmp_path_factory.mktemp("task")
    recipe_of(place)
    recipe = write_task(place, folder)
    recipe.write_text(recipe.read_text() + OWN)
    return run(recipe, say=quiet)


def test_a_run_measures_it_and_says_it_in_file_page_and_terminal(done: RunOutcome) -> None:
    found = done.results.forgetting
    assert found is not None
    assert found.accuracy is not None
    assert found.perplexity is not None
    assert found.accuracy.rows == 12
    assert found.perplexity.difference != 0
    text = (done.folder / "report.html").read_text()
    assert 'id="forgetting"' in text
    assert "Right answers to 12 general questions" in text
    said = [line.plain for line in forgetting_lines(found)]
    assert said[0].startswith(f"General questions: {found.accuracy.outcome}. Accuracy on 12 general questions was ")
    assert said[1].startswith(f"General text: {found.perplexity.outcome}. Perplexity of ")
    assert read_results(done.folder / "results.json").forgetting == found


def test_results_from_before_forgetting_was_measured_can_be_read(tmp_path: Path, done: RunOutcome) -> None:
    stored = json.loads((done.folder / "results.json").read_text())
    del stored["forgetting"]
    (tmp_path / "results.json").write_text(json.dumps(stored))
    old = read_results(tmp_path / "results.json")
    assert old.forgetting is None
    assert list(forgetting_lines(old.forgetting)) == []


def test_another_text_or_other_probes_are_another_run(tmp_path: Path, folder: Path, done: RunOutcome) -> None:
    recipe_of(tmp_path)
    recipe = write_task(tmp_path, folder)
    recipe.write_text(recipe.read_text() + OWN)
    (tmp_path / "probes.jsonl").write_text(json.dumps(PROBES[0]) + "\n")
    assert run(recipe, say=quiet).results.run != done.results.run


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda place: (place / "probes.jsonl").unlink(), r"probes\.jsonl: there is no such file"),
        (lambda place: (place / "probes.jsonl").write_text('{"question": "?"}\n'), r"probes\.jsonl:1: the probe"),
        (lambda place: (place / "general.txt").write_text(""), r"general\.txt: the file has no text"),
    ],
)
def test_a_file_that_cannot_be_used_stops_before_anything_is_written(
    tmp_path: Path, folder: Path, spoil: Callable[[Path], object], said: str
) -> None:
    recipe_of(tmp_path)
    recipe = write_task(tmp_path, folder)
    recipe.write_text(recipe.read_text() + OWN)
    spoil(tmp_path)
    with pytest.raises(DataError, match=said):
        run(recipe, say=quiet)
    assert not (tmp_path / "runs").exists()


def test_a_run_that_was_stopped_between_is_finished(tmp_path: Path, done: RunOutcome) -> None:
    place = tmp_path / "task"
    shutil.copytree(done.folder.parent.parent, place)
    copied = place / "runs" / done.folder.name
    (copied / "results.json").unlink()
    (copied / "forgetting.json").unlink()
    again = run(place / "mail.yaml", say=quiet)
    assert again.state == "resumed"
    first, second = done.results.forgetting, again.results.forgetting
    assert first is not None
    assert second is not None
    assert (second.accuracy, second.perplexity) == (first.accuracy, first.perplexity)


# the page

KEPT = Change(0.575, 0.567, -0.008, -0.021, 0.005, 0.03, 127, "kept", "Accuracy was kept.")
LOST = Change(42.6, 51.1, 0.2, 0.14, 0.26, 0.05, 22, "lost", "Perplexity rose by more than the accepted 5%.")


def test_the_section_shows_both_figures_and_warns_of_a_loss() -> None:
    results, view = json_run(20)
    assert 'id="forgetting"' not in page(results, view)
    found = Forgetting(KEPT, LOST, 11.3, 12.0)
    text = page(dataclasses.replace(results, forgetting=found), view)
    assert "57.5%" in text
    assert "−2.1 to +0.5" in text
    assert '<p class="caution">Perplexity rose by more than the accepted 5%.</p>' in text
    assert "Accuracy was kept.</p>" in text
    assert "11 s after training" in text
    assert Links(text).fetched == []


def test_hostile_sentences_stay_text() -> None:
    results, view = json_run(20)
    change = dataclasses.replace(KEPT, sentence=HOSTILE)
    text = page(dataclasses.replace(results, forgetting=Forgetting(change, why_not=(HOSTILE,))), view)
    assert not {"script", "img"} & set(Links(text).tags)
    assert "&lt;script&gt;" in text
