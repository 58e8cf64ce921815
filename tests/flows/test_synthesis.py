"""Made-up rows from a recipe: of training rows alone, screened against all, in files that another recipe can name."""

import json
from pathlib import Path

import pytest

from finewright.base.errors import InputError
from finewright.base.recipe_file import read_recipe
from finewright.engine.fake import FakeCompleter
from finewright.flows.parts import split_parts
from finewright.flows.privacy.dataset import as_read
from finewright.flows.privacy.synthesis import Synthesised, Wanted, synthesise
from finewright.flows.reading import in_kind_of, read_parts

TOPICS = (
    *("pallets", "cartons", "invoices", "samples", "returns", "freight", "labels", "coupons", "bottles", "spices"),
    *("cables", "lamps", "chairs", "mirrors", "candles", "blankets", "kettles", "hammers", "brushes", "baskets"),
)
PEOPLE = (
    "vrona.quelbeck@ostrumhal.de",
    "jorrim.sneatham@nortwyndle.com",
    "mirsa.pellgrath@azmelor.co.uk",
    "lurc.vontrame@dusqual.fr",
)
"""Of names that no list of surrogates holds."""
REFUSED = "Under Project Harrier the due diligence for the acquisition of the zeppelins begins."


def recipe(folder: Path, more: str = "") -> Path:
    """Eighty rows of two labels on twenty topics, four people each, one that may not be learned from."""
    rows = [
        {"text": f"Please write about our {topic} to {mail} by Monday, as was agreed.", "label": "ab"[at % 2]}
        for at, topic in enumerate(TOPICS)
        for mail in PEOPLE
    ]
    rows.append({"text": REFUSED, "label": "a"})
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    path = folder / "recipe.yaml"
    path.write_text(f"data: {{train: rows.jsonl}}\nsplit: {{near: 0.95}}\noutput: {{runs: runs}}\n{more}")
    return path


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("synthesis")


@pytest.fixture(scope="module")
def made(folder: Path) -> Synthesised:
    path = read_recipe(recipe(folder))
    return synthesise(path, folder / "made", Wanted(), scope=folder / "scope", completer=None)


def test_every_row_that_was_asked_for_is_counted(made: Synthesised, folder: Path) -> None:
    rows = lines(folder / "made" / "synthetic.jsonl")
    assert sum(one.made for one in made.counts) == len(rows) > 20
    assert all(one.asked == made.parents == one.made + sum(one.dropped.values()) for one in made.counts)
    report = json.loads((folder / "made" / "report.json").read_text())
    assert report["counts"][0]["way"] == rows[0]["synthetic"] == "surrogate"


def test_nothing_of_a_real_person_or_a_refused_row_is_in_it(made: Synthesised, folder: Path) -> None:
    text = (folder / "made" / "synthetic.jsonl").read_text("utf-8")
    for word in (
        "quelbeck",
        "sneatham",
        "pellgrath",
        "vontrame",
        "ostrumhal",
        "nortwyndle",
        "azmelor",
        "dusqual",
        "zeppelin",
        "Harrier",
    ):
        assert word not in text
    real = {row["text"] for row in lines(folder / "rows.jsonl")}
    assert all(set(row) == {"text", "label", "group", "synthetic", "template"} for row in lines(made_file(folder)))
    assert not real & {row["text"] for row in lines(made_file(folder))}


def made_file(folder: Path) -> Path:
    return folder / "made" / "synthetic.jsonl"


def test_only_training_rows_are_parents(made: Synthesised, folder: Path) -> None:
    parts = {name: lines(folder / "made" / f"{name}.jsonl") for name in ("train", "validation", "test")}
    trained = [row for row in parts["train"] if "synthetic" not in row]
    assert len(trained) == made.parents
    left = made.parents + len(parts["validation"]) + len(parts["test"])
    assert left <= 80
    topics = {row["text"].split()[4] for row in trained}
    label = {row["text"].split()[4]: row["label"] for row in trained}
    for row in lines(made_file(folder)):
        assert row["text"].split()[4] in topics
        assert row["label"] == label[row["text"].split()[4]]


def test_templates_below_the_least_are_not_used(made: Synthesised, folder: Path, tmp_path: Path) -> None:
    counts: dict[str, int] = {}
    for row in lines(folder / "made" / "train.jsonl"):
        if "synthetic" not in row:
            topic = row["text"].split()[4]
            counts[topic] = counts.get(topic, 0) + 1
    rare = {topic for topic, number in counts.items() if number < 3}
    used = {row["text"].split()[4] for row in lines(made_file(folder)) if row["synthetic"] == "template"}
    assert rare
    assert used
    assert not rare & used
    [_, by_template] = made.counts
    assert by_template.dropped["below the least"] >= sum(counts[topic] for topic in rare)


def test_another_recipe_can_name_the_parts(made: Synthesised, folder: Path) -> None:
    path = folder / "next.yaml"
    files = "\n".join(f"  {key.removeprefix('data.')}: {file}" for key, file in made.files.items())
    path.write_text(f"data:\n{files}\n")
    following = read_recipe(path).recipe
    loaded, kind = in_kind_of(following, read_parts(following))
    parts = split_parts(following, as_read(loaded), kind)
    assert kind == "classes"
    assert len(parts.test) == len(lines(folder / "made" / "test.jsonl"))
    assert len(parts.train) > made.parents


def test_the_same_scope_makes_the_same_rows(made: Synthesised, folder: Path, tmp_path: Path) -> None:
    path = read_recipe(folder / "recipe.yaml")
    again = synthesise(path, tmp_path / "again", Wanted(), scope=folder / "scope", completer=None)
    assert again.counts == made.counts
    assert (tmp_path / "again" / "synthetic.jsonl").read_bytes() == made_file(folder).read_bytes()
    synthesise(path, tmp_path / "other", Wanted(ways=("surrogate",)), scope=None, completer=None)
    assert not {row["text"] for row in lines(tmp_path / "other" / "synthetic.jsonl")} & {
        row["text"] for row in lines(made_file(folder))
    }


def test_a_paraphrase_that_leaks_the_real_name_is_dropped(folder: Path, tmp_path: Path) -> None:
    def said(text: str) -> str:
        leaked = " Yours, Becker" if "pallets" in text or "freight" in text else ""
        return text.partition("\n\n")[2].replace("Please write", "Could you write") + leaked

    fake = FakeCompleter(lambda request: said(request.messages[0].content))
    path = read_recipe(recipe(tmp_path))
    done = synthesise(path, tmp_path / "made", Wanted(ways=("paraphrase",)), scope=tmp_path / "s", completer=fake)
    rows = lines(tmp_path / "made" / "synthetic.jsonl")
    assert rows
    assert all(row["text"].startswith("Could you write") for row in rows)
    assert not any("Becker" in row["text"] for row in rows)
    assert done.counts[0].dropped.get("leaks", 0) + done.counts[0].dropped.get("found", 0) > 0


def test_a_folder_with_something_in_it_is_left_alone(folder: Path, made: Synthesised) -> None:
    with pytest.raises(InputError, match="not empty"):
        synthesise(read_recipe(folder / "recipe.yaml"), folder / "made", Wanted(), scope=None, completer=None)


def test_rows_that_are_not_searched_have_no_likeness(tmp_path: Path) -> None:
    path = read_recipe(recipe(tmp_path, "privacy: {enabled: false}\n"))
    with pytest.raises(InputError, match="nothing is searched for"):
        synthesise(path, tmp_path / "made", Wanted(), scope=None, completer=None)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello to you"}]},
        {"prompt": "Hello?", "chosen": "Hello to you", "rejected": "What."},
        {"text": "A document of plain words, nothing else."},
    ],
)
def test_rows_of_other_shapes_are_told_before_anything_is_written(tmp_path: Path, row: dict[str, object]) -> None:
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for _ in range(20)))
    task = "task: {kind: documents}\n" if "text" in row else ""
    (tmp_path / "recipe.yaml").write_text(f"data: {{train: rows.jsonl}}\n{task}")
    with pytest.raises(InputError, match="an input and its answer"):
        synthesise(read_recipe(tmp_path / "recipe.yaml"), tmp_path / "made", Wanted(), scope=None, completer=None)
    assert not (tmp_path / "made").exists()
