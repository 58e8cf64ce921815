"""Every malformed input through the command itself: one plain sentence, the right exit code, nothing half-written.

A process of its own has what kills or limits one, and one plain refusal; the other commands are called in this one.
"""

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.command import Call
from support.tiny import tiny_base

GOOD = "\n".join(["text,label", *(f"{word} number {n},{word}" for n in range(12) for word in ("card", "loan"))]) + "\n"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def task(tmp_path, base, call, monkeypatch):
    """A folder with a good CSV and a recipe on the tiny base, called from within; `write()` adds further lines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FINEWRIGHT_HOME", str(tmp_path / "home"))
    return Task(tmp_path, base, call)


ARMS = "{frozen: {enabled: false}, encoder: {enabled: false}}"
NO_FORGETTING = "{forgetting: {enabled: false}}"


class Task:
    def __init__(self, folder: Path, base: Path, call: Call | None = None) -> None:
        self.folder, self.base, self._call = folder, base, call
        self.data = folder / "mail.csv"
        self.data.write_text(GOOD)
        self.write()

    def write(self, train="epochs: 1", data="", **keys):
        lines = {"base": str(self.base), "split": "{near: 1.0}", "arms": ARMS, "evaluate": NO_FORGETTING} | keys
        text = "".join(f"{key}: {value}\n" for key, value in lines.items())
        text += f"data: {{train: mail.csv{data}}}\ntrain: {{threads: 1, {train}}}\n"
        (self.folder / "mail.yaml").write_text(text)

    def start(self, *words, limit=None):
        """The command in a process of its own; `limit` is the largest file it may write."""

        def limited():
            if limit is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        command = [sys.executable, "-m", "finewright", *(words or ("run", "mail.yaml"))]
        environment = os.environ | {"FINEWRIGHT_HOME": str(self.folder / "home"), "COLUMNS": "200"}
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limited,
        )

    def call(self, *words):
        """The command in this process."""
        return self._call(*(words or ("run", "mail.yaml")))

    def run(self, *words, **options):
        """The command in a process of its own, to its end."""
        process = self.start(*words, **options)
        out, err = process.communicate(timeout=240)
        return process.returncode, out, err


def refused(task, message, command=None):
    """The command fails with one sentence that holds `message`, and no run folder appears."""
    status, out, err = (command or task.call)()
    assert status == 2, err
    last = err.strip().splitlines()[-1]
    assert message in last
    assert "Traceback" not in err
    assert out == ""
    assert not (task.folder / "runs").exists()


FILES = {
    "ragged": (GOOD + "one,two,three\n", "mail.csv:26:"),
    "one label only": ("text,label\na b c,card\nd e f,card\n", "every row has the label 'card'"),
    "a class with one example": (GOOD + "alone,single\n", "mail.csv:26: the label 'single' has a single example"),
    "an empty text": (GOOD + ",card\n", "mail.csv:26:"),
    "an empty file": ("", "mail.csv"),
    "no text column": ("a,b,c\n1,2,3\n", "data.columns"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_malformed_csv(task, name):
    content, message = FILES[name]
    task.data.write_text(content)
    refused(task, message)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("{kind: labels}", "mail.csv:2: the answer 'card' is no JSON list of labels; write its labels as a list"),
        ("{order: [loan]}", "task.order"),
        ("{order: [loan, cart]}", "mail.csv:2: the label 'card' is not in `task.order`; write 'cart' in the row, or"),
        ("{order: [loan, card, cash]}", "`task.order` names the label 'cash', which no row has"),
    ],
)
def test_labels_that_are_not_what_the_task_says(task, asked, message):
    task.write(task=asked)
    refused(task, message)


def test_a_missing_file_names_the_nearest(task):
    task.data.rename(task.folder / "mails.csv")
    refused(task, "mails.csv", task.run)


def test_a_wrong_encoding_names_line_and_remedy(task):
    task.data.write_bytes(GOOD.encode() + "Gebühr,card\n".encode("latin-1"))
    refused(task, "mail.csv:26:")


def test_a_jsonl_line_that_is_no_json(task):
    good = "".join(json.dumps({"text": f"t {n}", "label": "ab"[n % 2]}) + "\n" for n in range(20))
    (task.folder / "mail.jsonl").write_text(good + '{"text": "torn\n')
    (task.folder / "mail.yaml").write_text(f"base: {task.base}\ndata: {{train: mail.jsonl}}\n")
    refused(task, "mail.jsonl:21:")


def test_a_test_label_that_training_never_saw(task):
    (task.folder / "test.csv").write_text("text,label\nnew thing,fraud\n")
    task.write(data=", test: test.csv")
    refused(task, "test.csv:2: the label 'fraud' is not in the training rows")


def test_a_text_longer_than_the_context(task):
    task.data.write_text(GOOD + "word " * 2000 + ",card\n")
    refused(task, "mail.csv:26: the example is")


def test_unknown_keys_are_told_all_at_once_with_the_nearest(task):
    task.write(train="epoch: 1, learning_rates: 0.1", bases="x")
    status, _, err = task.call()
    told = [line for line in err.splitlines() if "mail.yaml" in line]
    assert status == 2
    assert len(told) == 3
    assert all(name in err for name in ("epochs", "learning_rate", "write base"))


def test_a_base_that_does_not_exist(task):
    task.write(base="smollm3")
    refused(task, "smollm2-135m")


def test_a_pickled_base_is_refused(task, tmp_path):
    other = tiny_base(tmp_path / "pickled")
    (other / "pytorch_model.bin").write_bytes(b"x")
    task.write(base=str(other))
    refused(task, "is a pickle")


def test_a_full_disk_is_told_and_can_be_gone_on_from(task):
    """A file-size limit makes the kernel refuse a write as a full disk does."""
    status, _, err = task.run(limit=6000)
    assert status == 1, err
    assert "could not be written" in err
    assert "Traceback" not in err
    assert task.call()[0] == 0


def stopped(task, epochs=400):
    """A training that was killed with SIGKILL once it had saved a checkpoint; returns the checkpoint folder."""
    task.write(train=f"epochs: {epochs}, batch: 4, evaluations: 1, patience: 0, lora: {{dropout: 0.1}}")
    process = task.start()
    deadline = time.monotonic() + 120
    while not (found := list(task.folder.glob("runs/*/checkpoints/step-*.json"))):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.communicate()
    return found[0].parent


def adapter_bytes(task):
    (adapter,) = task.folder.glob("runs/*/adapter/adapter_model.safetensors")
    return hashlib.sha256(adapter.read_bytes()).hexdigest()


def test_killed_with_sigkill_the_same_command_resumes_to_the_same_bits(tmp_path, base):
    killed, whole = (Task(tmp_path / name, base) for name in ("killed", "whole") if not (tmp_path / name).mkdir())
    stopped(killed, epochs=60)
    status, _, err = killed.run()
    assert status == 0, err
    whole.write(train="epochs: 60, batch: 4, evaluations: 1, patience: 0, lora: {dropout: 0.1}")
    assert whole.run()[0] == 0
    (training,) = killed.folder.glob("runs/*/training.json")
    assert json.loads(training.read_text())["resumed_at"]
    assert adapter_bytes(killed) == adapter_bytes(whole)


def test_a_corrupt_checkpoint_is_named_with_the_remedy(task):
    folder = stopped(task)
    newest = max(folder.glob("step-*.safetensors"))
    newest.write_bytes(newest.read_bytes()[:-64])
    status, _, err = task.call()
    assert status == 1
    assert newest.name in err
    assert "remove" in err


def test_an_adapter_for_another_base_and_a_pickled_one(task, tmp_path):
    assert task.call()[0] == 0
    (adapter,) = task.folder.glob("runs/*/adapter")
    tiny_base(tmp_path / "other", seed=7)
    manifest = adapter / "finewright.json"
    stored = manifest.read_text()
    manifest.write_text(json.dumps(json.loads(stored) | {"base": str(tmp_path / "other")}))
    status, _, err = task.call("predict", str(adapter), "--text", "card number 3")
    assert (status, "trained on another base" in err) == (2, True)
    manifest.write_text(stored)
    (adapter / "adapter_model.bin").write_bytes(b"x")
    status, _, err = task.call("predict", str(adapter), "--text", "card number 3")
    assert (status, "is a pickle" in err) == (2, True)
    (adapter / "adapter_model.bin").unlink()
    status, out, _ = task.call("predict", str(adapter), "--text", "card number 3")
    assert status == 0
    assert any(label in out for label in ("card", "loan"))
