"""Texts scrubbed: one customer in five messages, twice as once, also in another process, and no real value left."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.privacy.detector import Detector
from finewright.privacy.finding import Finding
from finewright.privacy.recognisers.email import EMAIL
from finewright.privacy.replacing import Replacing, replace
from finewright.privacy.scope import Scope, open_scope

MESSAGES = [
    "Hello, this is John Smith of Northwind Traders Ltd, account 12345678.",
    "Mr Smith called about account 12345678; write to john.smith@northwind.com.",
    "From: john.smith@northwind.com\nJ. Smith asks again.",
    "Northwind has not paid. SMITH, John is told.",
    "Re: 12345678, regards, John",
]
FORMS = {
    "person": r"John Smith|Mr Smith|J\. Smith|SMITH, John|(?<=regards, )John",
    "company": r"Northwind Traders Ltd|Northwind(?= has)",
    "email": r"[\w.]+@\w+(\.\w+)+",
    "account": r"(?<=account )\d{8}|(?<=Re: )\d{8}",
    "order": r"(?<=order )\d{4}\b",
}


def found(text: str) -> list[Finding]:
    hits = [(match, kind) for kind, form in FORMS.items() for match in re.finditer(form, text)]
    return [
        Finding(match.start(), match.end(), kind, match[0].replace(" ", ""), 1.0)
        for match, kind in sorted(hits, key=lambda hit: hit[0].start())
    ]


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return open_scope(tmp_path / "scope")


def scrubbed(folder: Path) -> list[str]:
    """Runs in another process too."""
    scope = open_scope(folder)
    new = [replace(text, found(text), scope) for text in MESSAGES]
    scope.issued.close()
    return new


def test_one_customer_in_five_messages_is_one_fictitious_customer(scope: Scope) -> None:
    new = [replace(text, found(text), scope) for text in MESSAGES]
    person, company, account = re.match(r"Hello, this is (.+) of (\w+) Traders Ltd, account (\d{8})\.", new[0]).groups()
    given_name, family = person.split()
    address = f"{given_name}.{family}@{company}.example".lower()
    assert new[1] == f"Mr {family} called about account {account}; write to {address}."
    assert new[2] == f"From: {address}\n{given_name[0]}. {family} asks again."
    assert new[3] == f"{company} has not paid. {family.upper()}, {given_name} is told."
    assert new[4] == f"Re: {account}, regards, {given_name}"
    assert not re.search("John|Smith|Northwind|12345678", "".join(new), re.IGNORECASE)


def test_two_processes_agree_without_talking(scope: Scope) -> None:
    code = "import json, pathlib, runpy, sys; scrub = runpy.run_path(sys.argv[1])['scrubbed']; "
    code += "print(json.dumps(scrub(pathlib.Path(sys.argv[2]))))"
    command = [sys.executable, "-c", code, __file__, str(scope.folder)]
    elsewhere = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert json.loads(elsewhere) == [replace(text, found(text), scope) for text in MESSAGES]


def test_twice_is_once_in_another_run_although_all_is_found_again(tmp_path: Path) -> None:
    once = scrubbed(tmp_path)
    again = open_scope(tmp_path)
    forms = r"\b[A-Z]\w+\b \w+|\w+\.\w+@[\w.]+|\d{8}"
    for text in once:
        hits = [Finding(m.start(), m.end(), "person", m[0], 1.0) for m in re.finditer(forms, text)]
        assert hits
        assert replace(text, hits, again) == text


def test_wide_values_are_known_again_in_another_text(scope: Scope) -> None:
    first = "pay DE89 3704 0044 0532 0130 00"
    once = replace(first, [Finding(4, 31, "iban", "DE89370400440532013000", 1.0, True)], scope)
    other = f"paid to {once[4:]} today"
    assert replace(other, [Finding(8, 35, "iban", once[4:].replace(" ", ""), 1.0, True)], scope) == other


def test_a_dense_column_leaves_hardly_a_real_number_standing_and_joins_none(scope: Scope) -> None:
    """A thousand of the 9,000 there are: what is issued equals real numbers, and must not be taken for a surrogate.

    One in 200 is what `Issued` allows.
    """
    replacing = Replacing(scope)
    numbers = [f"{number}" for number in range(1000, 10_000, 9)]
    new = [replacing.surrogate(Finding(0, 4, "order", one, 0.9), one) for one in numbers]
    assert sum(old == now for old, now in zip(numbers, new, strict=True)) <= len(numbers) / 200
    assert len(set(new)) >= len(numbers) * 0.995


def test_what_a_replacement_makes_is_replaced_too(scope: Scope) -> None:
    """The finder also takes any two capitalised words together, so surrogates and what stands beside them are found."""

    def find(text: str) -> list[Finding]:
        return [Finding(m.start(), m.end(), "person", m[0], 1.0) for m in re.finditer(r"[A-Z]\w+( [A-Z]\w+)?", text)]

    text = "please tell JOHN SMITH of Paris"
    once = Replacing(scope).text(text, find(text), find)
    assert Replacing(scope).text(once, find(once), find) == once
    assert not re.search("john|smith|paris", once, re.IGNORECASE)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from([*MESSAGES, "order 4711 ", "x@y.com", "é\u200b", " a@b.org,c@d.net ", "<>"]), max_size=6)
)
def test_twice_is_once_for_any_text(pieces: list[str]) -> None:
    scope = SHARED
    text = " ".join(pieces)
    detect = Detector([EMAIL]).find
    for find in (found, detect):
        once = Replacing(scope).text(text, find(text), find)
        assert Replacing(scope).text(once, find(once), find) == once


def test_many_findings_on_one_line_take_no_square_of_time(scope: Scope) -> None:
    text = "account 12345678 " * 3_000
    new = replace(text, found(text), scope)
    assert "12345678" not in new
    assert len(new) == len(text)


def test_each_replacement_is_told(scope: Scope) -> None:
    told: list[tuple[str, str, str]] = []
    replacing = Replacing(scope, note=lambda finding, old, new: told.append((finding.kind, old, new)))
    replacing.text(MESSAGES[4], found(MESSAGES[4]))
    assert [(kind, old) for kind, old, _ in told] == [("account", "12345678"), ("person", "John")]


SHARED: Scope


@pytest.fixture(autouse=True, scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    global SHARED
    SHARED = open_scope(tmp_path_factory.mktemp("shared"))
