"""Every command against real flows on a tiny random base: streams, documents, exit codes, files."""

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from finewright.base.errors import DataError
from finewright.flows.predict import texts_in
from finewright.model.digests import BaseDigests
from finewright.model.manifest import Manifest, write_manifest
from support.command import Call
from support.mail import TOPICS, write_mail, write_mail_recipe
from support.tiny import tiny_base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    return write_mail_recipe(tmp_path_factory.mktemp("task"), base)


@pytest.fixture(scope="module")
def finished(recipe: Path) -> subprocess.CompletedProcess[str]:
    """The recipe carried out once, by a process of its own."""
    command = [sys.executable, "-m", "finewright", "run", str(recipe), "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def test_run_prints_one_document_and_says_its_stages_aside(finished: subprocess.CompletedProcess[str]) -> None:
    assert finished.returncode == 0, finished.stderr
    document = json.loads(finished.stdout)
    assert document["state"] == "new"
    assert Path(document["report"]).is_file()
    assert (Path(document["adapter"]) / "adapter_config.json").is_file()
    assert {arm["name"] for arm in document["results"]["arms"]} >= {"majority", "tfidf", "few_shot", "tuned"}
    assert "Reading mail.csv" in finished.stderr
    assert "\x1b" not in finished.stderr


@pytest.mark.usefixtures("finished")
def test_run_again_shows_the_table(recipe: Path, call: Call) -> None:
    shown = call("run", recipe)
    assert shown.code == 0
    for part in ("TF-IDF", "Fine-tuned", "Verdict:", "report.html", "nothing was computed anew"):
        assert part in shown.out


@pytest.mark.usefixtures("finished")
def test_a_required_verdict_that_is_not_given_is_three_after_the_results(recipe: Path, call: Call) -> None:
    refused = call("run", recipe, "--require", "better", "--json")
    assert refused.code == 3
    assert json.loads(refused.out)["results"]["verdict"]["outcome"] != "better"
    assert "'better' was required" in refused.err


def test_ctrl_c_leaves_a_run_that_resumes(tmp_path: Path, base: Path) -> None:
    recipe = write_mail_recipe(tmp_path, base, train="epochs: 300, patience: 0")
    running = subprocess.Popen(
        [sys.executable, "-m", "finewright", "run", str(recipe)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not list(tmp_path.glob("runs/*/metrics.jsonl")):
            assert running.poll() is None, running.communicate()[1]
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 1
    assert "resume" in err
    assert "Traceback" not in err
    assert out == ""
    assert list(tmp_path.glob("runs/*/checkpoints/*.safetensors"))


def test_export_writes_events_and_names_them(
    finished: subprocess.CompletedProcess[str], tmp_path: Path, call: Call
) -> None:
    folder = Path(json.loads(finished.stdout)["folder"])
    plain = call("export", "tensorboard", folder, tmp_path / "events")
    assert plain.code == 0
    assert [Path(line).parent.name for line in plain.out.splitlines()] == [folder.name]
    assert "tensorboard --logdir" in plain.err
    (row,) = json.loads(call("export", "tensorboard", folder, tmp_path / "events", "--json").out)
    assert Path(row["file"]).is_file()
    assert row["points"] > 0
    assert call("export", "tensorboard", tmp_path, tmp_path / "none").code == 2


def test_a_run_is_compared_with_itself(finished: subprocess.CompletedProcess[str], call: Call) -> None:
    folder = json.loads(finished.stdout)["folder"]
    shown = call("compare", folder, folder)
    assert shown.code == 0
    for part in ("Fine-tuned", "TF-IDF", "What differs", "It cannot be told"):
        assert part in shown.out
    document = json.loads(call("compare", folder, folder, "--json").out)
    assert document["arms"][0]["contrast"]["won"] == 0
    assert document["settings"] == []


def test_a_sweep_is_a_table_and_a_document(tmp_path: Path, base: Path, call: Call) -> None:
    recipe = write_mail_recipe(tmp_path, base)
    recipe.write_text(recipe.read_text() + "sweep: {grid: {train.learning_rate: [1e-4, 1e-2]}}\n")
    assert call("sweep", recipe, "--as", " ").code == 2
    assert not (tmp_path / "runs").exists()
    made = call("sweep", recipe, "--as", "Ann Lee", "--json")
    assert made.code == 0, made.err
    document = json.loads(made.out)
    signed = Path(document["folder"]).glob("trials/*/adapter/finewright.json")
    assert [json.loads(one.read_text())["trained_by"] for one in signed] == [["Ann Lee"]] * 6
    assert document["state"] == "new"
    assert Path(document["best.yaml"]).is_file()
    assert len(document["sweep"]["combinations"]) == 2
    shown = call("sweep", recipe)
    for part in ("learning rate", "Best on validation", "best.yaml", "nothing was computed anew"):
        assert part in shown.out


def test_a_faulty_grid_is_two_and_names_the_nearest_key(tmp_path: Path, base: Path, call: Call) -> None:
    recipe = write_mail_recipe(tmp_path, base)
    recipe.write_text(recipe.read_text() + "sweep: {grid: {train.learnig_rate: [1e-4, 1e-2]}}\n")
    refused = call("sweep", recipe)
    assert refused.code == 2
    assert "mail.yaml:6" in refused.err
    assert "did you mean train.learning_rate" in refused.err


def test_predict_answers_in_order(finished: subprocess.CompletedProcess[str], tmp_path: Path, call: Call) -> None:
    folder = json.loads(finished.stdout)["folder"]
    (tmp_path / "new.txt").write_text("login locked\n\nparcel at the dock\n")

    plain = call("predict", folder, tmp_path / "new.txt", "--text", "bill")
    assert plain.code == 0
    answers = plain.out.splitlines()
    assert len(answers) == 3
    assert set(answers) <= set(TOPICS)

    document = call("predict", folder, tmp_path / "new.txt", "--json", "--probabilities")
    rows = json.loads(document.out)
    assert [row["input"] for row in rows] == ["login locked", "parcel at the dock"]
    assert set(rows[0]["probabilities"]) == set(TOPICS)


def test_predict_writes_a_file(finished: subprocess.CompletedProcess[str], tmp_path: Path, call: Call) -> None:
    folder = json.loads(finished.stdout)["folder"]
    done = call("predict", folder, "--text", "bill", "--out", tmp_path / "answers.jsonl")
    assert (done.code, done.out) == (0, "")
    (row,) = [json.loads(line) for line in (tmp_path / "answers.jsonl").read_text().splitlines()]
    assert row["input"] == "bill"
    assert row["answer"] in TOPICS


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'label,text\ninvoice,"login locked,\nat once"\n,parcel at the dock\n'),
        ("a.jsonl", '{"text": "login locked,\\nat once"}\n\n{"text": "parcel at the dock", "label": "invoice"}\n'),
        ("a.json", '[{"text": "login locked,\\nat once"}, {"text": "parcel at the dock"}]'),
    ],
)
def test_predict_reads_a_table_by_its_column(
    name: str, content: str, finished: subprocess.CompletedProcess[str], tmp_path: Path, call: Call
) -> None:
    (tmp_path / name).write_text(content)
    folder = json.loads(finished.stdout)["folder"]
    done = call("predict", folder, tmp_path / name, "--json")
    assert done.code == 0, done.err
    assert [row["input"] for row in json.loads(done.out)] == ["login locked,\nat once", "parcel at the dock"]


def test_predict_reads_the_column_that_the_recipe_names(tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    data = {"columns": {"input": "mail", "group": "customer"}, "delimiter": ";", "encoding": "latin-1"}
    recipe = {"data": data | {"train": "gone.csv"}}
    write_manifest(adapter, Manifest("b", "b", BaseDigests("", "", ""), "", "", recipe, {}, "", {}, {}))
    (tmp_path / "new.csv").write_text("text;mail\nno;zwölf\n", "latin-1")
    assert texts_in(adapter, tmp_path / "new.csv") == ["zwölf"]
    (tmp_path / "new.csv").write_text("text;mail\nno;\n")
    with pytest.raises(DataError, match=r"new\.csv:2"):
        texts_in(adapter, tmp_path / "new.csv")
    (tmp_path / "new.csv").write_text("text;mails\nno;x\n")
    with pytest.raises(DataError, match="there is no column 'mail'"):
        texts_in(adapter, tmp_path / "new.csv")


@pytest.mark.parametrize("arguments", [[], ["--text", "a"]])
def test_predict_without_text_or_adapter_is_two(arguments: list[str], tmp_path: Path, call: Call) -> None:
    failed = call("predict", tmp_path, *arguments)
    assert failed.code == 2
    assert "Traceback" not in failed.err


def test_check_of_a_clean_recipe(recipe: Path, call: Call) -> None:
    shown = call("data", "check", recipe)
    assert shown.code == 0
    assert "60 rows kept, 0 refused" in shown.out
    assert "⟦" in shown.out
    document = json.loads(call("data", "check", recipe, "--json").out)
    assert sum(document["parts"].values()) == 60
    assert document["label_counts"] == dict.fromkeys(TOPICS, 20)


def test_check_lists_every_refused_row_and_says_that_run_would_stop(tmp_path: Path, base: Path, call: Call) -> None:
    recipe = write_mail_recipe(tmp_path, base, ",invoice", ",delivery")
    shown = call("data", "check", recipe)
    assert shown.code == 2
    assert "mail.csv:62" in shown.out
    assert "mail.csv:63" in shown.out
    assert "would stop here" in shown.err

    recipe.write_text(recipe.read_text().replace("{train: mail.csv}", "{train: mail.csv, on_bad: skip}"))
    assert call("data", "check", recipe).code == 0


def test_check_tells_rows_that_are_too_long(tmp_path: Path, base: Path, call: Call) -> None:
    recipe = write_mail_recipe(tmp_path, base, "word " * 400 + ",invoice")
    shown = call("data", "check", recipe)
    assert shown.code == 2
    assert "mail.csv:62 has" in shown.out
    assert "data.too_long" in shown.err


def test_estimate_is_a_table_or_a_document(recipe: Path, call: Call) -> None:
    shown = call("estimate", recipe)
    assert shown.code == 0
    assert "training" in shown.out
    document = json.loads(call("estimate", recipe, "--json").out)
    assert document["minutes"]["total"] > 0


def test_demo_makes_what_check_accepts(tmp_path: Path, base: Path, call: Call) -> None:
    assert call("data", "demo", tmp_path / "demo", "--rows", 60).code == 0
    recipe = tmp_path / "demo" / "recipe.yaml"
    recipe.write_text(f"base: {base}\n{recipe.read_text()}")
    assert call("data", "check", recipe).code == 0


def test_demo_leaves_another_recipe_alone(tmp_path: Path, call: Call) -> None:
    (tmp_path / "recipe.yaml").write_text("mine")
    assert call("data", "demo", tmp_path, "--rows", 60).code == 2
    assert (tmp_path / "recipe.yaml").read_text() == "mine"
    assert not (tmp_path / "deductions.jsonl").exists()


def test_demo_twice_is_the_same(tmp_path: Path, call: Call) -> None:
    for _ in range(2):
        assert call("data", "demo", tmp_path, "--rows", 60).code == 0


def test_init_writes_eight_lines_that_work(tmp_path: Path, call: Call) -> None:
    file = write_mail(tmp_path / "tickets.csv")
    made = call("recipe", "init", file)
    assert made.code == 0
    recipe = tmp_path / "tickets.yaml"
    assert len(recipe.read_text().splitlines()) == 8
    rows = json.loads(call("recipe", "show", recipe, "--json").out)
    assert rows["data.train"]["value"] == str(file)
    assert rows["data.train"]["origin"].startswith("recipe line")
    assert rows["train.batch"] == {"value": 16, "origin": "default"}


def test_init_elsewhere_points_back_to_the_file(tmp_path: Path, call: Call) -> None:
    file = write_mail(tmp_path / "tickets.csv")
    (tmp_path / "recipes").mkdir()
    assert call("recipe", "init", file, "--out", tmp_path / "recipes" / "a.yaml").code == 0
    assert call("recipe", "show", tmp_path / "recipes" / "a.yaml").code == 0


def test_init_never_overwrites(tmp_path: Path, call: Call) -> None:
    file = write_mail(tmp_path / "tickets.csv")
    (tmp_path / "tickets.yaml").write_text("mine")
    refused = call("recipe", "init", file)
    assert refused.code == 2
    assert "--out" in refused.err
    assert (tmp_path / "tickets.yaml").read_text() == "mine"


def test_init_of_a_file_that_is_not_there_writes_nothing(tmp_path: Path, call: Call) -> None:
    assert call("recipe", "init", tmp_path / "absent.csv").code == 2
    assert list(tmp_path.iterdir()) == []


def test_show_says_where_values_come_from(recipe: Path, call: Call) -> None:
    shown = call("recipe", "show", recipe).out
    (line,) = [line for line in shown.splitlines() if line.startswith("train.threads")]
    assert line.split() == ["train.threads", "1", "recipe", "line", "5"]


def test_all_faults_of_a_recipe_come_at_once(tmp_path: Path, call: Call) -> None:
    (tmp_path / "a.yaml").write_text("data: {train: absent.csv}\nsede: 3\ntrain: {epochs: none}\n")
    refused = call("recipe", "show", tmp_path / "a.yaml")
    assert refused.code == 2
    assert all(f"a.yaml:{line}:" in refused.err for line in (1, 2, 3))


def test_models_list_says_what_is_not_stored(call: Call) -> None:
    rows = json.loads(call("models", "list", "--json").out)
    assert {row["name"]: row["stored"] for row in rows} == {"smollm2-135m": False, "minilm-l6": False}
    shown = call("models", "list")
    assert shown.code == 0
    assert "smollm2-135m" in shown.out


def test_pull_of_an_unknown_base_is_two(call: Call) -> None:
    refused = call("models", "pull", "smollm-135m")
    assert refused.code == 2
    assert "did you mean `smollm2-135m`" in refused.err


def test_doctor_sends_to_pull_where_bases_are_missing(call: Call) -> None:
    found = {row["name"]: row for row in json.loads(call("doctor", "--json").out)}
    assert found["offline"]["state"] == "warn"
    assert "finewright models pull smollm2-135m" in found["offline"]["remedy"]


def test_doctor_fails_with_one_where_something_must_be_mended(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FINEWRIGHT_HOME", str(tmp_path))
    folder = tmp_path / "bases" / "broken"
    folder.mkdir(parents=True)
    (folder / "base.json").write_text("{}")
    assert call("doctor").code == 1


def test_output_that_cannot_be_written_is_one_sentence_and_one(tmp_path: Path) -> None:
    """As on a full disk: a limit on file sizes fails in the same calls, and needs no disk of its own."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    with (tmp_path / "out.json").open("w") as small:
        done = subprocess.run(
            [sys.executable, "-m", "finewright", "recipe", "schema"],
            stdout=small,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=limited,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "could not be read or written (File too large)" in done.stderr
