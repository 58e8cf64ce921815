"""`finewright label` from files to files: suspects, a queue, answers that come back, and what must be refused."""

import csv
import io
from pathlib import Path

import pytest

from finewright.base.errors import DataError, InputError
from finewright.base.recipe_file import read_recipe
from finewright.evaluate.arms.graded import by_tfidf
from finewright.flows.label.adopt import label_import
from finewright.flows.label.errors import label_errors
from finewright.flows.label.folder import read_job
from finewright.flows.label.queue import label_queue
from finewright.flows.label.rows import classifier, labelled_rows
from support.topics import LABELS, topic_texts, write_topics


def filled(table: Path, answers: dict[str, str], to: Path) -> Path:
    """The sheet's own table with the answers of some items filled in."""
    rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    at = rows[0].index("answer")
    for row in rows[1:]:
        row[at] = answers.get(row[0], "")
    with to.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return to


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write_topics(tmp_path, topic_texts(120))


def test_a_queue_is_labelled_and_learned_from(recipe: Path, tmp_path: Path) -> None:
    known = topic_texts(120)
    new = dict(topic_texts(40, seed=9, hints=1))
    pool = tmp_path / "pool.txt"
    pool.write_text("\n".join([known[0][0], *new, next(iter(new)).upper()]) + "\n\n", encoding="utf-8")
    before = labelled_rows(recipe)
    found = label_queue(recipe, pool, tmp_path / "queue", rows=8, by="tfidf")
    assert (len(found.rows), found.pool, found.known) == (8, 42, 1)
    assert list(found.doubts) == sorted(found.doubts, reverse=True)
    assert len({one.text.casefold() for one in found.rows}) == 8

    again = label_queue(recipe, pool, tmp_path / "again", rows=8, by="tfidf")
    assert again.rows == found.rows
    assert (tmp_path / "again" / "page.html").read_bytes() == (tmp_path / "queue" / "page.html").read_bytes()

    chosen = {one.id: new.get(one.text) or new[one.text.lower()] for one in found.rows[:5]}
    answers = filled(tmp_path / "queue" / "sheet.csv", chosen, tmp_path / "answers.csv")
    done = label_import(tmp_path / "queue", answers, tmp_path / "next")
    assert (done.added, done.corrected, done.left_open) == (5, 0, 3)

    named = "".join(f"  {key.removeprefix('data.')}: {path}\n" for key, path in done.files.items())
    (tmp_path / "next.yaml").write_text(f"data:\n{named}")
    after = labelled_rows(tmp_path / "next.yaml")
    texts = [(one.text, one.answer) for one in after.parts.train]
    assert texts == [(one.text, one.answer) for one in before.parts.train] + [
        (one.text, chosen[one.id]) for one in found.rows[:5]
    ]
    for part in ("validation", "test"):
        assert [one.text for one in getattr(after.parts, part)] == [one.text for one in getattr(before.parts, part)]


def test_wrong_labels_are_found_and_corrected(tmp_path: Path) -> None:
    pairs = topic_texts(160)
    wrong = {30, 71, 112}
    mislabelled = [
        (text, LABELS[(LABELS.index(label) + 2) % 4] if at in wrong else label)
        for at, (text, label) in enumerate(pairs)
    ]
    recipe, right = write_topics(tmp_path, mislabelled), dict(pairs)
    test = {one.text for one in labelled_rows(recipe).parts.test}
    found = label_errors(recipe, by="tfidf", out=tmp_path / "doubtful", rows=10)
    listed = list(csv.DictReader(io.StringIO((tmp_path / "doubtful" / "suspects.csv").read_text("utf-8-sig"))))
    assert len(listed) == len(found.found.suspects)
    assert not {one["text"] for one in listed} & test
    assert int(listed[0]["line"]) - 2 in wrong

    job = read_job(tmp_path / "doubtful")
    assert all(len(item.suggested) == 2 and list(item.suggested) == sorted(item.suggested) for item in job.sheet.items)
    settled = {one.id: right[one.text] for one in job.rows}
    done = label_import(
        tmp_path / "doubtful",
        filled(tmp_path / "doubtful" / "sheet.csv", settled, tmp_path / "a.csv"),
        tmp_path / "next",
    )
    assert done.corrected == sum(one.answer != right[one.text] for one in job.rows) > 0
    assert done.corrected + done.confirmed == len(job.rows)
    with done.files["data.train"].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(right[row["text"]] != row["label"] for row in rows) == sum(
        one["text"] not in {row.text for row in job.rows} and right[one["text"]] != one["label"] for one in rows
    )


def test_groups_and_delimiters_stay_what_they_were(tmp_path: Path) -> None:
    lines = ["text;label;group"] + [f"{text};{label};c{at // 2}" for at, (text, label) in enumerate(topic_texts(120))]
    (tmp_path / "topics.csv").write_text("\n".join(lines))
    recipe = tmp_path / "topics.yaml"
    recipe.write_text("data:\n  train: topics.csv\n  delimiter: ;\n")
    parts = labelled_rows(recipe).parts
    of_test, of_train = parts.test[0].group, parts.train[0].group
    rows = f"1;refund3 refund4 word1;new\n2;login3 login4 word2;{of_test}\n3;login5 login4 word2;{of_train}\n"
    (tmp_path / "pool.csv").write_text(f"id;text;group\n{rows}")
    found = label_queue(recipe, tmp_path / "pool.csv", tmp_path / "queue", by="tfidf")
    assert {one.group for one in found.rows} == {"new", of_train}
    assert found.known == 1
    answers = filled(tmp_path / "queue" / "sheet.csv", {found.rows[0].id: "login"}, tmp_path / "a.csv")
    done = label_import(tmp_path / "queue", answers, tmp_path / "next")
    last = done.files["data.train"].read_text("utf-8-sig").splitlines()[-1]
    assert last == f"{found.rows[0].text};login;{found.rows[0].group}"


def test_what_cannot_be_used_is_told_and_nothing_is_written(recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pool = tmp_path / "pool.txt"
    pool.write_text("\n".join(text for text, _ in topic_texts(120)))
    with pytest.raises(DataError, match="every text is, or nearly is"):
        label_queue(recipe, pool, out, by="tfidf")
    pool.write_text(" \n\n")
    with pytest.raises(DataError, match="empty"):
        label_queue(recipe, pool, out, by="tfidf")
    with pytest.raises(DataError, match="no such file"):
        label_queue(recipe, tmp_path / "absent.txt", out, by="tfidf")
    with pytest.raises(InputError, match="holds no labelling job"):
        label_import(tmp_path / "nowhere", pool, out)
    assert not out.exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "answers.csv").write_text("precious")
    with pytest.raises(InputError, match="not empty"):
        label_errors(recipe, by="tfidf", out=tmp_path / "full")


def test_answers_to_another_sheet_or_to_changed_rows_are_refused(tmp_path: Path) -> None:
    wrong = [(text, LABELS[0] if at % 10 == 1 else label) for at, (text, label) in enumerate(topic_texts(120))]
    recipe = write_topics(tmp_path, wrong)
    label_errors(recipe, by="tfidf", out=tmp_path / "one", rows=2)
    label_errors(recipe, by="tfidf", out=tmp_path / "two", rows=1)
    job = read_job(tmp_path / "two")
    answers = filled(tmp_path / "two" / "sheet.csv", {one.id: "refund" for one in job.rows}, tmp_path / "a.csv")
    with pytest.raises(DataError, match="another sheet"):
        label_import(tmp_path / "one", answers, tmp_path / "next")
    with pytest.raises(DataError, match="none of the choices"):
        label_import(
            tmp_path / "two",
            filled(tmp_path / "two" / "sheet.csv", {one.id: "refunds" for one in job.rows}, tmp_path / "b.csv"),
            tmp_path / "next",
        )
    write_topics(tmp_path, [(f"{text} changed", label) for text, label in topic_texts(120)])
    with pytest.raises(InputError, match="has changed"):
        label_import(tmp_path / "two", answers, tmp_path / "next")
    assert not (tmp_path / "next").exists()


def test_only_labels_have_label_tools(tmp_path: Path) -> None:
    (tmp_path / "topics.csv").write_text("text,label\n" + "".join(f'q{n},"the {n} answer"\n' for n in range(40)))
    (tmp_path / "topics.yaml").write_text("data: {train: topics.csv}\ntask: {kind: text}\n")
    with pytest.raises(InputError, match="the task's answers are text"):
        labelled_rows(tmp_path / "topics.yaml")


def test_without_a_stored_base_tfidf_is_asked(recipe: Path) -> None:
    assert classifier(read_recipe(recipe).recipe, "auto") == ("TF-IDF classifier", by_tfidf)
    with pytest.raises(InputError):
        classifier(read_recipe(recipe).recipe, "frozen")
