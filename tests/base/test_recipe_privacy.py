"""The section `privacy`: modes by kind, and its faults with their lines and remedies."""

from pathlib import Path

import pytest

from finewright.base.errors import RecipeError
from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_privacy import KINDS, OwnPattern, Privacy


def test_what_names_somebody_is_replaced_and_what_is_public_stays() -> None:
    modes = {kind: Privacy().mode(kind) for kind in KINDS}
    assert {modes[kind] for kind in ("person", "iban", "email", "ssn", "invoice", "secret", "company")} == {"replace"}
    assert {modes[kind] for kind in ("place", "isin", "bic")} == {"keep"}


def test_a_list_goes_before_the_default_and_before_an_own_patterns_mode() -> None:
    own = OwnPattern(name="policy", pattern="P-[0-9]+", mode="keep")
    settings = Privacy(keep=["invoice"], quarantine=["secret"], replace=["place"], own=[own])
    assert [settings.mode(kind) for kind in ("invoice", "secret", "place", "own:policy")] == [
        "keep",
        "quarantine",
        "replace",
        "keep",
    ]
    assert Privacy(own=[own], quarantine=["own:policy"]).mode("own:policy") == "quarantine"


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("keep: [invoise]", "3: privacy.keep: 'invoise' is no kind; did you mean 'invoice'"),
        ("keep: [company]\n  quarantine: [company]", "'company' is in privacy.keep as well"),
        ("own: [{name: po, pattern: '('}]", "'(' is no regular expression"),
        ("own: [{name: po, pattern: 'x*'}]", "'x*' fits where there is nothing"),
        ("own: [{name: po, pattern: x}, {name: po, pattern: y}]", "'po' is there twice"),
        ("policy: {sets: [deal_name]}", "'deal_name' is no set of rules; did you mean 'deal_names'"),
        ("policy: {licences: [MIT]}", "there is no column to find them in"),
        ("policy: {licence: terms}", "no licence may be learned from"),
        ("policy: {rules: [{name: r, because: b}]}", "'r' names nothing to refuse rows by"),
        ("policy: {rules: [{name: r, because: b, words: [x], values: [y]}]}", "has values of no column"),
        ("policy: {rules: [{name: r, because: b, words: [x], until: 2026-13-01}]}", "'2026-13-01' is no day"),
        ("policy: {rules: [{name: r, because: b, kinds: [card]}]}", "'card' is no kind"),
    ],
)
def test_each_fault_has_its_place_and_remedy(tmp_path: Path, section: str, told: str) -> None:
    (tmp_path / "a.csv").write_text("text,label\n")
    recipe = tmp_path / "a.yaml"
    recipe.write_text(f"data: {{train: a.csv}}\nprivacy:\n  {section}\n")
    with pytest.raises(RecipeError) as fault:
        read_recipe(recipe)
    assert told in str(fault.value)
    assert "a.yaml:" in str(fault.value)


def test_own_kinds_are_known_to_lists_and_rules(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\n")
    recipe = tmp_path / "a.yaml"
    recipe.write_text(
        "data: {train: a.csv}\nprivacy:\n  own: [{name: po, pattern: 'PO-[0-9]+'}]\n  quarantine: ['own:po']\n"
        "  policy: {rules: [{name: r, because: b, kinds: ['own:po']}]}\n"
    )
    assert read_recipe(recipe).recipe.privacy.mode("own:po") == "quarantine"
