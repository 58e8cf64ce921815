"""The report: whole, self-contained and safe, whatever the rows hold; charts that stay inside their frames."""

import dataclasses
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.records import Message, Prediction, Record
from finewright.base.results import ArmResult, Figure, Results
from finewright.data.deductions import REASON_CODES, remark
from finewright.evaluate.decide import decide
from finewright.evaluate.measure import measure
from finewright.evaluate.task import Task, make_task
from finewright.flows.report import wording
from finewright.flows.report.arms_chart import ArmRow, arms_chart, span
from finewright.flows.report.confusion import ABSENT, UNREADABLE, Confusion, closed_fields, confusion, field_shares
from finewright.flows.report.examples import exchange, marked
from finewright.flows.report.frame import Scale, ticks
from finewright.flows.report.loss_chart import curves, loss_chart, smoothed
from finewright.flows.report.page import RunView, coded, page, write_report

TITLES = {
    "majority": "Most frequent answer",
    "tfidf": "TF-IDF + logistic regression",
    "frozen": "Frozen embeddings + logistic regression",
    "zero_shot": "Zero-shot prompt",
    "few_shot": "Few-shot prompt (4 examples)",
    "tuned": "Fine-tuned (LoRA)",
}


def record(name: str, text: str, answer: str, line: int = 1) -> Record:
    return Record(name, (Message("user", text),), answer, source="mail.jsonl", line=line)


def deductions(rows: int) -> list[Record]:
    made = [remark(0, row) for row in range(rows)]
    return [record(f"r{at}", one.prompt, one.completion, at + 1) for at, one in enumerate(made)]


def labelled(rows: int) -> list[Record]:
    made = [remark(0, row) for row in range(rows)]
    return [record(f"r{at}", one.prompt, one.reason_code, at + 1) for at, one in enumerate(made)]


def other_code(at: int, of: Record) -> str:
    """The record with its reason code swapped for the next one, and every seventh amount misread."""
    said = json.loads(of.answer)
    said["reason_code"] = REASON_CODES[(REASON_CODES.index(said["reason_code"]) + 1) % 20]
    if at % 7 == 0:
        said["amount"] = said["amount"] * 10
    return json.dumps(said, separators=(",", ":"))


def next_label(of: Record) -> str:
    return REASON_CODES[(REASON_CODES.index(of.answer) + 1) % 20]


def results_of(kind: str, records: Sequence[Record], arms: dict[str, list[str]]) -> tuple[Results, dict[str, Any]]:
    """Measured arms and their verdict by the real scorers and statistics."""
    task = make_task(kind, "Do it.", records, count_answer_tokens=len)  # type: ignore[arg-type]
    made = [_arm(task, records, name, answers) for name, answers in arms.items()]
    answers = {name: dict(zip((one.id for one in records), said, strict=True)) for name, said in arms.items()}
    deciding = {"classes": "accuracy", "json": "records", "text": "exact"}[kind]
    skipped = [] if kind == "classes" else [ArmResult("tfidf", TITLES["tfidf"], why_not="classifies labels only")]
    verdict = decide(made, task.kind, 0.95)
    results = Results(
        "deductions",
        "8f1c20be77a1" + "0" * 52,
        kind,
        deciding,
        tuple(skipped + made),
        verdict,
        training=TRAINING if "tuned" in arms else {},
        looks=2,
    )
    return results, answers


def _arm(task: Task, records: Sequence[Record], name: str, answers: Sequence[str]) -> ArmResult:
    said = [Prediction(one.id, answer, "stop", 96, 37) for one, answer in zip(records, answers, strict=True)]
    seen = measure(task, records, said, seconds=0.41 * len(records), confidence=0.95)
    return ArmResult(name, TITLES[name], trained=name == "tuned", validation=seen, test=seen)


TRAINING = {
    "steps": 120,
    "best_step": 96,
    "best_loss": 0.0312,
    "tokens": 61_234,
    "supervised_tokens": 14_801,
    "epochs": 3.0,
    "base_loss": 1.731,
    "improved": True,
    "stopped_early": "",
    "resumed_at": [40],
    "seconds": 254.3,
    "adapter": "ab" * 32,
    "adapter_bytes": 19_584_312,
    "examples": 212,
    "threads": 2,
    "versions": {"finewright": "0.1.0", "torch": "2.13.0"},
}

WHERE = {"source": "mail.jsonl", "record": "r"}

CARD: dict[str, Any] = {
    "said": ["mail.jsonl was read as JSONL of prompts and completions."],
    "files": {"train": {"name": "mail.jsonl", "digest": "ef" * 32, "rows": 312, "refused": 1}},
    "parts": {"train": {"rows": 1212, "digest": "1"}, "validation": {"rows": 40, "digest": "2"}, "test": {"rows": 60}},
    "test_digest": "cd" * 32,
    "labels": {"train": {"freight": 12, "shortage": 10}, "validation": {"freight": 2}, "test": {"shortage": 3}},
    "refusals": [WHERE | {"line": 17, "reason": "the prompt is empty", "remedy": "fill it"}],
    "departures": [
        WHERE | {"line": 9, "part": "train", "reason": "nearly the same as mail.jsonl:30", "similarity": 0.9412},
        WHERE | {"line": 10, "part": "train", "reason": "of the group 'A', as mail.jsonl:31", "similarity": None},
    ],
    "duplicates": [[WHERE | {"line": 4}, WHERE | {"line": 44}]],
    "near_duplicates": [[WHERE | {"line": 5}, WHERE | {"line": 55}, 0.9312]],
    "contradictions": [[WHERE | {"line": 6, "answer": "freight"}, WHERE | {"line": 66, "answer": "shortage"}]],
    "lengths": {"limit": 2048, "too_long": "truncate", "rows": [WHERE | {"line": 3, "tokens": 3001}]},
}

RECIPE = [
    ("base", "smollm2-135m", "default"),
    ("train.learning_rate", 0.0005, "recipe line 9"),
    ("evaluate.confidence", 0.95, "default"),
    ("data.columns.group", "customer", "recipe line 5"),
]


def metrics(steps: int = 120) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"step": 0, "epoch": 0.0, "validation_loss": 1.83, "best": False}]
    for step in range(1, steps + 1):
        wave = 0.06 * ((step * 37) % 11 - 5) / 5
        rows.append(
            {"step": step, "epoch": step / 40, "loss": max(0.02, 1.9 * 0.955**step + wave * 0.955 ** (step / 2))}
        )
        if step % 20 == 0:
            rows.append({"step": step, "epoch": step / 40, "validation_loss": 0.03 + 1.8 * 0.95**step, "best": True})
    return rows


def json_run(rows: int = 60) -> tuple[Results, RunView]:
    records = deductions(rows)
    results, answers = results_of(
        "json",
        records,
        {
            "majority": [records[0].answer] * rows,
            "zero_shot": [f"Sure! {of.answer[:40]}" for of in records],
            "few_shot": [of.answer if at % 5 == 0 else other_code(at, of) for at, of in enumerate(records)],
            "tuned": [other_code(at, of) if at % 10 == 5 else of.answer for at, of in enumerate(records)],
        },
    )
    return results, RunView(metrics(), records, answers, CARD, RECIPE)


def classes_run(rows: int = 200) -> tuple[Results, RunView]:
    records = labelled(rows)
    results, answers = results_of(
        "classes",
        records,
        {
            "majority": ["freight"] * rows,
            "tfidf": [next_label(of) if at % 4 == 0 else of.answer for at, of in enumerate(records)],
            "frozen": [next_label(of) if at % 9 == 0 else of.answer for at, of in enumerate(records)],
            "tuned": [
                next_label(of) if at % 8 == 3 or of.answer == "freight" else of.answer for at, of in enumerate(records)
            ],
        },
    )
    return results, RunView(metrics(), records, answers, CARD, RECIPE)


@pytest.fixture(scope="module")
def json_page() -> str:
    return page(*json_run())


class Links(HTMLParser):
    """Collects every attribute that could make a browser fetch something, every tag, and every id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [name for name, _ in attrs if name in ("src", "href", "srcset", "data", "xlink:href", "action")]
        self.fetched += [name for name, _ in attrs if name.startswith("on")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def drawing(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(str(svg))


def numbers(root: ElementTree.Element, tag: str, *names: str) -> list[tuple[float, ...]]:
    return [tuple(float(of.attrib[name]) for name in names) for of in root.iter(tag)]


def inside(root: ElementTree.Element) -> bool:
    """Whether every dot, line end and text anchor lies in the drawing's frame."""
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    points = [*numbers(root, "circle", "cx", "cy"), *numbers(root, "text", "x", "y")]
    for x1, y1, x2, y2 in numbers(root, "line", "x1", "y1", "x2", "y2"):
        points += [(x1, y1), (x2, y2)]
    for one in root.iter("path"):
        pairs = re.findall(r"(-?[\d.]+) (-?[\d.]+)", one.attrib["d"])
        points += [(float(x), float(y)) for x, y in pairs]
    return all(0 <= x <= width and 0 <= y <= height for x, y in points)


# the page


def test_page_stands_alone(json_page: str) -> None:
    seen = Links(json_page)
    assert seen.fetched == []
    assert not {"script", "link", "img", "iframe", "object"} & set(seen.tags)
    assert "url(" not in json_page
    assert "@import" not in json_page
    assert "http" not in json_page


def test_sections_come_in_the_order_of_reading(json_page: str) -> None:
    results, _ = json_run()
    order = [
        results.verdict.advice.split("'")[0],
        'id="arms"',
        'id="contrasts"',
        'id="examples"',
        'id="mistakes"',
        'id="training"',
    ]
    order += ['id="data"', 'id="origin"', "Versions and digests"]
    places = [json_page.index(part) for part in order]
    assert places == sorted(places)


def test_every_id_is_used_once(json_page: str) -> None:
    ids = Links(json_page).ids
    assert len(ids) == len(set(ids))


def test_drawings_have_names_for_those_who_cannot_see_them(json_page: str) -> None:
    drawings = re.findall(r'<svg class="chart".*?</svg>', json_page, re.DOTALL)
    assert len(drawings) == 4
    for one in drawings:
        root = drawing(one)
        held = {child.attrib["id"]: child.text for child in root if "id" in child.attrib}
        assert root.attrib["role"] == "img"
        assert all(held[name] for name in root.attrib["aria-labelledby"].split())


def test_figures_are_written_for_people(json_page: str) -> None:
    visible = re.sub(r"<(style|svg).*?</\1>", "", json_page, flags=re.DOTALL)
    visible = re.sub(r"<[^>]*>", " ", visible)
    assert "90.0%" in visible
    assert "61,234" in visible
    assert "4 min 14 s" in visible
    assert "19.6 MB" in visible
    assert not re.findall(r"\d\.\d{6,}", visible)


def test_data_section_lists_what_was_taken_out_with_its_line(json_page: str) -> None:
    for part in (
        "read as JSONL",
        "1,212",
        "1 row refused and left out",
        "mail.jsonl:17",
        "the prompt is empty; fill it",
        "left train: nearly the same as mail.jsonl:30 (94.1% alike)",
        "left train: of the group &#39;A&#39;, as mail.jsonl:31<",
        "the same as mail.jsonl:4<",
        "93.1% alike with mail.jsonl:55",
        "2 rows with the same input as another but a different answer",
        "answered shortage",
        "1 row longer than 2,048 tokens, cut to fit",
        "3,001 tokens",
    ):
        assert part in json_page, part


def test_long_lists_are_cut_and_say_so() -> None:
    results, view = json_run(20)
    many = [WHERE | {"line": at, "reason": "empty", "remedy": ""} for at in range(1300)]
    text = page(results, dataclasses.replace(view, card=CARD | {"refusals": many}))
    assert "1,300 rows refused" in text
    assert "1,200 more are listed" in text
    assert text.count("<td>empty</td>") == 100


def test_recipe_is_shown_with_origins(json_page: str) -> None:
    assert "train.learning_rate" in json_page
    assert "0.0005" in json_page
    assert "recipe line 9" in json_page
    assert "95% intervals" in json_page


HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}{% raw %}</style></svg>"


def test_hostile_text_stays_text_wherever_it_comes_from() -> None:
    results, view = json_run(20)
    records = [dataclasses.replace(one, messages=(Message("user", HOSTILE),), source=HOSTILE) for one in view.records]
    arms = tuple(dataclasses.replace(arm, title=HOSTILE + arm.title) for arm in results.arms)
    verdict = dataclasses.replace(results.verdict, sentence=HOSTILE, advice=HOSTILE)
    answers = {arm: dict.fromkeys(rows, HOSTILE) for arm, rows in view.predictions.items()}
    card = CARD | {
        "refusals": [{"source": HOSTILE, "line": 1, "reason": HOSTILE, "remedy": HOSTILE}],
        "labels": {"train": {HOSTILE: 1}},
        "said": [HOSTILE],
        "files": {HOSTILE: {"name": HOSTILE, "digest": HOSTILE}},
    }
    recipe = [(HOSTILE, HOSTILE, HOSTILE)]
    results = dataclasses.replace(results, name=HOSTILE, run=HOSTILE, arms=arms, verdict=verdict)
    text = page(results, RunView(view.metrics, records, answers, card, recipe))
    seen = Links(text)
    assert seen.fetched == []
    assert not {"script", "img"} & set(seen.tags)
    assert text.count("</style>") == 1
    assert "&lt;script&gt;" in text
    assert "{{ 7 * 7 }}" in text


def test_labels_get_a_matrix_and_top_confusions() -> None:
    text = page(*classes_run())
    assert "values with most mistakes" in text
    assert "The most frequent of" in text
    assert "Right answers by field" not in text


def test_a_run_without_training_still_makes_a_page() -> None:
    records = labelled(40)
    results, answers = results_of("classes", records, {"majority": ["freight"] * 40})
    text = page(results, RunView([], records, answers, {}, []))
    assert "Nothing was trained in this run." in text
    assert "Not compared" in text
    assert 'id="examples"' not in text


def test_training_that_taught_nothing_is_said() -> None:
    results, view = json_run(20)
    assert "never fell below" not in page(results, view)
    worse = dataclasses.replace(results, training=TRAINING | {"improved": False})
    assert "never fell below" in page(worse, view)


def test_nothing_right_and_nothing_wrong_both_make_a_page() -> None:
    records = deductions(20)
    results, answers = results_of("json", records, {"few_shot": [""] * 20, "tuned": [of.answer for of in records]})
    text = page(results, RunView(metrics(1), records, answers, CARD, RECIPE))
    assert "No mistakes on these rows." in text
    assert "100.0%" in text
    assert "(empty)" in text


def test_free_text_has_no_confusions() -> None:
    records = [record(f"r{at}", f"question {at}", f"answer number {at}") for at in range(12)]
    arms = {"zero_shot": ["answer"] * 12, "tuned": [of.answer for of in records]}
    results, answers = results_of("text", records, arms)
    text = page(results, RunView(metrics(3), records, answers, CARD, RECIPE))
    assert 'id="mistakes"' not in text
    assert "What fine-tuning changed" in text


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    results, view = json_run()
    for name in ("one.html", "two.html"):
        write_report(tmp_path / name, results, view)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


# the arms chart


def test_arms_chart_ranks_arms_and_keeps_to_its_frame() -> None:
    rows = [ArmRow("low", Figure(0.2, 0.1, 0.3, 50)), ArmRow("high", Figure(0.9, 0.8, 0.97, 50), "tuned")]
    for width in (860, 360):
        root = drawing(arms_chart(rows, "Right answers", width))
        assert inside(root)
        (high_x, high_y), (low_x, low_y) = numbers(root, "circle", "cx", "cy")
        assert high_x > low_x
        assert high_y < low_y
    assert "90.0%, tuned" in arms_chart(rows, "Right answers", 360)
    assert arms_chart([], "Right answers") == ""


shares = st.tuples(*[st.floats(0, 1)] * 3).map(sorted)


@given(st.lists(shares, min_size=1, max_size=8), st.sampled_from([360, 860]))
def test_arms_chart_holds_any_figures(figures: list[list[float]], width: int) -> None:
    rows = [ArmRow(f"arm {at}", Figure(value, low, high, 9)) for at, (low, value, high) in enumerate(figures)]
    low, high = span(rows)
    root = drawing(arms_chart(rows, "Right answers", width))
    assert inside(root)
    assert len(numbers(root, "circle", "cx")) == len(rows)
    assert 0 <= low <= min(row.figure.low for row in rows) + 1e-9
    assert 1 >= high >= max(row.figure.high for row in rows) - 1e-9


# the loss chart


def test_loss_chart_draws_every_step_and_rings_the_best() -> None:
    rows = metrics()
    root = drawing(loss_chart(rows))
    dots = [one.attrib["class"] for one in root.iter("circle")]
    assert inside(root)
    assert dots.count("raw") == 120
    assert dots.count("dot validation") == 7
    assert dots.count("ring") == 1
    assert "best 0.034 at step 120" in loss_chart(rows)


def test_loss_chart_with_one_point_or_none() -> None:
    assert loss_chart([]) == ""
    root = drawing(loss_chart([{"step": 1, "loss": 2.5}], 360))
    assert inside(root)
    assert list(root.iter("path")) == []


def test_the_base_before_training_is_drawn_but_never_the_best() -> None:
    rows = [
        {"step": 0, "validation_loss": 0.4, "best": False},
        {"step": 5, "validation_loss": 0.9, "best": True},
        {"step": 10, "validation_loss": 0.7, "best": True},
        {"step": 15, "validation_loss": 0.8, "best": False},
    ]
    assert len(curves(rows).validation) == 4
    assert curves(rows).best == (10.0, 0.7)


def test_a_step_written_again_after_a_resume_counts_once() -> None:
    rows = [{"step": 1, "loss": 3.0}, {"step": 2, "loss": 2.0}, {"step": 2, "loss": 1.0}]
    assert curves(rows).training == ((1.0, 3.0), (2.0, 1.0))


def test_losses_that_are_no_numbers_are_left_out() -> None:
    rows = [
        {"step": 1, "loss": float("nan")},
        {"step": 2, "loss": float("inf")},
        {"step": 3, "validation_loss": 0.5, "best": True},
    ]
    assert curves(rows).training == ()
    assert curves(rows).best == (3.0, 0.5)
    assert inside(drawing(loss_chart(rows)))


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=30), st.sampled_from([360, 860]))
def test_loss_chart_holds_any_losses(losses: list[float], width: int) -> None:
    assert inside(drawing(loss_chart([{"step": at + 1, "loss": value} for at, value in enumerate(losses)], width)))


def test_smoothing_keeps_a_constant_and_starts_at_the_first_point() -> None:
    assert [value for _, value in smoothed([(1, 2.0), (2, 2.0), (3, 2.0)])] == pytest.approx([2.0, 2.0, 2.0])
    assert smoothed([(1, 5.0), (2, 0.0)])[0] == (1, pytest.approx(5.0))


@given(st.floats(0, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_round_and_within(low: float, width: float) -> None:
    found = ticks(low, low + width)
    assert len(found) <= 6
    assert all(low - 1e-6 * (low + width) <= tick <= (low + width) * (1 + 1e-6) for tick in found)


def test_scale_keeps_values_inside_and_centres_a_point() -> None:
    assert [Scale(0, 10, 100, 200)(value) for value in (-5, 0, 5, 10, 99)] == [100, 100, 150, 200, 200]
    assert Scale(3, 3, 0, 10)(3) == 5


# confusions


def test_confusion_counts_and_ranks_mistakes() -> None:
    found = Confusion("label", {("a", "a"): 5, ("a", "b"): 3, ("b", "b"): 9, ("b", "x"): 1, ("c", "c"): 7})
    assert found.wrong == 4
    assert found.top(5) == [("a", "b", 3, 8), ("b", "x", 1, 10)]
    assert found.worst(5) == ["b", "a"]
    assert found.matrix(["a", "b"]) == [[5, 3, 0], [0, 9, 1]]


def test_the_most_confused_closed_field_of_records_is_shown() -> None:
    records = deductions(60)
    answers = {one.id: other_code(at, one) for at, one in enumerate(records)}
    found = confusion("json", records, answers)
    assert closed_fields(records) == ["reason_code", "currency"]
    assert found is not None
    assert (found.what, found.wrong) == ("reason_code", 60)


def test_unreadable_answers_and_missing_fields_have_names_of_their_own() -> None:
    records = [record(f"r{at}", "text", '{"kind":"a"}' if at % 2 else '{"kind":"b"}') for at in range(8)]
    answers = {"r0": "no JSON", "r1": "{}"} | {f"r{at}": records[at].answer for at in range(2, 8)}
    found = confusion("json", records, answers)
    assert found is not None
    assert found.pairs["b", UNREADABLE] == 1
    assert found.pairs["a", ABSENT] == 1


def test_field_shares_count_each_field_alone() -> None:
    records = deductions(28)
    found = field_shares(records, {one.id: other_code(at, one) for at, one in enumerate(records)})
    assert {one.name: one.right for one in found} == {"reason_code": 0, "invoice": 28, "amount": 24, "currency": 28}


# examples


def test_a_misread_number_is_marked_as_one_word() -> None:
    pieces = marked('{"amount":312.40,"currency":"EUR"}', '{"amount":1312.40,"currency":"EUR"}')
    assert [piece.text for piece in pieces if piece.state == "other"] == ["1312.40"]
    assert [piece.text for piece in pieces if piece.state == "missing"] == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_marking_neither_adds_nor_loses_text(wanted: str, answer: str) -> None:
    pieces = marked(wanted, answer)
    said = "".join(piece.text for piece in pieces if piece.state != "missing")
    assert said == (answer or ("" if wanted and said == "" else "(empty)"))


def test_gained_and_lost_follow_the_scorers() -> None:
    results, view = json_run()
    arms = {arm.name: arm for arm in results.arms}
    found = exchange(view.records, view.predictions, arms["few_shot"], arms["tuned"], most=4)
    assert (len(found.gained), found.won) == (4, 48)
    assert (len(found.lost), found.gone) == (4, 6)
    assert found.gained[0].where == "mail.jsonl:2"
    assert all(piece.state == "same" for piece in found.gained[0].after)


# wording


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (wording.percent(0.9345), "93.5%"),
        (wording.points(0.0), "±0.0"),
        (wording.points(-0.0004), "±0.0"),
        (wording.points(-0.123), "−12.3"),
        (wording.points(0.4), "+40.0"),
        (wording.p_value(0.0000012), "<0.001"),
        (wording.p_value(None), "–"),
        (wording.pace(0.01, 300), "<0.1"),
        (wording.pace(820, 200), "410"),
        (wording.duration(7.04), "7.0 s"),
        (wording.duration(3_725), "1 h 2 min"),
        (wording.size(532), "532 bytes"),
        (wording.size(19_584_312), "19.6 MB"),
        (wording.plain(0.1 + 0.2), "0.3"),
        (wording.plain(None), "none"),
        (wording.plain(True), "yes"),
        (wording.plain(61_234), "61,234"),
        (wording.plain(["q_proj", "v_proj"]), "q_proj, v_proj"),
        (wording.figure_name("field:amount"), "amount right"),
    ],
)
def test_wording(said: str, wanted: str) -> None:
    assert said == wanted


def test_code_in_a_sentence_is_set_as_code_and_markup_stays_text() -> None:
    assert coded("raise `train.lora.rank` <b>") == "raise <code>train.lora.rank</code> &lt;b&gt;"
