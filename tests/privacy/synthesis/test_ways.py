"""Rows made by each way: identities that hold together, templates that several share, paraphrases that leak nothing."""

import re
from collections.abc import Callable

import pytest

from finewright.base.nearness import jaccard
from finewright.base.records import CompletionRequest, Message, Record
from finewright.engine.fake import FakeCompleter
from finewright.privacy.finding import Finding
from finewright.privacy.keyed import Keyed
from finewright.privacy.synthesis.candidate import Candidate
from finewright.privacy.synthesis.paraphrase import Asked, Failed, paraphrases
from finewright.privacy.synthesis.rewriting import Rewriting, Slotted
from finewright.privacy.synthesis.screen import screened
from finewright.privacy.synthesis.templates import filled, templates_of
from finewright.privacy.synthesis.variants import variants

KEY = Keyed(bytes(range(32)))
FORMS = {
    "email": r"[\w.]+@[\w-]+\.\w+",
    "person": r"\b(?:John|Mary|Peter|Ilse) (?:Smithson|Hollander|Overbury|Northam)\b|\bMarkus Unbekannt\b",
    "invoice": r"\bINV-\d{6}\b",
}
MESSAGE = "Dear team, {name} here ({mail}). Please look into {number}, which is 12.50 EUR too high, says {name}."


def find(text: str, header: str = "") -> list[Finding]:
    hits = [(match, kind) for kind, form in FORMS.items() for match in re.finditer(form, text)]
    ordered = sorted(hits, key=lambda hit: hit[0].start())
    return [Finding(match.start(), match.end(), kind, match[0], 1.0) for match, kind in ordered]


def row(at: int, name: str, number: str, text: str = MESSAGE, group: str | None = None) -> Record:
    mail = name.replace(" ", ".").lower() + "@northwind.com"
    said = text.format(name=name, mail=mail, number=number)
    return Record(f"r{at}-1", (Message("user", said),), f'{{"invoice":"{number}","amount":12.50}}', group=group)


ROWS = [
    row(0, "John Smithson", "INV-204471"),
    row(1, "Mary Hollander", "INV-391120"),
    row(2, "Peter Overbury", "INV-777001"),
]


@pytest.fixture
def rewriting() -> Rewriting:
    return Rewriting(find, lambda kind: "replace")


def slotted(rewriting: Rewriting, rows: list[Record]) -> list[Slotted]:
    return [one for one in map(rewriting.slotted, rows) if one is not None]


def made(rewriting: Rewriting, each: int = 2, rows: list[Record] = ROWS) -> list[Candidate]:
    return list(variants(slotted(rewriting, rows), each, rewriting, KEY, {}))


def test_a_variant_has_identities_of_its_own_that_hold_together(rewriting: Rewriting) -> None:
    names, addresses = set(), set()
    for one in made(rewriting, each=3):
        text = one.record.text
        name, mail = re.match(r"Dear team, (\S+ \S+) here \((\S+)\)", text).groups()
        assert text.endswith(f"says {name}.")
        assert mail.startswith(name.replace(" ", ".").lower() + "@")
        number = re.search(r"INV-\d{6}", text)[0]
        assert f'"invoice":"{number}"' in one.record.answer
        names.add(name)
        addresses.add(mail)
    assert len(names) == len(addresses) == 9
    assert not names & {"John Smithson", "Mary Hollander", "Peter Overbury"}


def test_the_same_key_makes_the_same_rows_and_another_others(rewriting: Rewriting) -> None:
    again = [one.record for one in variants(slotted(rewriting, ROWS), 2, rewriting, KEY, {})]
    other = [one.record for one in variants(slotted(rewriting, ROWS), 2, rewriting, Keyed(bytes(32)), {})]
    assert [one.record for one in made(rewriting)] == again
    assert not set(again) & set(other)


def test_a_template_is_met_by_people_and_not_by_rows(rewriting: Rewriting) -> None:
    def met(rows: list[Record]) -> list[int]:
        return [one.met for one in templates_of(slotted(rewriting, rows))]

    assert met(ROWS) == [3]
    assert met([ROWS[0], row(7, "John Smithson", "INV-204471")]) == [1]
    assert met([row(at, "John Smithson", f"INV-20447{at}", group="one customer") for at in range(4)]) == [1]
    assert met([ROWS[0], row(5, "Mary Hollander", "INV-391120", text="{name}: {number}?")]) == [1, 1]


def test_a_filled_template_keeps_names_and_addresses_together(rewriting: Rewriting) -> None:
    templates = templates_of(slotted(rewriting, ROWS))
    rows = list(filled(templates, 4, rewriting, KEY, {}))
    assert len(rows) == 12
    assert screened(rows, [one.text for one in ROWS], 0.95, rewriting).count(None) == 12
    for one in rows:
        name, mail = re.match(r"Dear team, (\S+ \S+) here \((\S+)\)", one.record.text).groups()
        assert mail.startswith(name.replace(" ", ".").lower() + "@")
        assert re.search(r"INV-\d{6}", one.record.text)[0] in one.record.answer


def test_a_slot_may_take_the_form_of_another_template_of_its_label(rewriting: Rewriting) -> None:
    FORMS["invoice"], before = r"\bINV-\d{6}\b|\bRE-\d{4}/\d{2}\b", FORMS["invoice"]
    try:
        other = [row(at, "Ilse Northam", f"RE-{4711 + at}/24", text="{name} asks about {number}") for at in (5, 6)]
        rows = list(filled(templates_of(slotted(rewriting, [*ROWS, *other])), 6, rewriting, KEY, {}))
    finally:
        FORMS["invoice"] = before
    first = [one.record.text for one in rows if one.record.text.startswith("Dear")]
    assert any("INV-" in text for text in first)
    assert any(re.search(r"RE-\d{4}/\d{2}", text) for text in first)


def reply(change: Callable[[str], str]) -> Callable[[CompletionRequest], str]:
    return lambda request: change(request.messages[0].content.partition("\n\n")[2])


def test_a_paraphrase_is_asked_with_slots_and_answered_with_surrogates(rewriting: Rewriting) -> None:
    fake = FakeCompleter(reply(lambda text: text.replace("Dear team, ", "Good morning, ")))
    found = list(paraphrases(slotted(rewriting, ROWS), 2, rewriting, KEY, {}, fake, Asked(seed=3)))
    asked = [request.messages[0].content for request in fake.requests]
    assert not any(name in text for text in asked for name in ("Smithson", "Hollander", "northwind", "INV-"))
    assert all("[person 1]" in text and "[invoice 1]" in text for text in asked)
    assert len({request.seed for request in fake.requests}) == 2
    assert all(isinstance(one, Candidate) and one.record.text.startswith("Good morning, ") for one in found)
    assert screened([one for one in found if isinstance(one, Candidate)], [], 0.9, rewriting).count(None) == 6


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("[invoice 1]", "the invoice"), "slots"),
        (lambda text: text + " [person 2]", "slots"),
        (lambda text: text.replace("12.50", "12.5"), "numbers"),
        (lambda text: "", "cut"),
        (lambda text: "word " * 4000, "cut"),
    ],
)
def test_a_paraphrase_that_loses_a_slot_or_a_number_is_told(
    rewriting: Rewriting, change: Callable[[str], str], reason: str
) -> None:
    rows = slotted(rewriting, ROWS[:1])
    assert list(paraphrases(rows, 1, rewriting, KEY, {}, FakeCompleter(reply(change)), Asked())) == [Failed(reason)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (" Greetings, Smithson", "leaks"),  # half of the real name, which no recogniser knows
        (" Or call 204471.", "leaks"),  # the real number without its prefix
        (" Greetings, Markus Unbekannt", "found"),  # somebody whom the model made up
        ("", None),
    ],
)
def test_what_a_paraphrase_lets_slip_is_dropped(rewriting: Rewriting, said: str, reason: str | None) -> None:
    rows = slotted(rewriting, ROWS[:1])
    fake = FakeCompleter(reply(lambda text: "Good day. " + text))
    [one] = paraphrases(rows, 1, rewriting, KEY, {}, fake, Asked())
    assert isinstance(one, Candidate)
    message = Message("user", one.record.text + said)
    slipped = Candidate(Record("", (message,), one.record.answer), one.way, one.template, one.issued)
    assert screened([slipped], [], 0.9, rewriting) == [reason]


def test_a_json_message_is_not_paraphrased(rewriting: Rewriting) -> None:
    rows = slotted(rewriting, [row(0, "John Smithson", "INV-204471", text='{{"from": "{name}", "about": "{number}"}}')])
    assert list(paraphrases(rows, 1, rewriting, KEY, {}, FakeCompleter({}), Asked())) == [Failed("not a message")]


def test_a_variant_too_near_to_any_real_row_is_dropped(rewriting: Rewriting) -> None:
    long = MESSAGE + " We have written three times by now and nobody has answered, although it is urgent for us all."
    rows = [row(0, "John Smithson", "INV-204471", text=long)]
    [one] = made(rewriting, each=1, rows=rows)
    nearness = jaccard(one.record.text, rows[0].text)
    assert 0.3 < nearness < 0.9
    assert screened([one], [rows[0].text], nearness + 0.01, rewriting) == [None]
    assert screened([one], ["another text", rows[0].text], nearness - 0.01, rewriting) == ["near"]


def test_a_row_in_which_nothing_was_found_is_too_near_to_itself(rewriting: Rewriting) -> None:
    plain = Record("r9-1", (Message("user", "Two boxes were damaged."),), "damage")
    [one] = made(rewriting, each=1, rows=[plain])
    assert screened([one], [plain.text], 0.9, rewriting) == ["near"]


def test_the_same_row_twice_is_kept_once(rewriting: Rewriting) -> None:
    [one] = made(rewriting, each=1, rows=ROWS[:1])
    assert screened([one, one], [], 0.9, rewriting) == [None, "repeat"]


def test_a_row_that_holds_what_looks_like_a_slot_is_left_alone(rewriting: Rewriting) -> None:
    assert rewriting.slotted(row(0, "John Smithson", "INV-204471", text="{name}, see [person 1] of {number}")) is None


def test_a_label_is_no_text(rewriting: Rewriting) -> None:
    labels = Rewriting(find, lambda kind: "replace", answers=False)
    record = Record("r1-1", (Message("user", "Mary Hollander asks"),), "Mary Hollander")
    [one] = variants(slotted(labels, [record]), 1, labels, KEY, {})
    assert one.record.answer == "Mary Hollander"
    assert "Hollander" not in one.record.text
