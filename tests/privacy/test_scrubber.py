"""One example scrubbed: the same surrogate in all its texts, whatever its shape, and nothing else touched."""

import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.recipe_privacy import Privacy
from finewright.base.records import Message, Record, ToolCall
from finewright.privacy.detector import Detector
from finewright.privacy.finding import Finding
from finewright.privacy.mask import masked
from finewright.privacy.recognisers.catalogue import CATALOGUE
from finewright.privacy.sameness import Known
from finewright.privacy.scrubber import Scrubber

IBAN, OTHER = "DE89370400440532013000", "GB82WEST12345698765432"
MAIL = "anna@example.org"
FIND = Detector(CATALOGUE).find


def surrogate(finding: Finding, surface: str) -> str:
    """Tells kind and value apart and keeps digits digits, so that JSON numbers can stay numbers."""
    number = str(int.from_bytes(f"{finding.kind} {finding.value}".encode(), "big"))
    return number[: len(surface)] if surface.isdigit() else f"<{finding.kind} {number[:12]}>"


def scrubber(privacy: Privacy | None = None) -> Scrubber:
    settings = privacy or Privacy()
    return Scrubber(FIND, surrogate, settings.mode, settings.allow)


def record(text: str, answer: str, **more: object) -> Record:
    return replace(Record("id", (Message("user", text),), answer, "f", 1), **more)


def test_an_identifier_is_one_surrogate_in_prompt_and_answer() -> None:
    done = scrubber().scrub(record(f"Pay to IBAN {IBAN}, mail {MAIL}", f"Paid to {IBAN} ({MAIL}).")).record
    assert IBAN not in done.text + done.answer
    for word in done.text.removeprefix("Pay to IBAN ").split(", mail "):
        assert word in done.answer


def test_what_only_the_prompt_gives_away_goes_from_the_answer_too() -> None:
    """A number that nothing but the word before it tells for one stands bare in the answer, and in another form."""
    done = scrubber().scrub(record("Invoice no. SI-133878 is short by 133878.50 EUR", '{"a":"si133878","b":133878.50}'))
    answer = json.loads(done.record.answer)
    assert "133878" not in answer["a"]
    assert answer["b"] == 133878.50
    assert "133878.50 EUR" in done.record.text
    assert {found.kind for found in done.found} == {"invoice"}
    assert len({found.value for found in done.found}) == 1


def test_the_part_of_a_number_gives_way_to_the_whole() -> None:
    known = Known(
        [(Finding(0, 4, "invoice", "8365", 0.9), "8365"), (Finding(0, 7, "invoice", "836590", 0.9), "8365-90")]
    )
    text = "INV # 8365 90 / 9 CASES"
    (found,) = known.again(text, [Finding(6, 10, "invoice", "8365", 0.9)])
    assert (text[found.start : found.end], found.value) == ("8365 90", "836590")


def test_a_number_is_known_again_without_its_prefix() -> None:
    known = Known(
        [
            (Finding(0, 11, "invoice", "INV2024017", 0.9), "INV-2024017"),
            (Finding(0, 7, "order", "2024017", 0.6), "2024017"),
        ]
    )
    text = "see INV-2024017"
    (found,) = known.again(text, [Finding(4, 15, "invoice", "INV2024017", 0.9)])
    assert (text[found.start : found.end], found.value) == ("2024017", "2024017")


def test_amounts_and_parts_of_longer_numbers_are_no_identifiers() -> None:
    known = Known([(Finding(0, 5, "customer", "39162", 0.9), "39162")])
    assert known.again("39162.50 and 3,39162 and 391620 and 1.39162", []) == []
    assert [one.start for one in known.again("39162, 39162. (39162)", [])] == [0, 7, 15]


@given(st.text("ab1 -./39162", max_size=40))
def test_findings_stay_ascending_without_overlaps(text: str) -> None:
    known = Known(
        [(Finding(0, 5, "customer", "39162", 0.9), "39162"), (Finding(0, 6, "order", "391621", 0.9), "3916-21")]
    )
    spans = [(one.start, one.end) for one in known.again(text, FIND(text))]
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


def test_labels_are_left_alone_and_texts_are_not() -> None:
    row = record(f"mail {MAIL}", MAIL)
    assert scrubber().scrub(row, answers=False).record.answer == MAIL
    assert scrubber().scrub(row).record.answer != MAIL


def test_the_arguments_of_calls_stay_valid_json_with_their_numbers() -> None:
    call = ToolCall("pay", json.dumps({"iban": IBAN, "account": 12345678, "amount": 12.5, "note": 'a "quoted" note'}))
    turns = (Message("user", f"Pay {IBAN} from account 12345678"), Message("assistant", "", (call,)))
    row = Record("id", (*turns, Message("tool", f'{{"ok":true,"to":"{IBAN}"}}', name="pay")), "Paid.")
    done = scrubber().scrub(row).record
    before, after = json.loads(call.arguments), json.loads(done.messages[1].calls[0].arguments)
    assert after["iban"] != before["iban"]
    assert isinstance(after["account"], int)
    assert str(after["account"]) in done.messages[0].content
    assert (after["amount"], after["note"]) == (12.5, 'a "quoted" note')
    assert json.loads(done.messages[2].content)["to"] == after["iban"]
    assert done.messages[1].calls[0].name == "pay"


def test_a_call_as_the_answer_and_both_sides_of_a_pair_are_replaced() -> None:
    reply = Message("assistant", "", (ToolCall("pay", json.dumps({"iban": IBAN})),))
    row = record("Pay.", reply.text, reply=reply)
    done = scrubber().scrub(row).record
    assert done.reply is not None
    assert done.answer == done.reply.text
    assert IBAN not in done.answer
    pair = (
        scrubber().scrub(record("Whom?", f"Pay {IBAN}", rejected=Message("assistant", f"Pay {OTHER} or {IBAN}"))).record
    )
    assert pair.rejected is not None
    assert not any(one in pair.answer + pair.rejected.content for one in (IBAN, OTHER))
    assert pair.answer.removeprefix("Pay ") in pair.rejected.content


def test_a_document_and_a_group_are_texts_too() -> None:
    done = scrubber().scrub(Record("id", (), f"Write to {MAIL}.", group=MAIL)).record
    assert MAIL not in done.answer
    assert done.group is not None
    assert done.group in done.answer


@pytest.mark.parametrize(
    ("settings", "stays"),
    [
        (Privacy(keep=["iban"]), True),
        (Privacy(allow=[f" {IBAN.lower()} "]), True),
        (Privacy(quarantine=["iban"]), True),
        (Privacy(), False),
    ],
)
def test_what_is_kept_or_allowed_stays(settings: Privacy, stays: bool) -> None:
    done = scrubber(settings).scrub(record(f"IBAN {IBAN}", "ok"))
    assert (IBAN in done.record.text) == stays
    assert bool(done.found) != bool(settings.allow)


def test_an_example_without_findings_is_the_same_object() -> None:
    row = record("How do I reset it?", "Like this.")
    assert scrubber().scrub(row).record is row


@pytest.mark.parametrize(
    ("surface", "shown"),
    [
        ("DE89 3704 0044 0532 0130 00", "DE** **** **** **** **** 00"),
        ("Anna Berg", "A*** B***"),
        (MAIL, "a***@*******.***"),
        ("4711", "****"),
        ("12\n345678", "12 ****78"),
    ],
)
def test_a_masked_sample_gives_little_away(surface: str, shown: str) -> None:
    assert masked(surface) == shown


@given(st.text(max_size=30))
def test_masking_never_raises_and_hides_most(surface: str) -> None:
    shown = masked(surface)
    assert "\n" not in shown
    if any(letter.isdigit() for letter in surface):
        assert sum(letter.isalnum() for letter in shown) <= 4


@pytest.mark.parametrize(("cell", "taken"), [("EUR", False), ("wrong_item", False), ("SI-4711", False), ("Berg", True)])
def test_a_code_in_a_cell_is_no_name_whatever_a_tagger_thinks(cell: str, taken: bool) -> None:
    def everything(text: str, header: str = "") -> list[Finding]:
        return [Finding(0, len(text), "company", text.casefold(), 0.99)]

    row = record("x y", json.dumps({"currency": cell}))
    done = Scrubber(everything, surrogate, Privacy().mode).scrub(row).record
    assert (json.loads(done.answer)["currency"] != cell) == taken


def test_a_known_number_wins_over_a_name_that_runs_into_it() -> None:
    known = Known([(Finding(0, 7, "invoice", "801071", 0.9), "8010-71"), (Finding(0, 3, "person", "ada", 0.99), "Ada")])
    text = "OFF BILL 8010-71 - POD 43045"
    (found,) = known.again(text, [Finding(14, 28, "address", "71 pod 43045", 0.99)])
    assert (text[found.start : found.end], found.kind) == ("8010-71", "invoice")
