"""The offline page in a real Chromium, by keyboard alone: ten pairs scored, saved, imported, counted."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import CI
from finewright.flows.folder import RunFolder
from finewright.flows.review.export import Exported, export
from finewright.flows.review.receive import receive
from finewright.flows.sheet.page import page as html
from finewright.flows.sheet.sheet import Block, Choice, Item, Sheet
from support.chromium import Page, browser, chromium
from support.finished import finished_run

HOSTILE = "good <script>document.title='run'</script> & <b>bold</b>"
FORMULA = '=HYPERLINK("http://example.invalid")'
OTHER = {"left": "right", "right": "left"}
KEYS = {"left": "1", "right": "2", "tie": "0"}


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if chromium() is None:
        reason = "there is no Chromium on this machine; `apt-get install chromium`"
        if CI:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    good = [HOSTILE, *(f'good {number}\nsecond line, with "quotes"' for number in range(9))]
    poor = [f"poor {number}" for number in range(10)]
    asked = [FORMULA, *(f"Question {number}" for number in range(9))]
    return finished_run(tmp_path_factory.mktemp("run") / "letters", {"tuned": good, "few_shot": poor}, asked)


@pytest.fixture(scope="module")
def done(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    out = tmp_path_factory.mktemp("out") / "sheets"
    return export(run.root, [("tuned", "few_shot")], out, items=10, raters=["Ann"])


def sheet_of(done: Exported) -> Path:
    (path,) = done.raters["Ann"].glob("*.html")
    return path


def better(tab: Page) -> str:
    """The side whose text begins with `good`, as the page shows it."""
    texts = tab.value("[...document.querySelectorAll('.beside .text')].map((one) => one.textContent)")
    return ("left", "right")[[text.startswith("good") for text in texts].index(True)]


def test_ten_pairs_by_keyboard_saved_and_imported(run: RunFolder, done: Exported, tab: Page, tmp_path: Path) -> None:
    tab.open(sheet_of(done))
    tab.press("Enter")
    for number in range(10):
        assert tab.value("document.getElementById('item-title').textContent") == f"Item {number + 1} of 10"
        side = better(tab)
        if number == 4:  # a slip, put right by going back
            tab.press(KEYS["tie"], "Backspace")
            assert tab.value("document.querySelector('[aria-pressed=true]').dataset.value") == "tie"
        if number == 7:
            tab.press("c", "f", "i", "n", "e", "1", "Escape")
        tab.press(KEYS[{8: OTHER[side], 9: "tie"}.get(number, side)])
    assert tab.value("document.getElementById('end-title').textContent") == "All answered"
    tab.press("s")
    saved = tab.downloaded(tab.downloads / f"{sheet_of(done).stem}-answers.csv")

    rows = list(csv.DictReader(io.StringIO(saved.read_text("utf-8-sig"))))
    assert [row["comment"] for row in rows] == [""] * 7 + ["fine1"] + [""] * 2
    assert all(float(row["seconds"]) >= 0 for row in rows)
    assert f"'{FORMULA}" in {row["Text"] for row in rows}
    assert HOSTILE in {row[side] for row in rows for side in ("Left", "Right")}

    found = receive(run.root, [saved], "Carla")
    (pair,) = found.findings.pairs
    assert (pair.contrast.won, pair.contrast.lost, pair.ties) == (8, 1, 1)
    assert pair.contrast.p == pytest.approx(2 * (1 + 9) / 2**9)
    assert "One person rated" in found.sentences[1]
    assert tab.requests() == [sheet_of(done).as_uri()], "nothing but the page itself is asked for"
    assert tab.complaints() == []
    assert tab.value("document.title") == "Which answer is better? Sheet for Ann"
    assert tab.value("document.querySelectorAll('#blocks script, #blocks b').length") == 0


def test_the_page_goes_on_where_it_was_left(tab: Page, tmp_path: Path) -> None:
    items = tuple(Item(f"item{number}", (Block("Text", f"text {number}"),)) for number in range(5))
    choices = (Choice("yes", "Yes", "1"), Choice("no", "No", "2"))
    path = tmp_path / "again.html"
    path.write_text(html(Sheet("again", "Again", "Choose.", "Which?", choices, items)), "utf-8")
    tab.open(path)
    tab.press("Enter", "1", "2", "ArrowRight", "2")
    tab.open(path)
    assert tab.value("document.getElementById('count').textContent") == "3 of 5 answered"
    assert tab.value("document.activeElement.id") == "begin"
    tab.press("Enter")
    assert tab.value("document.getElementById('item-title').textContent") == "Item 3 of 5", "the first left open"


def test_the_policy_lets_nothing_in_or_out(done: Exported, tab: Page) -> None:
    tab.open(sheet_of(done))
    tab.value(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit=1\">');"
        "const made = document.createElement('script'); made.textContent = 'window.hit=1'; document.body.append(made);"
    )
    assert tab.value("window.hit") is None
    assert any("Content Security Policy" in text for text in tab.complaints())


def test_of_many_choices_the_suggested_have_keys_and_the_others_are_typed(tab: Page, tmp_path: Path) -> None:
    labels = [Choice(name, name) for name in ("card arrival", "card lost", "exchange rate", "top up")]
    items = tuple(Item(name, (Block("Text", name),), ("card lost", "top up")) for name in ("aa", "bb", "cc"))
    sheet = Sheet("queue", "Queue", "Choose.", "Which?", (*labels, Choice("skip", "Cannot tell", "0")), items)
    (tmp_path / "queue.html").write_text(html(sheet), "utf-8")
    tab.open(tmp_path / "queue.html")
    tab.press("Enter", "2", "/", "e", "x", "Enter", "0", "s")
    saved = tab.downloaded(tab.downloads / "queue-answers.csv")
    rows = list(csv.DictReader(io.StringIO(saved.read_text("utf-8-sig"))))
    assert [row["answer"] for row in rows] == ["top up", "exchange rate", "skip"]
