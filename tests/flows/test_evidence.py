"""Small arms for advice on a tiny base: which are asked, each row once, and what is shared with runs and kept."""

import json
from pathlib import Path

import pytest

from finewright.base.errors import EndpointError, InputError
from finewright.base.recipe_file import read_recipe
from finewright.evaluate.measure import measure
from finewright.flows import corpus
from finewright.flows.answers import answered
from finewright.flows.evidence import Gathered, gathered
from finewright.flows.folder import RunFolder
from finewright.flows.prepare import prepare
from finewright.flows.run import run
from finewright.retrieve.corpus import Settings
from support.served import Said, answer, served
from support.tiny import tiny_base

ARMS = "frozen: {enabled: false}, encoder: {enabled: false}, majority: {enabled: false}, few_shot: {enabled: false}"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(autouse=True)
def _no_timing_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finewright.flows.estimate.arithmetic_rate", lambda threads: 1e11)


def price(asked: str) -> str:
    return f"{int(asked.split()[3][1:]) * 7919 % 1000} euros"


def write(folder: Path, base: Path, *endpoints: dict[str, object], rag: str = "index: ix") -> Path:
    """Twenty questions for the price of a product, with a corpus that knows them all."""
    if not (folder / "ix").exists():
        (folder / "docs").mkdir()
        rows = [f"What is the p{n:02} sold for?" for n in range(20)]
        for n, row in enumerate(rows):
            (folder / "docs" / f"p{n:02}.txt").write_text(f"Product p{n:02} is sold for {price(row)}.")
        lines = [json.dumps({"prompt": row, "completion": price(row)}) for row in rows]
        (folder / "rows.jsonl").write_text("\n".join(lines) + "\n")
        corpus.add(folder / "ix", [folder / "docs"], base=None, settings=Settings())
    recipe = folder / "prices.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: rows.jsonl}}\nsplit: {{near: 1.0}}\ntask: {{kind: text}}\n"
        f"arms: {{{ARMS}, rag: {{passages: 1, prompt: '{{passages}}', {rag}}}, endpoints: {json.dumps(endpoints)}}}\n"
        f"train: {{enabled: false, threads: 1}}\nevaluate: {{max_tokens: 6, forgetting: {{enabled: false}}}}\n"
    )
    return recipe


def endpoint(url: str, name: str = "far", **more: object) -> dict[str, object]:
    return {"name": name, "url": url, "model": name, "retries": 0, "concurrency": 1} | more


def quietly(recipe: Path) -> Gathered:
    return gathered(read_recipe(recipe), lambda _: None)


@pytest.mark.loopback
def test_each_kind_that_the_recipe_makes_possible_answers_the_runs_rows_once(tmp_path: Path, base: Path) -> None:
    with served(lambda asked, before: answer(price(asked), tokens=(20, 2))) as server:
        recipe = write(tmp_path, base, endpoint(server.url, price_in=1.0, price_out=10.0))
        found = quietly(recipe)
        wanted = prepare(read_recipe(recipe)).choosing
        assert sorted(server.questions) == sorted(row.text for row in wanted)
        assert quietly(recipe) == found
        assert len(server.bodies) == len(wanted), "no row is asked twice"
        ways = {one.option: one for one in found.evidence}
        assert list(ways) == ["prompt", "rag", "endpoint"], "an index that is given is used without a word"
        assert ways["endpoint"].right.value == 1
        assert ways["endpoint"].cost == pytest.approx(len(wanted) * (20 * 1 + 2 * 10) / 1e6)
        assert "TF-IDF + logistic regression" in found.left_out
        assert not list(tmp_path.glob("runs/*/arms/*/test.json")), "the test rows are not looked at"
        # Scorer and limits are the run's: a run of these rows finds the same, and asks the test rows alone.
        outcome = run(write(tmp_path, base, endpoint(server.url), rag="index: ix, enabled: true"), say=lambda _: None)
        assert len(server.bodies) == len(set(server.questions)) > len(wanted)
    measured = {arm.title: arm.validation for arm in outcome.results.arms if arm.validation}
    for one in found.evidence:
        assert measured[one.title] is not None
        assert measured[one.title].figures["exact"] == one.right  # type: ignore[union-attr]


@pytest.mark.loopback
def test_a_further_arm_is_asked_alone(tmp_path: Path, base: Path) -> None:
    with served(lambda asked, before: answer("12 euros")) as near, served(lambda asked, before: answer("x")) as far:
        quietly(write(tmp_path, base, endpoint(near.url, "near")))
        asked = len(near.bodies)
        both = quietly(write(tmp_path, base, endpoint(near.url, "near"), endpoint(far.url)))
        assert len(near.bodies) == asked == len(far.bodies)
    assert [one.option for one in both.evidence] == ["prompt", "rag", "endpoint", "endpoint"]


@pytest.mark.loopback
def test_what_an_endpoint_answered_before_it_failed_is_kept(tmp_path: Path, base: Path) -> None:
    broken = [True]

    def reply(asked: str, before: int) -> Said:
        return Said(b"", 500) if broken[0] and len(server.bodies) > 1 else answer(price(asked))

    with served(reply) as server:
        recipe = write(tmp_path, base, endpoint(server.url))
        with pytest.raises(EndpointError, match="answered 500"):
            quietly(recipe)
        kept = server.questions[:1]
        server.bodies.clear()
        broken[0] = False
        found = quietly(recipe)
    assert not set(kept) & set(server.questions)
    assert {one.option: one.right.value for one in found.evidence}["endpoint"] == 1


def test_what_cannot_be_asked_is_told_before_anything_is_written(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(InputError, match="NO_SUCH_KEY of the endpoint far is empty"):
        quietly(write(tmp_path, base, endpoint("http://127.0.0.1:9/v1", key_env="NO_SUCH_KEY")))
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="none"):
        quietly(write(tmp_path, base, rag="index: none"))
    assert not (tmp_path / "runs").exists()


def test_an_index_that_is_switched_off_is_left_out_with_its_reason(tmp_path: Path, base: Path) -> None:
    found = quietly(write(tmp_path, base, rag="index: ix, enabled: false"))
    assert [one.option for one in found.evidence] == ["prompt"]
    assert found.left_out["Prompt with passages"] == "switched off in the recipe"


def test_sixty_rows_at_most_and_the_figure_is_that_of_the_scorer(tmp_path: Path, base: Path) -> None:
    recipe = write(tmp_path, base, rag="index: ix, enabled: false")
    rows = [f"What is the p{n:03} sold for?" for n in range(400)]
    (tmp_path / "rows.jsonl").write_text(
        "".join(json.dumps({"prompt": r, "completion": price(r)}) + "\n" for r in rows)
    )
    recipe.write_text(recipe.read_text().replace("split: {near: 1.0}", "split: {near: 1.0, validation: 0.4}"))
    (found,) = quietly(recipe).evidence
    (folder,) = (RunFolder(path) for path in (tmp_path / "runs").iterdir())
    prepared = prepare(read_recipe(recipe))
    stored = json.loads(folder.answers("zero_shot", "validation").read_text())["rows"]
    chosen = {row.id: row for row in prepared.parts.validation}
    records = [chosen[row["record"]] for row in stored]
    assert found.right.rows == len(records) == 60
    answers = answered(folder.answers("zero_shot", "validation"), records, lambda: pytest.fail("asked again"))
    again = measure(prepared.task, records, answers.predictions, answers.seconds, prepared.recipe.evaluate.confidence)
    assert again.figures["exact"] == found.right
