"""Reading recipes: all faults at once, each with its line and a remedy; nothing but RecipeError on any text."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finewright.base.errors import RecipeError
from finewright.base.recipe_file import read_recipe, resolved_rows, schema, starter
from finewright.base.recipe_keys import LEAVES

SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tickets.csv").write_text("text,label\n")
    return tmp_path


def write(folder: Path, text: str, name: str = "tune.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[str]:
    """What reading says, a line a fault, without the folder."""
    with pytest.raises(RecipeError) as caught:
        read_recipe(write(folder, text))
    assert caught.value.exit_code == 2
    return str(caught.value).replace(f"{folder}/", "").split("\n")


def with_data(text: str) -> str:
    return f"data: {{train: tickets.csv}}\n{text}\n"


def test_starter_is_eight_lines_and_reads(folder: Path) -> None:
    text = starter("tickets.csv")
    resolved = read_recipe(write(folder, text))
    assert text.count("\n") == 8
    assert resolved.recipe.data.train == folder / "tickets.csv"
    assert resolved.origins["data.train"] == "recipe line 3"
    assert resolved.origins["train.batch"] == "default"


@pytest.mark.parametrize("name", ["a b.csv", "it's: #1.csv", 'say "hi".csv', "Größe.csv"])
def test_starter_keeps_any_file_name(folder: Path, name: str) -> None:
    (folder / name).touch()
    assert read_recipe(write(folder, starter(name))).recipe.data.train == folder / name


def test_every_fault_is_told_at_once_in_the_order_of_lines(folder: Path) -> None:
    said = faults(
        folder,
        "data:\n  train: ticket.csv\n  type: cvs\n  type: csv\ntrain:\n  lerning_rate: 1e-3\n  epochs: '5'\n"
        "  rank: 8\narms:\n  tuned:\n    enabled: yes\nsplit: {validation: 0.6, test: 0.5}\n",
    )
    assert said == [
        "tune.yaml:2: data.train: there is no file 'ticket.csv'; did you mean 'tickets.csv'.",
        "tune.yaml:3: data.type must be one of 'auto', 'csv', 'jsonl', 'json', 'parquet', 'text', not 'cvs'; "
        "write type: csv.",
        "tune.yaml:4: 'data.type' is written twice, first on line 3; keep one of the two.",
        "tune.yaml:6: 'lerning_rate' is not a key of train; write learning_rate.",
        "tune.yaml:7: train.epochs must be a whole number, not '5'; write epochs: 5, without quotes or separators.",
        "tune.yaml:8: 'rank' is not a key of train; write it as train.lora.rank.",
        "tune.yaml:11: arms.tuned.enabled must be true or false, not 'yes'; write enabled: true.",
        "tune.yaml:12: split.validation and split.test are 0.6 and 0.5, which leaves no row to learn from; "
        "write shares that add up to less than 1, such as 0.15 and 0.2.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "tune.yaml: is empty; start one with"),
        ("# only a comment\n", "tune.yaml: is empty;"),
        ("- a\n- b\n", "tune.yaml: holds a list where keys are expected"),
        ("just words\n", "tune.yaml: holds one text where keys are expected"),
        ("seed: 1\n", "tune.yaml:1: 'data' is missing from the recipe; add it: where the examples are"),
        ("seed: 1\ndata:\n  type: csv\n", "tune.yaml:2: 'train' is missing from data; add it: file with the examples"),
        ("data:\n\ttrain: x\n", "tune.yaml:2: a tab stands where YAML wants spaces; indent with spaces."),
        ("data: [1\nb: 2\n", "tune.yaml:2: is not valid YAML: "),
        ("data: *x\n", "tune.yaml:1: is not valid YAML: anchors (&), aliases (*) and tags (!) are not used here"),
        ("data: !!python/name:os.system x\n", "tune.yaml:1: is not valid YAML: anchors (&)"),
        ("a: 1\n---\nb: 2\n", "tune.yaml:2: is not valid YAML: "),
        ("data: tickets.csv\n", "tune.yaml:1: data must be a section with keys among train, validation, test"),
        ("a: \x07\n", "tune.yaml:1: holds a control character; remove it."),
        ("[" * 5000, "tune.yaml: is nested too deeply"),
        (with_data('name: "a\\0b"'), "tune.yaml:2: 'name' holds a control character or half of a character"),
        (with_data("? [a, b]\n: 1"), "tune.yaml:2: a list cannot be a key; write a word before the colon."),
        (with_data("name: my run!"), "tune.yaml:2: name must start with a letter or digit"),
        (with_data("seed: -1"), "tune.yaml:2: seed must be at least 0, not -1; leave the line out for the default, 0."),
        (with_data("seed: true"), "tune.yaml:2: seed must be a whole number, not true;"),
        (with_data("seed: 1.5"), "tune.yaml:2: seed must be a whole number, not 1.5;"),
        (with_data("train: {learning_rate: 1e999}"), "tune.yaml:2: train.learning_rate must be a number, not '1e999'"),
        (
            with_data("train: {rows: 1_000}"),
            "tune.yaml:2: train.rows must be a whole number, not '1_000'; write rows: 1000",
        ),
        (
            with_data("train: {lora: {modules: [1]}}"),
            "train.lora.modules must be 'all-linear' or a list of names, not [1]",
        ),
        (with_data("task: {instruction: 12}"), "tune.yaml:2: task.instruction must be text, not 12; put it in quotes"),
        (with_data("task: {instruction: true}"), "not true; put it in quotes, for YAML reads a truth value there."),
        (with_data("task:"), "tune.yaml:2: task has no value; write keys below it, or leave the line out"),
        (
            with_data("train:\n  patience:"),
            "tune.yaml:3: train.patience has no value; leave the line out for the default, 4.",
        ),
        (
            with_data("evaluate: {style: {longest: 0}}"),
            "must be at least 1, not 0; leave the line out, which means: any length.",
        ),
        (with_data("train: {start: 1}"), "train.start must be a path, not 1; leave the line out, which means: anew."),
        (with_data("train: {learning_rate: x}"), "out, which means: 5e-4 for an adapter, 5e-5 for all weights."),
        (with_data("train: {threads: 0}"), "leave the line out, which means: the machine's cores."),
        (with_data("evaluate: {validation_rows: 0}"), "leave the line out for the default, 200."),
        (with_data("advise: {calls_month: -1}"), "not -1; leave the line out."),
        (with_data("arms: {tfidf: no}"), "tune.yaml:2: arms.tfidf must be a section with keys among enabled, not 'no'"),
        (with_data("lora: {rank: 8}"), "tune.yaml:2: 'lora' is not a key of the recipe; write it as train.lora."),
        (with_data("train: {enabled: 1}"), "train.enabled must be true or false, not 1; leave the line out"),
        (with_data("zebra: 1"), "'zebra' is not a key of the recipe; the keys here are name, base, seed, data, split"),
        ("data: {train: ''}\n", "data.train names the folder ''; name a file inside it, or set"),
        ("data: {train: tickets.csv, encoding: utf-9}\n", "'utf-9' is no text encoding; write encoding: utf-8."),
        ("data: {train: tickets.csv, encoding: hex}\n", "data.encoding: 'hex' is no text encoding"),
        (f"data: {{train: {'x' * 300}}}\n", "tune.yaml:1: data.train: there is no file"),
    ],
)
def test_one_fault_has_its_place_and_remedy(folder: Path, text: str, said: str) -> None:
    found = faults(folder, text)
    assert len(found) == 1
    assert said in found[0]


def test_files_that_are_no_recipe(folder: Path) -> None:
    write(folder, starter("tickets.csv"))
    (folder / "latin.yaml").write_bytes(b"a: 1\nb: \xff\n")
    (folder / "large.yaml").write_bytes(b"#" * (1 << 20) + b"\n")
    expected = {
        "tume.yaml": "there is no such recipe; did you mean 'tune.yaml'.",
        "": "is a folder; name the recipe file inside it.",
        "latin.yaml": "latin.yaml:2: is not UTF-8 text; save it as UTF-8.",
        "large.yaml": "is too large for a recipe; name the recipe, not the data file.",
        "nul\0": "cannot be read (embedded null byte)",
    }
    for name, said in expected.items():
        with pytest.raises(RecipeError) as caught:
            read_recipe(folder / name)
        assert said in str(caught.value)


def test_yaml_is_read_by_the_core_schema(folder: Path) -> None:
    data = "data:\n  train: tickets.csv\n  columns: {input: no, answer: 2024-01-01}\n"
    recipe = read_recipe(write(folder, f"{data}seed: 010\ntrain: {{learning_rate: 5e-4}}\n")).recipe
    assert (recipe.data.columns.input, recipe.data.columns.answer) == ("no", "2024-01-01")
    assert (recipe.seed, recipe.train.learning_rate) == (10, 5e-4)


def test_a_byte_order_mark_is_no_part_of_the_first_key(folder: Path) -> None:
    assert read_recipe(write(folder, "\ufeff" + with_data(""))).recipe.name == "tune"


@pytest.mark.parametrize(
    ("file", "line", "name", "origin"),
    [
        ("card claims.yaml", "", "card-claims", "the recipe's file name"),
        ("_.yaml", "", "run", "the recipe's file name"),
        ("tune.yaml", "name: mine", "mine", "recipe line 2"),
    ],
)
def test_the_name_and_its_origin(folder: Path, file: str, line: str, name: str, origin: str) -> None:
    resolved = read_recipe(write(folder, with_data(line), file))
    assert (resolved.recipe.name, resolved.origins["name"]) == (name, origin)


def test_a_recipe_called_recipe_is_named_by_its_folder(folder: Path) -> None:
    (folder / "claims").mkdir()
    path = write(folder / "claims", "data: {train: ../tickets.csv}\n", "recipe.yaml")
    assert read_recipe(path).recipe.name == "claims"


def test_paths_are_taken_from_the_recipe_and_not_from_where_one_stands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "below").mkdir()
    write(folder / "below", "data: {train: ../tickets.csv}\nbase: ./model\noutput: {runs: ../out}\n")
    monkeypatch.chdir(folder)
    recipe = read_recipe("below/tune.yaml").recipe
    assert recipe.data.train == folder / "tickets.csv"
    assert recipe.output.runs == folder / "out"
    assert recipe.base == str(folder / "below" / "model")
    assert recipe.arms.frozen.base == "minilm-l6"


def test_place_of_a_key_and_of_one_that_is_absent(folder: Path) -> None:
    resolved = read_recipe(write(folder, "data:\n  train: tickets.csv\n"))
    assert resolved.place("data.train").line == 2
    assert resolved.place("data.columns.input").line == 1
    assert resolved.place("seed").line == 1


def test_resolved_rows_hold_every_key_with_its_origin(folder: Path) -> None:
    resolved = read_recipe(write(folder, with_data("seed: 7")))
    rows = resolved_rows(resolved, {"train.threads": (2, "the machine's cores")})
    assert [key for key, _, _ in rows] == list(LEAVES)
    assert ("seed", 7, "recipe line 2") in rows
    assert ("train.threads", 2, "the machine's cores") in rows
    assert ("output.runs", str(folder / "runs"), "default") in rows
    json.dumps(rows)


def test_a_share_taken_by_a_file_counts_for_nothing(folder: Path) -> None:
    text = "data: {train: tickets.csv, test: tickets.csv}\nsplit: {validation: 0.6, test: 0.5}\n"
    assert read_recipe(write(folder, text)).recipe.split.validation == 0.6


def test_schema_is_for_editors() -> None:
    found = schema()
    assert found["$schema"].startswith("https://json-schema.org/")
    assert found["additionalProperties"] is False
    assert found["required"] == ["data"]


KEYS = st.sampled_from([name for key in LEAVES for name in key.split(".")] + ["<<", "é", "1", ""])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("tickets.csv")
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5))


@SAME_FOLDER
@given(text=st.text(alphabet=st.sampled_from("data:train \n\t-[]{}&*!|>'\"#%@`0.\\\u2028é"), max_size=80) | st.text())
def test_any_text_is_read_or_refused(folder: Path, text: str) -> None:
    path = folder / "fuzz.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    refused_or_read(path)


@SAME_FOLDER
@given(tree=TREES)
def test_any_tree_of_values_is_read_or_refused(folder: Path, tree: object) -> None:
    path = folder / "fuzz.yaml"
    path.write_text(json.dumps(tree))
    refused_or_read(path)


def refused_or_read(path: Path) -> None:
    with contextlib.suppress(RecipeError):
        assert read_recipe(path).recipe.data.train.is_absolute()
