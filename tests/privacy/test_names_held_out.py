"""The sentences that the tagger is measured on: nothing of theirs is trained on, and what they mark is there."""

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

from finewright.privacy.names.features import plain
from finewright.privacy.names.tagger import Tagger
from finewright.privacy.names.tidying import tidy
from finewright.privacy.names.weights import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("names_held_out")


def test_no_made_up_name_stands_in_a_list(held: ModuleType) -> None:
    lists = importlib.import_module("names_lists")
    names = [*lists.provider_names()[0], *lists.provider_names()[1], *lists.census()[0], *lists.census()[1]]
    towns = [part for some in lists.towns() for name in some for part in re.split(r"[ -]", name)]
    listed = {plain(name) for name in (*names, *towns)}
    words = {plain(word) for name in (*held.GIVEN, *held.FAMILY, *held.COINED) for word in name.split("-")}
    assert words.isdisjoint(listed)
    assert plain(lists.census()[1][0]) in listed


def test_no_sentence_of_several_words_is_a_training_template(held: ModuleType) -> None:
    trained = {one for some in importlib.import_module("names_templates").templates().values() for one in some}
    asked = {template for template, _, _ in held.sentences(rounds=1)}
    assert {one for one in asked & trained if " " in one} == set()
    assert len(asked) > 150


def test_training_never_uses_a_held_out_word(held: ModuleType, tmp_path: Path) -> None:
    lists, sentences = (importlib.import_module(f"names_{name}") for name in ("lists", "sentences"))
    maker = sentences.Maker(tmp_path, 1)
    reserved = (held.FAMILY[0], "Sample")
    maker.locales = [lists.Locale("xx", ("Jane",), reserved, (), (), (), (), ())]
    maker.odds = lambda share: False
    made = [maker.fill("{P}, {f}, {I}")[0] for _ in range(50)]
    assert not any(held.FAMILY[0] in text for text in made)
    assert any("Sample" in text for text in made)


def test_what_is_marked_is_a_name_and_a_seed_makes_the_same_again(held: ModuleType) -> None:
    made, again = list(held.sentences(3, 1)), list(held.sentences(3, 1))
    assert made == again != list(held.sentences(4, 1))
    known = {one.casefold() for one in (*held.GIVEN, *held.FAMILY)}
    for _, text, spans in made:
        for start, end, kind in spans:
            words = re.findall(r"[^\W\d_](?:[^\W\d_]|[-'’])*", text[start:end].casefold())
            assert words
            assert text[start:end] == text[start:end].strip()
            assert kind == "company" or any(word in known or word.split("-")[0] in known for word in words)


def test_the_shipped_tagger_finds_most_names_it_was_never_shown(held: ModuleType) -> None:
    tagger, made = Tagger(load()), list(held.sentences(2, 1))
    there = found = 0
    for (_, text, spans), marked in zip(made, tagger.spans([text for _, text, _ in made]), strict=True):
        seen = [(one.start, one.end) for one in tidy(text, marked, tagger.table)]
        there += len(spans)
        found += sum(any(low < end and start < high for low, high in seen) for start, end, _ in spans)
    assert found / there > 0.85
