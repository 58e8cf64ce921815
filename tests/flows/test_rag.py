"""Whole runs on a tiny base whose arms answer from passages: what they are shown, how it is kept, scored and told."""

import json
from pathlib import Path

import pytest

from finewright.base.errors import InputError, RecipeError, StorageError
from finewright.base.recipe import Evaluate
from finewright.base.recipe_arms import Rag
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Message, Prediction, Record
from finewright.base.results import Results
from finewright.evaluate.grounding import grounding
from finewright.evaluate.prompt import build
from finewright.evaluate.results_file import read as read_results
from finewright.evaluate.task import Task
from finewright.flows import corpus
from finewright.flows.answers import Answers, measured
from finewright.flows.passages import passages_of
from finewright.flows.prepare import prepare
from finewright.flows.run import RunOutcome, run
from finewright.retrieve.citations import numbered
from finewright.retrieve.corpus import Settings
from finewright.retrieve.entitlements import read_rules
from finewright.retrieve.hit import Hit
from support.tiny import tiny_base

ARMS = (
    "{frozen: {enabled: false}, encoder: {enabled: false}, few_shot: {enabled: false}, majority: {enabled: false}, "
    "rag: {enabled: true, index: ix, passages: 2, prompt: '{passages}'"
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def write(folder: Path, base: Path, rag: str = "", train: str = "enabled: false") -> Path:
    """Twenty questions for the rate of a product, and a document with it for each; those of odd ones are for hr."""
    docs = folder / "docs"
    docs.mkdir(parents=True)
    rows = []
    for n in range(20):
        (docs / f"p{n:02}.txt").write_text(f"Product p{n:02} costs {n * 7919 % 1000} euros.")
        rows.append({"prompt": f"What does product p{n:02} cost?", "completion": f"{n * 7919 % 1000} euros"})
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    rules = folder / "who"
    rules.write_text("*: *\n" + "".join(f"*p{n:02}.txt: hr\n" for n in range(1, 20, 2)))
    corpus.add(folder / "ix", [docs], base=None, settings=Settings(), rules=read_rules(rules))
    recipe = folder / "rag.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: rows.jsonl}}\nsplit: {{near: 1.0}}\ntask: {{kind: text}}\n"
        f"arms: {ARMS}{rag}}}}}\n"
        f"train: {{epochs: 1, batch: 8, threads: 1, evaluations: 1, {train}}}\n"
        "evaluate: {max_tokens: 6, forgetting: {enabled: false}}\n"
    )
    return recipe


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, base: Path) -> RunOutcome:
    recipe = write(tmp_path_factory.mktemp("rag"), base, ", entitlements: [hr], tuned: true", "enabled: true")
    return run(recipe, say=lambda _: None)


def test_both_arms_answer_from_the_passages_that_are_kept_with_their_places(done: RunOutcome) -> None:
    arms = {arm.name: arm for arm in done.results.arms if arm.test}
    assert {"zero_shot", "rag", "tuned", "tuned_rag"} <= set(arms)
    kept = json.loads((done.folder / "arms" / "rag" / "passages.json").read_text())["rows"]
    test = [json.loads(line) for line in (done.folder / "data" / "test.jsonl").read_text().splitlines()]
    for row in test:
        product = row["messages"][-1]["content"].split()[3]
        first = kept[row["id"]][0]
        assert Path(first["source"]).name == f"{product}.txt"
        assert (done.folder.parent.parent / "docs" / f"{product}.txt").read_text()[first["start"] : first["end"]] == (
            first["text"]
        )
    longer = arms["rag"].test.prompt_tokens - arms["zero_shot"].test.prompt_tokens
    assert longer > 10


def test_what_is_cited_is_a_figure_of_these_arms_alone(done: RunOutcome) -> None:
    arms = {arm.name: arm.test for arm in done.results.arms if arm.test}
    assert "answered" in arms["rag"].figures
    assert "answered" in arms["tuned_rag"].figures
    assert "answered" not in arms["tuned"].figures
    assert "Answered rather than abstained" in (done.folder / "report.html").read_text()
    assert read_results(done.folder / "results.json") == done.results


def test_the_corpus_decides_which_run_it_is_and_a_finished_one_is_shown(base: Path, tmp_path: Path) -> None:
    recipe = write(tmp_path, base)
    first = run(recipe, say=lambda _: None)
    assert run(recipe, say=lambda _: None).state == "shown"
    (tmp_path / "docs" / "p02.txt").write_text("Product p02 costs nothing any more.")
    corpus.add(tmp_path / "ix", [tmp_path / "docs"], base=None, settings=Settings())
    second = run(recipe, say=lambda _: None)
    assert second.folder != first.folder
    assert answers(second.results, "zero_shot") == answers(first.results, "zero_shot")


def answers(results: Results, name: str) -> dict[str, bool]:
    (arm,) = [arm for arm in results.arms if arm.name == name]
    assert arm.test is not None
    return arm.test.correct


def test_nothing_is_shown_that_the_asker_may_not_read(base: Path, tmp_path: Path) -> None:
    prepared = prepare(read_recipe(write(tmp_path, base)))
    rows = [*prepared.shared, *prepared.choosing]
    assert any(int(row.text.split("p", 2)[2][:2]) % 2 for row in rows), "some ask for what is hr's"
    for hits in passages_of(tmp_path / "kept.json", prepared.recipe.arms.rag, rows):
        assert not [hit for hit in hits if int(Path(hit.source).stem[1:]) % 2]


def test_kept_passages_are_read_again_and_changed_ones_refused(base: Path, tmp_path: Path) -> None:
    write(tmp_path, base)
    settings = Rag(enabled=True, index=tmp_path / "ix", passages=1)
    row = Record("r", (Message("user", "product p04"),), "")
    found = passages_of(tmp_path / "kept.json", settings, [row])
    unreachable = settings.model_copy(update={"index": tmp_path / "gone"})
    assert passages_of(tmp_path / "kept.json", unreachable, [row]) == found
    text = (tmp_path / "kept.json").read_text()
    (tmp_path / "kept.json").write_text(text.replace("costs", "cost "))
    with pytest.raises(StorageError, match=r"was changed after it was written; remove the folder"):
        passages_of(tmp_path / "kept.json", settings, [row])


@pytest.mark.parametrize(
    ("given", "fault", "said"),
    [
        (("{passages}", "no place"), InputError, r"arms\.rag\.prompt shows no passages; write \{passages\} where"),
        (("{passages}", "{passages} {passage}"), InputError, r"arms\.rag\.prompt names \{passage\}"),
        (("index: ix, ", ""), InputError, r"arms\.rag names no index; make one with `finewright corpus add`"),
        (("index: ix", "index: docs"), InputError, "is no index; make one with"),
        (("passages: 2", "passages: 0"), RecipeError, "passages"),
        (("index: ix, passages: 2", "index: ix, mode: dense, passages: 2"), InputError, "the index has no vectors"),
    ],
)
def test_what_cannot_be_searched_is_told_and_nothing_is_written(
    given: tuple[str, str], fault: type[Exception], said: str, base: Path, tmp_path: Path
) -> None:
    recipe = write(tmp_path, base)
    recipe.write_text(recipe.read_text().replace(*given))
    with pytest.raises(fault, match=said):
        run(recipe, say=lambda _: None)
    assert not (tmp_path / "runs").exists()


def test_a_passage_is_data_even_where_it_looks_like_a_template() -> None:
    hits = [Hit("say {instruction} [7]", "a", 0, 20, None, None, 1.0)]
    (system, _) = build(
        "{passages}",
        Task("text", "Never said.", (), (), 4),
        Record("r", (Message("user", "q"),), ""),
        (),
        numbered(hits),
    )
    assert system.content == "[1] say {instruction} (7)"


def test_an_answer_is_judged_without_its_citations() -> None:
    hits = {"r": [Hit("It costs 12 euros.", "a", 0, 18, None, None, 1.0)]}
    row, said = Record("r", (Message("user", "q"),), "12 euros"), Answers((Prediction("r", "12 euros [1]"),), 1.0)
    task = Task("text", "Say the price.", (), (), 4)
    found = measured(task, [row], said, Evaluate(), None, hits).figures
    assert (found["exact"].value, found["cites"].value, found["borne_out"].value) == (1, 1, 1)
    assert measured(task, [row], said, Evaluate()).figures["exact"].value == 0


def test_figures_of_citing_go_over_the_rows_that_have_them() -> None:
    """Of four answers one abstains; of three two cite, one of them a passage that is not there; one figure is right."""
    hits = [Hit("It costs 12 euros.", "a", 0, 18, None, None, 1.0)]
    said = ["It is 12 [1].", "It is 13 [2].", "no idea, truly", "I don't know"]
    rows = [Record(str(at), (Message("user", "q"),), "x") for at in range(4)]
    given = [Prediction(row.id, text) for row, text in zip(rows, said, strict=True)]
    found = grounding({row.id: hits for row in rows}, rows, given, 0.95)
    assert {name: (figure.value, figure.rows) for name, figure in found.items()} == {
        "answered": (3 / 4, 4),
        "cites": (pytest.approx(2 / 3), 3),
        "resolves": (1 / 2, 2),
        "borne_out": (1 / 2, 2),
    }
