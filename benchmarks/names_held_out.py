"""Sentences on which the tagger is measured and never trained: templates, people and firms that no training list holds.

    FINEWRIGHT_SHARED=... PYTHONPATH=src python benchmarks/names_held_out.py [--weights FILE] [--errors]

Given and family names and the words of firms are made up and stand here alone: `RESERVED` keeps them out of training,
and a test holds them against every list. Firms of ordinary words have words that training may say in small letters but
never in the name of a firm. Knows no network.
"""

# Word lists read best as text, and templates as one line each.
# ruff: noqa: E501, SIM905

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path

Spans = list[tuple[int, int, str]]

GIVEN = (
    "Wilbrecht Oddvarik Thandekile Zsolnay Marisabela Ixchelle Kwabenaro Yevgrafa Torbenia Annelinde Quillanor Brisenna "
    "Dhruvesha Lakshmirao Nobukatsu Chidiebele Aoifreda Gwendrith Rúnhildra Jaromirela Kasimirka Élodienne Fabricien "
    "Giacomella Ornelletta Wijnandus Sjoerdina Hrafnkella Bogumiłka Vesselinko Tamazika Ulrikelind Perttulina Maireadh"
).split()
FAMILY = (
    "Ravensholt Thistlemoor Quackenbosch Oyelakinde Brzozomski Fjellstrand Vandermeulenbrouck Castelbranco Okonwechi "
    "Szabolcsfy Grünzweigler Pfefferhorn Montclairval Rivadeneyro Takemizawa Subrahmanesh Haldorssund Kivimäkelä "
    "Domitrescu Papathanakis Zhumagulin Abdelwahedi Nkemdilora Wetherinkton-Pooleigh Penhallurik Strathkinnon Bellafontana "
    "Ostrowiczek Lindqvarn Tregoweth Duchesnault Morvannec Iturbidegoya Kalnbērzs Vaitkunas Hollingberry"
).split()
COINED = (
    "Zelvora Quintaro Brixwell Omnivance Plentiva Korvexa Trulliant Vexaline Nuvasto Hyprona Dataquarry Loomika Fernwise "
    "Gridwise Swiftbarn Paynestly Clarivoy Mediloft Zopharo Kinetrix Wattsmith Farmdrift Kapturo Oryxa Yondrly Lumetta "
    "Cerulion Bravanti Inkwellio Tallyfox Sproutly Mintbox Vaultera Rentopia Docuhive Skillforge Peakora Novexus"
).split()
ORDINARY = (
    "Copper Kettle|Quiet Harvest|Blue Lantern|Second Spring|Gentle Giant|Compass Rose|Honest Broker|Velvet Hammer|"
    "Little Acorn|Broken Anchor|Crimson Umbrella|Lucky Sparrow|Twelve Feathers|Paper Tiger|Hidden Pantry"
).split("|")
SHORT = "QRV|BXT|ZLK|KVW|H2W|J&Q|XYO|VNT".split("|")
FORMS = "Ltd|Inc.|LLC|GmbH|AG|S.p.A.|B.V.|AB|Oy|plc|Pty Ltd|S.A.|Sp. z o.o.|SARL|ApS|Kft.|& Co. KG".split("|")
TRADES = (
    "Partners|Logistics|Bank|Insurance|Foods|Systems|Capital|Dental|Motors|Advisors|Interiors|Freight|Textiles".split(
        "|"
    )
)

RESERVED = frozenset(
    word.casefold()
    for name in (*GIVEN, *FAMILY, *COINED, *SHORT, *" ".join(ORDINARY).split())
    for word in re.findall(r"[^\W\d_]{3,}", name)
)
"""Words that no name in a training sentence may hold."""

PERSON = """
Could {P} ring me back before lunch?|{g} here from the second floor, the printer jams again|Per our talk, {P} takes over the file.
Please note that {P} left the firm in spring.|I have copied {g} in so she can explain.|Minutes taken by {P}, approved by {f}.
Thx {g}, will do!|morning {g}, any news on the refund?|lol {g} forgot her pin again|{g}'s mum rang, card's been swallowed
Best wishes\\n{g}|Warmly,\\n{P}|Yours faithfully,\\n\\n{P}\\nHead of Claims|sent from my phone\\n{g}|Ta, {g}|-- \\n{P}
Mr {f} disputes the charge.|Ms. {f} was told otherwise by Dr {f}.|Professor {P} audits the fund.|Mme {f} a signé hier.
{R} – closed|{R} (deceased)|Policyholder: {R}|{S}|{U}|Payee {B}|1. {R}\\n2. {R}
{I}|{J} signed.|Cheque drawn by {I} and {I}.|{K} opened the account in 2011.|account of {L}
We met {f} and {f} at the fair.|{g}, {g} and {f} share one login.|Trustees: {P}, {P}, {P}.|either {g} or {g} must sign
"No idea," said {g}.|{P} wrote: where is my money?|{P} replied that nothing was owed.|{g} asked whether {f} knew.
The will of {P} names {P} as executor.|{f}'s complaint was upheld.|the {f} estate|a loan to {P}, secured on the house
Kontoinhaberin ist {P}.|Herr {f} bittet um Rückruf.|Liebe Frau {f}, anbei die Rechnung.|Gruß, {g}|Merci de contacter {P}.
El titular, {P}, falleció en mayo.|La señora {f} no ha pagado.|Il signor {f} ha telefonato.|Hoi {g}, is de betaling binnen?
Passenger {P}, seat 14C|Guest name {P}, two nights|Delivered to {P} at reception|Tutor: {P}|Referee: {P}, Captain: {f}
Agent: Who holds the card?\\nCaller: {P}.|[09:41] {g}: still waiting\\n[09:42] {g}: me too|{g} > {g}: done?|@{g} pls check
My late father, {P}, banked with you.|my flatmate {g} pays half|her ex-husband {P} must not see this|our au pair {g} needs a card
"""
COMPANY = """
We bank with {c}.|{c} refuses to refund me.|a charge from {c} I do not recognise|what is {c} on my statement?|{c} took 14.99 twice
Since {c} went under, nobody answers.|My pension sits with {c}.|The landlord is {c}.|{c} bought out {c} last spring.
I used to be with {c}, now I'm at {c}.|employed by {c} as a fitter|She temps at {c}.|he left {c} to start {c}|intern at {c}
Quote from {c} attached.|Please raise a purchase order for {c}.|{c} has not been paid since June.|credit note issued by {c}
Our lawyers, {c}, will write to you.|Auditor: {c}|Insurer: {c}\\nBroker: {c}|Landlord {c}, tenant {c}|Buyer – {c}; Seller – {c}
{c} makes valves.|{c} is listed in Oslo.|{c} is a family business with 40 staff.|{c} said profits halved.|{c} cuts 300 jobs
shares in {c}, {c} and {c} fell|rivals {c} and {c}|both {c} and {c} declined|unlike {c}, we charge nothing|{c} v {c}
{P}\\n{c}\\nsecond floor|{P}, {c}|{P} ({c})|{P} at {c} confirmed it.|{P} runs {c}.|Ask {g} over at {c}.|{c}'s treasurer, {P}, agreed.
Die {c} liefert nicht mehr.|Bei {c} bestellt am Montag.|La société {c} a fermé.|Fui cliente de {c}.|Presso {c} lavorano in venti.
{c}: your parcel is late|{c} – order confirmation|Thank you for shopping at {c}|CARD PAYMENT TO {c} ON 04 MAR|DD {c} 22.10
bought shoes from {c}|had lunch at {c} with the client|booked through {c}|got a text from {c} saying i won|is {c} legit?
The contract with {c} ends in May.|{c} and its subsidiaries|acting for {c}|on behalf of {c}|invoice {c} monthly|c/o {c}
"""
NOTHING = """
Kindly Read The Terms Before You Sign.|The Premium Plan costs more than Basic.|Open Settings, then Security, then Devices.
Our Annual General Meeting was moved to Tuesday.|Gross Margin fell while Net Revenue rose.|Section 4, Paragraph 2 applies.
WHY IS MY CARD STILL BLOCKED|Press Continue to Accept All Cookies.|Account Type: Joint Savings|Interest Rate, Fixed Term, Early Exit
The Board approved the Dividend Policy in April.|Two-factor codes arrive by Text Message.|Happy New Year and Merry Christmas!
Bitte Überweisung und Rechnung prüfen.|Der Vertrag endet im März.|Total Liabilities and Equity|Cash and Cash Equivalents, End of Year
can i top up with apple pay|the exchange rate was wrong on my cash withdrawal|my direct debit bounced, why?|is there a fee abroad
Regarding the Merger, the Committee noted Risk Factors and Legal Matters.|Deferred Tax Assets were reduced by a Valuation Allowance.
Subject: Quarterly Review Pack|Status: Awaiting Approval|Next Steps: Call the Helpdesk|Dear Valued Customer, your Statement is ready.
"""


class Held:
    """Makes the sentences; the same seed gives the same.

    Gaps: P a whole name, g a given and f a family name, c a firm; and one person's name as R "family, given", S the same
    in capitals, U with the family name in capitals, B the family name first, I, J and K with one or two initials or one
    in the middle, L with the initial last.
    """

    def __init__(self, seed: int) -> None:
        self.choice = random.Random(f"finewright held-out names {seed}")

    def firm(self) -> str:
        """A firm of one of many shapes."""
        one = self.choice.choice
        a, b, c = (one(FAMILY) for _ in range(3))
        coined = one(COINED)
        return one([
            f"{a} and Sons", f"{a} & Sons", f"{a}, {b} and {c}", f"{a}, {b} & {c}", f"{a}-{b}", f"{a} & {b}", f"{a} and {b}",
            f"{a} Brothers", f"{a} {one(TRADES)}", f"{a} {one(FORMS)}", coined, coined, coined, coined.upper(),
            f"{coined} {one(FORMS)}", f"{coined} {one(TRADES)}", f"{coined} {one(TRADES)} {one(FORMS)}",
            one(ORDINARY), f"{one(ORDINARY)} {one(FORMS)}", f"{one(ORDINARY)} {one(TRADES)}", f"The {one(ORDINARY)} Company",
            one(SHORT), f"{one(SHORT)} {one(FORMS)}", f"{one(SHORT)} {one(TRADES)}", f"{one(GIVEN)}'s {one(TRADES)}",
        ])  # fmt: skip

    def whole(self) -> str:
        """A given and a family name, in a third of them with an initial, a particle or a second name."""
        one = self.choice.choice
        given, family = one(GIVEN), one(FAMILY)
        return one([
            *[f"{given} {family}"] * 10, f"{given[0]}. {family}", f"{given} {one('ABDGHJKLMPRST')}. {family}",
            f"{given} {one(['van ', 'de la ', 'von ', 'di ', 'O’', 'Mc'])}{family}", f"{given}-{one(GIVEN)} {family}",
            f"{given} {family}-{one(FAMILY)}",
        ])  # fmt: skip

    def value(self, gap: str) -> str:
        """What fills a gap."""
        if gap in "cP":
            return self.firm() if gap == "c" else self.whole()
        given, family = self.choice.choice(GIVEN), self.choice.choice(FAMILY)
        i, j = (self.choice.choice("ABDEGHJKLMNPRSTVW") + self.choice.choice([".", ".", ""]) for _ in range(2))
        return {
            "g": given, "f": family, "R": f"{family}, {given}", "S": f"{family}, {given}".upper(), "U": f"{given} {family.upper()}",
            "B": f"{family} {given}", "I": f"{i} {family}", "J": f"{i} {j} {family}", "K": f"{given} {i} {family}", "L": f"{family} {i}",
        }[gap]  # fmt: skip

    def fill(self, template: str) -> tuple[str, Spans]:
        """A template with its gaps filled, and where the names are."""
        text, spans, last = "", [], 0
        for gap in re.finditer(r"\{(\w)\}", template):
            text += template[last : gap.start()]
            value, last = self.value(gap[1]), gap.end()
            spans.append((len(text), len(text) + len(value), "company" if gap[1] == "c" else "person"))
            text += value
        return text + template[last:], spans

    def make(self, template: str) -> tuple[str, Spans]:
        """As it stands, or in one text of six in small letters or in capitals where that keeps the length."""
        text, spans = self.fill(template)
        changed = {0: text.lower(), 1: text.upper()}.get(self.choice.randrange(12), text)
        return (changed if len(changed) == len(text) else text), spans


def sentences(seed: int = 1, rounds: int = 12) -> Iterator[tuple[str, str, Spans]]:
    """(template, text, names in it): every template in each of the rounds."""
    held = Held(seed)
    for _ in range(rounds):
        for block in (PERSON, COMPANY, NOTHING):
            for template in _templates(block):
                yield (template, *held.make(template))


def _templates(block: str) -> list[str]:
    """`|` and line ends part them."""
    return [one.replace("\\n", "\n") for one in block.replace("\n", "|").split("|") if one]


def measured(file: Path, show: bool) -> None:
    """Prints what a tagger with these weights finds, by kind, and with `show` every sentence in which it errs."""
    from finewright.privacy.names.tagger import Tagger
    from finewright.privacy.names.tidying import tidy
    from finewright.privacy.names.weights import load
    from privacy_match import compared, met, table

    tagger, made = Tagger(load(file)), list(sentences())
    kinds, meetings = {"person": "person", "company": "company"}, []
    for (_, text, spans), marked in zip(made, tagger.spans([text for _, text, _ in made]), strict=True):
        found = [(one.start, one.end, one.kind) for one in tidy(text, marked, tagger.table)]
        there, given = compared(spans, kinds), compared(found, kinds)
        meetings.append(met(there, given, found))
        missed = [(one.kind, text[one.start : one.end]) for one in there if not met([one], given).found]
        wrong = [(one.kind, text[one.start : one.end]) for one in given if not met(there, [one]).right]
        if show and (missed or wrong):
            print(repr(text), "missed", missed, "wrong", wrong)
    for kind, row in table(meetings, [template for template, _, _ in made]).items():
        shares = (f"{name} {_share(row[name])}" for name in ("recall", "precision", "f2"))
        print(f"{kind:8} {row['there']} there, {row['found_as_anything']} found as anything;", "; ".join(shares))
    print(f"in sentences without names: {sum(len(one.given) > 0 for one in meetings if not one.there)}")


def _share(interval: dict[str, float]) -> str:
    return "{value:.1%} ({low:.1%} to {high:.1%})".format(**interval)


def main() -> None:
    from finewright.privacy.names import weights

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", type=Path, default=weights.FILE)
    parser.add_argument(
        "--errors", action="store_true", help="print every sentence in which something is missed or wrong"
    )
    asked = parser.parse_args()
    measured(asked.weights, asked.errors)


if __name__ == "__main__":
    main()
