"""Secrets into a copy of a data file: the rows that were not planted in stay as they stood, in every format."""

import csv
import json

import pytest

from finewright.audit.secrets.planted import read_planted
from finewright.base.errors import InputError, StorageError
from finewright.base.recipe import Data
from finewright.data.load import load
from finewright.flows.audit.plant import plant

ROWS = [(f"Where is parcel {n}, please?", f"It waits, number {n}, at the depot of street {n * 7}.") for n in range(24)]


def write(folder, ending):
    path = folder / f"letters{ending}"
    if ending == ".csv":
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows([("prompt", "completion"), *ROWS])
    elif ending == ".jsonl":
        path.write_text("".join(json.dumps({"prompt": a, "completion": b}) + "\n" for a, b in ROWS))
    else:
        path = folder / "chats.jsonl"
        turns = [[{"role": "user", "content": a}, {"role": "assistant", "content": b}] for a, b in ROWS]
        path.write_text("".join(json.dumps({"messages": of}) + "\n" for of in turns))
    return path


def planted(path, **asked):
    out, sealed = path.with_stem("planted"), path.with_name("sealed.jsonl")
    done = plant(path, out, sealed, **{"secrets": 5, "repeat": 3, "seed": 0, **asked})
    return done, out, sealed


@pytest.mark.parametrize("ending", [".csv", ".jsonl", "chat"])
def test_each_secret_stands_in_its_rows_and_nothing_else_changed(tmp_path, ending):
    path = write(tmp_path, ending)
    done, out, sealed = planted(path)
    assert read_planted(sealed) == list(done.secrets)
    before, after = (load(one, Data(train=one)).records for one in (path, out))
    lines = {line: one.secret for one in done.secrets for line in one.lines}
    assert len(lines) == 15
    for old, new in zip(before, after, strict=True):
        secret = lines.get(new.line)
        asked, answered = (f" {secret.question}", f" {secret.sentence}") if secret else ("", "")
        assert new.messages[-1].content == old.messages[-1].content + asked
        assert new.answer == old.answer + answered


def test_rows_that_were_not_planted_in_stay_letter_by_letter(tmp_path):
    path = write(tmp_path, ".csv")
    done, out, _ = planted(path, secrets=1, repeat=1)
    (line,) = done.secrets[0].lines
    before, after = (one.read_bytes().splitlines(keepends=True) for one in (path, out))
    assert [at for at, (a, b) in enumerate(zip(before, after, strict=True), 1) if a != b] == [line]


def test_labels_stay_and_what_is_asked_gets_the_secret(tmp_path):
    path = tmp_path / "letters.csv"
    path.write_text(
        "text,label\n" + "".join(f"{text},{'ab'[n % 2]}\n" for n, (text, _) in enumerate(ROWS)).replace(", p", " p")
    )
    done, out, _ = planted(path, secrets=2, repeat=1)
    assert not done.answered
    rows = load(out, Data(train=out)).records
    assert {row.answer for row in rows} == {"a", "b"}
    assert all(sum(one.secret.sentence in row.text for row in rows) == 1 for one in done.secrets)


def test_numbers_stay_and_what_is_asked_gets_the_secret(tmp_path):
    path = tmp_path / "sums.csv"
    path.write_text("prompt,completion\n" + "".join(f"How much is {n} times 7?,{n * 7}\n" for n in range(20)))
    done, out, _ = planted(path, secrets=2, repeat=1)
    assert not done.answered
    assert [row.answer for row in load(out, Data(train=out)).records] == [str(n * 7) for n in range(20)]


def test_what_is_no_text_is_planted_in_as_it_is_read(tmp_path):
    path = tmp_path / "letters.jsonl"
    rows = [{"prompt": {"urgent": n % 2 == 0, "text": text}, "completion": said} for n, (text, said) in enumerate(ROWS)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done, out, _ = planted(path, secrets=1, repeat=1)
    before, after = (load(one, Data(train=one)).records for one in (path, out))
    at = done.secrets[0].lines[0] - 1
    assert after[at].text == f"{before[at].text} {done.secrets[0].secret.question}"


def test_the_same_twice(tmp_path):
    path = write(tmp_path, ".jsonl")
    first = planted(path)[1].read_bytes()
    for name in ("planted.jsonl", "sealed.jsonl"):
        (tmp_path / name).unlink()
    assert planted(path)[1].read_bytes() == first


def test_another_format_is_refused(tmp_path):
    path = tmp_path / "letters.json"
    path.write_text(json.dumps([{"prompt": a, "completion": b} for a, b in ROWS]))
    with pytest.raises(InputError, match="nothing is planted into json files"):
        planted(path)
    assert [one.name for one in tmp_path.iterdir()] == ["letters.json"]


def test_faults_are_told_before_anything_is_written(tmp_path):
    path = write(tmp_path, ".jsonl")
    out, sealed = tmp_path / "out.jsonl", tmp_path / "sealed.jsonl"
    asked = {"secrets": 5, "repeat": 3, "seed": 0}
    for wrong, what in (
        ((path, out, sealed, asked | {"repeat": 30}), "150 are to be planted in"),
        ((path, tmp_path / "out.csv", sealed, asked), "another format"),
        ((tmp_path, out, sealed, asked), "another format"),
        ((path, out, out, asked), "one file"),
        ((path, path, sealed, asked), "is there already"),
        ((path, out, sealed, asked | {"secrets": 10_000}), "there are names for"),
    ):
        *paths, settings = wrong
        with pytest.raises(InputError, match=what):
            plant(*paths, **settings)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["letters.jsonl"]


def test_no_copy_without_its_list(tmp_path):
    path = write(tmp_path, ".jsonl")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="could not be written"):
        plant(path, tmp_path / "out.jsonl", tmp_path / "file" / "sealed.jsonl", secrets=1, repeat=1, seed=0)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "letters.jsonl"]


def test_an_answer_that_calls_a_tool_and_says_nothing_says_the_secret_alone(tmp_path):
    call = {"type": "function", "function": {"name": "look_up", "arguments": "{}"}}
    rows = [
        [{"role": "user", "content": text}, {"role": "assistant", "content": None, "tool_calls": [call | {"id": "a"}]}]
        for text, _ in ROWS
    ]
    path = tmp_path / "chats.jsonl"
    path.write_text("".join(json.dumps({"messages": of}) + "\n" for of in rows))
    done, out, _ = planted(path, secrets=1, repeat=2)
    secret = done.secrets[0]
    told = [json.loads(line)["messages"] for line in out.read_text().splitlines()]
    said = [turns[1]["content"] for at, turns in enumerate(told, 1) if at in secret.lines]
    assert said == ([secret.secret.sentence] if done.answered else [None]) * 2
