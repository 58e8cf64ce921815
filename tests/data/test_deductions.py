"""The demo corpus: what the record says stands in the text, and the text sets the traps it should."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from finewright.base.nearness import near_within
from finewright.base.recipe import Recipe
from finewright.data.deductions import REASON_CODES, REASONS, Remark, recipe_text, remark, write_corpus, write_recipe
from finewright.data.deductions.draw import Draw
from finewright.data.deductions.money import NOTATIONS, Money
from finewright.data.deductions.noise import cased, shortened, slipped

ROWS = 420


@pytest.fixture(scope="module")
def remarks() -> list[Remark]:
    return [remark(0, row) for row in range(ROWS)]


def _amount_pattern(cents: int) -> str:
    """Any notation of a sum: thousands apart by a mark or none, a decimal comma or point, zeros left away."""
    whole, rest = divmod(cents, 100)
    digits = re.sub(r"(?<=\d)(?=(\d{3})+$)", "[ .,']?", str(whole))
    decimals = f"[.,]{rest // 10}{'0?' if rest % 10 == 0 else rest % 10}"
    return rf"(?<!\d){digits}({decimals}){'?' if rest == 0 else ''}(?!\d)"


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_there_are_exactly_twenty_codes_each_used_equally_often(remarks: list[Remark]) -> None:
    counts = Counter(one.reason_code for one in remarks)
    assert len(set(REASON_CODES)) == 20
    assert counts == dict.fromkeys(REASON_CODES, ROWS // 20)


def test_completion_is_compact_json_of_four_fields(remarks: list[Remark]) -> None:
    for one in remarks:
        record = json.loads(one.completion)
        assert list(record) == ["reason_code", "invoice", "amount", "currency"]
        assert record["amount"] == one.cents / 100
        assert " " not in one.completion


def test_invoice_and_amount_stand_in_the_text(remarks: list[Remark]) -> None:
    for one in remarks:
        assert _letters(one.invoice) in _letters(one.prompt), one
        assert re.search(_amount_pattern(one.cents), one.prompt), one


def test_currency_stands_in_the_text_by_code_or_symbol(remarks: list[Remark]) -> None:
    signs = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "fr.", "CAD": "c$", "SEK": "kr", "PLN": "zł"}
    by_symbol = 0
    for one in remarks:
        text = one.prompt.lower()
        by_symbol += one.currency.lower() not in text
        assert one.currency.lower() in text or signs[one.currency] in text, one
    assert ROWS * 0.2 < by_symbol < ROWS * 0.8


def test_all_words_of_the_cue_but_one_survive_the_noise(remarks: list[Remark]) -> None:
    for one in remarks:
        text, cue = one.prompt.lower(), shortened(one.cue.lower()).split()
        kept = [word in text or word in shortened(text) for word in cue]
        assert kept.count(False) <= 1, one


def test_no_phrase_belongs_to_two_codes() -> None:
    phrases = [phrase.lower() for reason in REASONS for phrase in (*reason.clauses, *reason.terse)]
    assert len(phrases) == len(set(phrases))
    assert all(len(reason.clauses) == len(reason.terse) == 2 for reason in REASONS)


def test_the_code_itself_is_seldom_in_the_text(remarks: list[Remark]) -> None:
    literal = [one for one in remarks if one.reason_code in one.prompt.lower().replace(" ", "_")]
    assert len(literal) < ROWS * 0.1


def test_most_texts_hold_look_alike_numbers(remarks: list[Remark]) -> None:
    beside = 0
    for one in remarks:
        rest = re.sub(_amount_pattern(one.cents), "", one.prompt).lower()
        rest = rest.replace(one.invoice.lower(), "").replace(one.invoice.lower().replace("-", " "), "")
        beside += bool(re.search(r"\d{3}", rest))
    assert beside > ROWS * 0.8


def test_sums_come_in_many_notations_and_places(remarks: list[Remark]) -> None:
    texts = [one.prompt for one in remarks]
    for pattern in (
        r"\d,\d{3}\.\d\d",
        r"\d\.\d{3},\d\d",
        r"\d \d{3},\d\d",
        r"\d'\d{3}\.\d\d",
        r"€\d",
        r"\d €",
        r"EUR\d",
    ):
        assert any(re.search(pattern, text) for text in texts), pattern


def test_no_two_rows_are_nearly_the_same(remarks: list[Remark]) -> None:
    texts = [one.prompt for one in remarks]
    assert len(set(texts)) == ROWS
    assert near_within(texts, 0.9) == []


def test_forty_eight_customers_share_the_rows_and_keep_one_currency_each(remarks: list[Remark]) -> None:
    counts = Counter(one.customer for one in remarks)
    assert len(counts) == 48
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len({(one.customer, one.currency) for one in remarks}) == 48


def test_rows_are_short(remarks: list[Remark]) -> None:
    lengths = sorted(len(one.prompt) for one in remarks)
    assert lengths[0] > 30
    assert lengths[-1] < 260
    assert lengths[ROWS // 2] < 140


def test_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first, again, other = (write_corpus(tmp_path / name, 60, seed) for name, seed in (("a", 3), ("b", 3), ("c", 4)))
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_a_larger_corpus_begins_with_a_smaller_one(tmp_path: Path) -> None:
    small, large = write_corpus(tmp_path / "small", 30, 0), write_corpus(tmp_path / "large", 70, 0)
    assert large.read_bytes().startswith(small.read_bytes())


def test_file_has_the_three_columns(tmp_path: Path) -> None:
    path = write_corpus(tmp_path, 25, 0)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert path.name == "deductions.jsonl"
    assert len(rows) == 25
    assert all(set(row) == {"prompt", "completion", "customer"} for row in rows)


def test_recipe_is_a_valid_one_that_splits_by_customer(tmp_path: Path) -> None:
    path = write_recipe(tmp_path, seed=7)
    assert path.read_text(encoding="utf-8") == recipe_text(7)
    recipe = Recipe.model_validate(yaml.safe_load(recipe_text(7)))
    assert (recipe.seed, recipe.split.by, recipe.data.columns.group) == (7, "group", "customer")
    assert 8 <= len(recipe_text().splitlines()) <= 24


@pytest.mark.parametrize("notation", NOTATIONS)
def test_each_notation_is_named_by_what_it_makes(notation: str) -> None:
    assert Money(notation, "code after", "EUR").text(124_050) == f"{notation} EUR"


def test_slip_changes_one_word_and_no_number() -> None:
    text = "short payment of 1.240,50 EUR on SI-204471 regarding delivery"
    for row in range(50):
        after = slipped(Draw(0, f"row {row}"), text)
        changed = [(a, b) for a, b in zip(text.split(), after.split(), strict=True) if a != b]
        assert len(changed) <= 1
        assert not any(re.search(r"\d", a) for a, _ in changed)
    assert slipped(Draw(0, "row"), "PO 12 EUR") == "PO 12 EUR"


def test_letters_follow_the_customer() -> None:
    assert [cased("Inv 4 EUR", case) for case in ("as is", "lower", "upper")] == ["Inv 4 EUR", "inv 4 eur", "INV 4 EUR"]
