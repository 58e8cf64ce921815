"""Training sentences with the names in them marked: templates filled from lists, then roughened as people write.

Everything hangs on one seeded `random.Random`. Knows no network.
"""

# Word lists read best as text, and templates as one line each.
# ruff: noqa: E501, SIM905

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from faker import Faker

import names_lists as lists
from names_held_out import RESERVED
from names_templates import templates

Span = tuple[int, int, str]

_GAP = re.compile(r"\{\{|\}\}|\{(\w)\}")
_KINDS = {"P": "person", "p": "person", "g": "person", "f": "person", "c": "company", "a": "address", "s": "address"}
_KINDS |= {"I": "person", "U": "person", "r": "address", "t": "place", "k": "place"}
_PRONOUNS = {
    "person": r"\b(?:he|she|him|someone|(?:my|his|her|your) (?:friend|brother|sister|mother|father|son|boss|wife|husband|neighbor))\b",
    "his": r"\b(?:his|their)\b(?= [a-z])",
    "company": r"\b(?:the (?:company|bank|store|shop|restaurant|firm|business|seller|merchant|retailer|bakery)|a company)\b",
    "place": r"(?<=\b(?:in|at|to|of) )(?:the|a|this|my) (?:city|town|country|village|school|park|beach|farm|area|world|office|state|US|EU|UK)\b|(?<=from )abroad|\babroad",
}
_TITLES = "Mr Mr. Mrs Mrs. Ms Ms. Miss Dr Dr. Prof. Herr Frau Monsieur Madame Mme M. Sr. Sra. Sig. Dhr. Mevr. Hr. Fru Pan Pani".split()
_SUFFIXES = (
    "Inc|Inc.|Corp|Corp.|Corporation|LLC|Ltd|Ltd.|Limited|PLC|plc|LP|LLP|Co.|& Co.|Group|Holdings|GmbH|AG|SE|KG|GmbH & Co. KG|"
    "e.V.|S.A.|SA|SAS|SARL|S.L.|S.r.l.|S.p.A.|SpA|B.V.|BV|N.V.|NV|AB|A/S|ApS|AS|ASA|Oy|Oyj|Sp. z o.o.|s.r.o.|a.s.|Kft.|Zrt.|"
    "d.o.o.|Ltda|S.A. de C.V.|Pty Ltd|Pte. Ltd.|K.K.|Co., Ltd.|Pvt. Ltd.|Bhd|JSC|OOO"
).split("|")
_TRADES = (
    "Bank|Capital|Partners|Insurance|Logistics|Motors|Foods|Systems|Technologies|Solutions|Energy|Media|Industries|Services|"
    "Consulting|Trading|Pharma|Pharmaceuticals|Airlines|Electric|Steel|Chemicals|Software|Networks|Financial|Investments|"
    "Securities|Trust|Properties|Construction|Engineering|Health|Labs|Analytics|Retail|Stores|Supermarkets|Telecom|Mining|Oil|"
    "Gas|Power|Water|Hotels|Restaurants|Bakery|Dental|Law|Associates|Brothers|Sons|Advisors|Management|Ventures|Studios|Design|"
    "Lines|Movers|Shipping|Furniture|Clinic|Hospital|Pharmacy|Garage|Brewery|Winery|Farms|Dairy|Press|Publishing|Records|Pictures|"
    "Games|Robotics|Aerospace|Biotech|Therapeutics|Diagnostics|Genomics|Semiconductor|Instruments|Packaging|Plastics|Paper|Glass|"
    "Tools|Fashion|Jewellers|Travel|Tours|Cruises|Lettings|Realty|Builders|Roofing|Plumbing|Catering|Coffee|Tea|Wines|Sports|Fitness|"
    "Academy|College|Institute|Foundation|Research|Intelligence|Data|Digital|Interactive|Online|Direct|Express|International|Global|"
    "Worldwide|Europe|America|UK|Deutschland|France|España|Italia|Nederland|Polska|Ratings|Reports|Journal|Times|News|Radio|Music|"
    "Leasing|Credit|Mortgage|Savings|Exchange|Assurance|Reinsurance|Underwriters|Brokers|Auctions|Outfitters|Cleaners|Nurseries|"
    "Veterinary|Opticians|Surveyors|Architects|Accountants|Solicitors|Notaries|Elevators|Pumps|Valves|Bearings|Cables|Lighting"
).split("|")
_GERMAN = "Maschinenbau Bau Handel Versicherung Verlag Spedition Brauerei Apotheke Möbel Druck Technik Immobilien Stahlwerke Elektro".split()
_ROMANCE = (
    "Banco {}|Banca {}|Grupo {}|Groupe {}|Gruppo {}|Société {}|Compagnie {}|Cie {}|Constructora {}|Construcciones {}|Assurances {}|"
    "Boulangerie {}|Maison {}|Hôtel {}|Hotel {}|Café {}|Librería {}|Officine {}|Fratelli {}|Hijos de {}|Cantina {}|Supermercados {}|"
    "Transportes {}|Transports {}|Farmacia {}|Pharmacie {}|Editorial {}|Éditions {}|Indústrias {}|Casa {}|Laboratoires {}|Studio {}"
).split("|")
_HEADS = (
    "Micro Data Net Cyber Health Green Open Meta Quant Geo Bio Clear Bright North Blue Red Cloud Fin Pay Trade Loop Smart Air "
    "Sky Core Deep Next True Prime Uni Inter Trans Omni Veri Snap Zen Lex Agri Aero Medi Eco Opti Nova Terra Ever Fact Job "
    "Home Farm Road Panda Harbor Iron Stone Wave Light Rock Silver Social Civic Legal Crowd Map Weather Auto Solar"
).split()
_TAILS = (
    "ly ify soft tech works labs base logic bit net sys ware point stream bank pay hub scan set wise nest cast spark path "
    "grid link mind sense dragon counter view gen via ex us ion ium ora eo io ella ant ent ix um box desk force fleet"
).split()
_KNOWN = (
    "Apple|Google|Microsoft|Amazon|Meta|Tesla|Toyota|Siemens|Volkswagen|BMW|Deutsche Bank|HSBC|Barclays|Lloyds|Santander|"
    "BNP Paribas|UBS|Citigroup|JPMorgan Chase|Goldman Sachs|Morgan Stanley|Wells Fargo|Bank of America|Visa|Mastercard|PayPal|"
    "Western Union|Netflix|Uber|Airbnb|Walmart|Target|Costco|Tesco|Aldi|Lidl|Carrefour|Ikea|Nestlé|Unilever|Procter & Gamble|"
    "Coca-Cola|Pfizer|Bayer|Novartis|Roche|Boeing|Airbus|Lufthansa|Ryanair|Shell|BP|ExxonMobil|Total|Samsung|Sony|Nokia|"
    "Ericsson|Philips|ING|AXA|Allianz|Generali|Deloitte|KPMG|EY|PwC|IBM|Intel|Oracle|SAP|Accenture|eBay|FedEx|UPS|DHL|Vodafone|"
    "Nike|Adidas|Puma|Zara|H&M|Gap|Levi's|Gucci|Hermès|L'Oréal|Danone|Heineken|Carlsberg|Diageo|PepsiCo|Kellogg's|McDonald's|Burger King|"
    "Starbucks|Subway|KFC|Domino's|Marriott|Hilton|Booking.com|Expedia|TripAdvisor|Lyft|Spotify|Disney|Warner Bros.|Paramount|YouTube|"
    "Facebook|Instagram|WhatsApp|Twitter|TikTok|LinkedIn|Snapchat|Reddit|Pinterest|Zoom|Slack|Dropbox|GitHub|Salesforce|Adobe|Cisco|Dell|"
    "HP|Lenovo|Asus|Acer|Huawei|Xiaomi|Alibaba|Tencent|Baidu|Panasonic|Toshiba|Hitachi|Canon|Nikon|Fujitsu|Honda|Nissan|Mazda|Subaru|"
    "Hyundai|Kia|Ford|General Motors|Chrysler|Fiat|Ferrari|Porsche|Audi|Mercedes-Benz|Daimler|Volvo|Saab|Renault|Peugeot|Citroën|Michelin|"
    "Continental|Bosch|Thyssenkrupp|BASF|Henkel|Merck|GlaxoSmithKline|AstraZeneca|Sanofi|Johnson & Johnson|Eli Lilly|Moderna|BioNTech|"
    "Medtronic|Abbott|3M|Honeywell|General Electric|Caterpillar|John Deere|Lockheed Martin|Raytheon|Northrop Grumman|Rolls-Royce|BAE Systems|"
    "Air France|KLM|British Airways|easyJet|Delta Air Lines|United Airlines|Emirates|Qantas|Maersk|Hapag-Lloyd|Deutsche Bahn|SNCF|Amtrak|"
    "Deutsche Post|Royal Mail|Hermes|TNT|Deutsche Telekom|Orange|Telefónica|Verizon|AT&T|T-Mobile|Comcast|Sky|BBC|CNN|Reuters|Bloomberg|"
    "The New York Times|The Guardian|Financial Times|Le Monde|Der Spiegel|Moody's|Fitch|Standard & Poor's|BlackRock|Vanguard|Fidelity|"
    "Charles Schwab|State Street|American Express|Discover|Capital One|US Bancorp|PNC|Truist|Royal Bank of Canada|Scotiabank|TD Bank|"
    "Commonwealth Bank|Westpac|ANZ|Standard Chartered|NatWest|Halifax|Nationwide|Monzo|Revolut|N26|Starling|Wise|Klarna|Stripe|Square|"
    "Adyen|Worldpay|Coinbase|Binance|Kraken|Société Générale|Crédit Agricole|Crédit Mutuel|Commerzbank|Sparkasse|Raiffeisen|Erste Group|"
    "UniCredit|Intesa Sanpaolo|BBVA|CaixaBank|Rabobank|ABN AMRO|Nordea|Danske Bank|Swedbank|SEB|Handelsbanken|DNB|Credit Suisse|Julius Baer|"
    "Zurich Insurance|Swiss Re|Munich Re|Prudential|Aviva|Legal & General|MetLife|AIG|Geico|State Farm|Berkshire|Ernst & Young|McKinsey|Bain|"
    "Capgemini|Infosys|Wipro|Tata Consultancy Services|Reliance Industries|Hindustan Unilever|Petrobras|Vale|Itaú|Bradesco|Cemex|Pemex|Gazprom|"
    "Lukoil|Sberbank|Rosneft|Equinor|Eni|Enel|Iberdrola|E.ON|RWE|EDF|Engie|Vattenfall|Chevron|ConocoPhillips|Halliburton|Home Depot|Lowe's|"
    "Best Buy|Kroger|Walgreens|CVS|Macy's|Nordstrom|Sainsbury's|Asda|Morrisons|Waitrose|Marks & Spencer|Boots|John Lewis|Argos|Primark|"
    "Auchan|Leclerc|Rewe|Edeka|Kaufland|Migros|Coop|Albert Heijn|Mercadona|El Corte Inglés|Biedronka|Allegro|Zalando|Otto|MediaMarkt|Decathlon"
).split("|")
_PRODUCTS = (
    "iPhone|MacBook|Windows|Android|Excel|PowerPoint|Playstation|Kindle|Galaxy|Apple Pay|Google Pay|Visa|Mastercard|Kubernetes|"
    "Docker|Python|Java|Linux|SharePoint|Jira|Bluetooth|Wi-Fi|Internet|Bitcoin|Ethereum|Premium Plan|Gold Card|Savings Account|"
    "Roomba|Thermomix|Golf|Corolla|Aspirin|Ibuprofen|Lego|Monopoly|Scrabble|Champions League|Olympics|World Cup|Christmas|Easter"
).split("|")
_NATIONS = (
    "English|German|French|Spanish|Italian|Dutch|Danish|Swedish|Norwegian|Finnish|Polish|Russian|Greek|Turkish|Arabic|Hebrew|"
    "Hindi|Chinese|Japanese|Korean|American|British|Irish|Scottish|Canadian|Mexican|Brazilian|Indian|European|African|Asian|"
    "Latin|Jewish|Muslim|Christian|Catholic|Buddhist|Ukrainian|Hungarian|Czech|Romanian|Portuguese|Swiss|Austrian|Belgian|Thai"
).split("|")
_TERMS = (
    "Treasury|Federal Reserve|CPI|GDP|ATM|ATMs|SWIFT|IBAN|SEPA|USD|GBP|EUR|AUD|CHF|JPY|EBITDA|IPO|KYC|PIN|CEO|CFO|U.S.|U.K.|U.N.|"
    "EU|SEK|NOK|DKK|PLN|CZK|HUF|INR|CNY|HKD|SGD|NZD|CAD|MXN|BRL|ZAR|TRY|RUB|THB|OMG|LOL|App|IMF|FOMC|SEC|IRS|VAT|IFRS|GAAP|LIBOR|GAAP EPS|Committee|Board|Company|Group|Notes|Note|Cont|Consolidated Financial Statements|"
    "Balance Sheet|Cash Flow|Net Sales|Total Assets|Operating Income|Fair Value|Level 3|Stock Capital|Common Stock|Class A|Series B|"
    "Chairman|President|Director|Manager|Secretary|Customer|Client|Account|Order|Invoice|Reference|Amount|Due Date|Terms|Policy|"
    "Savings|Current Account|Direct Debit|Standing Order|Top Up|Annual Report|Form 10-K|Internet Banking|Customer Service|"
    "House|Senate|Parliament|Supreme Court|Constitution|Civil Rights|World War|Middle Ages|Renaissance|Internet|Web|API|PDF|HTML|"
    "Christmas|Easter|Ramadan|New Year|God|Bible|Hello|Hi|Dear|Thanks|Sorry|Please|Yes|No|Sir|Madam|Mom|Dad|Dr|Captain|Princess Royal|"
    "Prince|Queen|King|Pope|Bishop|SaaS|CRM|ERP|AI|TV|DVD|CD|UTC|GMT|AM|PM|a.m.|p.m.|FYI|ASAP|FAQ|N/A|TBD|ID|No.|Ref|Page|Part|Appendix"
).split("|")
_DAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Montag Freitag lundi Mon Tue Wed Thu Fri Sat Sun".split()
)
_MONTHS = (
    "January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul Aug Sep "
    "Oct Nov Dec Januar März Mai Oktober Dezember"
).split()
_TYPES = (
    "Street|St|St.|Road|Rd|Rd.|Avenue|Ave|Ave.|Lane|Ln|Drive|Dr|Dr.|Court|Ct|Place|Pl|Square|Boulevard|Blvd|Way|Close|Terrace|"
    "Crescent|Highway|Hwy|Parkway|Circle|Trail|Row|Walk|Gardens|Hill|Grove|Mews|Quay|Pass|Loop|Alley|Ridge|Esplanade|Parade"
).split("|")
_FRONTS = (
    "rue |rue de |rue du |avenue |avenue de |boulevard |place |chemin de |impasse |Via |Viale |Piazza |Corso |Strada |Calle |C/ |"
    "Avenida |Av. |Plaza |Paseo |Carrera |Rua |Rua do |Rua da |Travessa |Avenida da |Largo |ul. |ulica |al. |aleja |os. |"
    "Strada |Jalan |Jl. |Am |An der |Auf dem |Im |Zum |Camino |Rúa |Plac |Bulevar |улица |ул. "
).split("|")
_BACKS = (
    "straße|strasse|str.|gasse|weg|allee|platz|ring|damm|ufer| Straße| Strasse| Weg| Allee| Platz|straat|laan|plein|weg|kade|"
    "gatan|vägen|väg|gränd|torg|gata|vegen|veien|veg|vej|gade|allé|stræde|vænget|bakken|katu|tie|kuja|polku|tänav| utca| út|"
    " u.| tér| körút| sor|ova|ská| náměstí| třída|gata|stígur|braut|ulica| cesta| trg| caddesi| Sokak| Cd.| Sk.|parken|haugen"
).split("|")
_UNITS = "Apt.|Apt|Suite|Ste|Unit|Flat|Room|Floor|#|Apartment|Block|Building|Stg.|Top|lgh|lok.|Piso|Wohnung|Bldg|Appt"
_BOXES = "P.O. Box {}|PO Box {}|P O Box {}|Post Office Box {}|Postfach {}|BP {}|Apartado {}|Casella Postale {}|Postboks {}|Box {}|Private Bag {}|PL {}|GPO Box {}|PSC {}, Box {}|Unit {} Box {}"


@dataclass
class Maker:
    """Makes sentences. `held_out` locales and templates are left out of training and are all of the validation."""

    shared: Path
    seed: int
    validate: bool = False
    hold_out: bool = False
    choice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.choice = random.Random(f"finewright names {self.seed} {self.validate}")

    @cached_property
    def locales(self) -> list[lists.Locale]:
        """The locales to draw from: Latin scripts eight times as often."""
        names = lists.LATIN * 2 + lists.OTHER
        if self.hold_out:
            names = [name for name in names if (name in lists.HELD_OUT) == self.validate]
        return [lists.locale(name) for name in names]

    @cached_property
    def templates(self) -> dict[str, list[str]]:
        """Templates by subject; held out: every seventh."""
        every = templates()
        if not self.hold_out:
            return every
        return {
            about: [one for at, one in enumerate(some) if (at % 7 == 3) == self.validate]
            for about, some in every.items()
        }

    @cached_property
    def ordinary(self) -> tuple[str, ...]:
        return lists.ordinary(self.shared)

    @cached_property
    def rare(self) -> tuple[str, ...]:
        return lists.rare(self.shared)

    @cached_property
    def background(self) -> tuple[str, ...]:
        return lists.background(self.shared)

    @cached_property
    def natural(self) -> dict[str, list[str]]:
        """Ordinary sentences that speak of somebody or of a company, with the gap where a name could stand."""
        return {
            kind: [one for one in self.background if re.search(pattern, one, re.IGNORECASE)]
            for kind, pattern in _PRONOUNS.items()
        }

    @cached_property
    def foreign(self) -> list[tuple[str, ...]]:
        """Ordinary words of other languages."""
        names = "de_DE fr_FR es_ES it_IT nl_NL pl_PL da_DK de_DE cs_CZ ru_RU el_GR".split()
        found = []
        for name in names:
            fake = Faker(name)
            fake.seed_instance(1)
            found.append(tuple(dict.fromkeys(fake.words(600))))
        return found

    # --- names ---------------------------------------------------------------------------------------------------

    def one(self, values: Sequence[str]) -> str:
        return values[int(self.choice.random() * len(values))]

    def odds(self, share: float) -> bool:
        return self.choice.random() < share

    def place_of_world(self) -> lists.Locale:
        return self.locales[int(self.choice.random() * len(self.locales))]

    def splice(self, values: Sequence[str]) -> str:
        """A name that nobody lists: the beginning of one and the end of another."""
        left, right = self.one(values), self.one(values)
        if min(len(left), len(right)) < 4 or " " in left + right:
            return left
        return left[: self.choice.randint(2, len(left) - 1)] + right[self.choice.randint(1, len(right) - 2) :].lower()

    def coined(self) -> str:
        """A word that nobody has written yet, of some syllables."""
        onset, vowel = (
            "b c d f g h j k l m n p r s t v w z br cr dr fl gl gr kl kr pl pr qu sk sl sn sp st str sw th tr tw v x y".split(),
            "a a e e i i o o u y ai ea ie io oo ou".split(),
        )
        coda = [*[""] * 8, *"l m n r s t x nd nt rk ss ck rn lt".split()]
        word = "".join(
            self.one(onset) + self.one(vowel) + self.one(coda) for _ in range(self.choice.choice([1, 2, 2, 2, 3]))
        )
        return ((self.one("aeiou") if self.odds(0.15) else "") + word).capitalize()

    def given(self, at: lists.Locale) -> str:
        if self.odds(0.04):
            return self.coined()
        if at.name == "en_US" and self.odds(0.6):
            return self.one(lists.census()[0])
        return self.splice(at.given) if self.odds(0.15) else self.one(at.given)

    def family(self, at: lists.Locale) -> str:
        if self.odds(0.04):
            return self.coined()
        if at.name == "en_US" and self.odds(0.7):
            every = lists.census()[1]
            return every[int(self.choice.random() ** 3 * len(every))]
        return self.splice(at.family) if self.odds(0.22) else self.one(at.family)

    def initials(self, at: lists.Locale) -> str:
        """A name of which no more than initials are given before or behind the family name."""
        family, dot = self.family(at), self.one([".", ".", ""])
        first, second = (self.one("ABCDEFGHIJKLMNOPRSTUVWYZ") + dot for _ in range(2))
        return self.one(
            ["{0} {2}", "{0} {2}", "{0} {1} {2}", "{0}{1} {2}", "{2} {0}", "{2}, {0}", "{2} {0}{1}", "{3} {0} {2}"]
        ).format(first, second, family, self.given(at))

    def whole(self, at: lists.Locale) -> str:
        """A given and a family name, in the forms in which people write them."""
        given, family = self.given(at), self.family(at)
        if at.name[:2] in ("ja", "zh", "ko"):
            return family + self.one(["", "", " "]) + given
        kind = self.choice.random()
        if kind < 0.10:
            given += f" {self.one('ABCDEFGHIJKLMNOPRSTVW')}" + self.one([".", ".", ""])
        elif kind < 0.16:
            given += " " + self.given(at)
        elif kind < 0.20:
            given = given[:1] + "."
        elif kind < 0.24:
            family += self.one(["-", " ", " y ", "-"]) + self.family(at)
        elif kind < 0.28:
            family = (
                self.one(["de ", "van ", "van der ", "von ", "di ", "O'", "Mc", "al-", "El ", "la ", "dos ", "bin "])
                + family
            )
        elif kind < 0.30:
            family += self.one([" Jr.", " Jr", " III", " II", " Sr.", " PhD", " MD"])
        elif kind < 0.33:
            given, family = family, given
        if self.odds(0.04):
            family = family.upper()
        return f"{given} {family}"

    def person(self, at: lists.Locale) -> str:
        kind = self.choice.random()
        return self.whole(at) if kind < 0.6 else self.given(at) if kind < 0.8 else self.family(at)

    def word(self, least: int) -> str:
        """An ordinary word, but for the most usual ones, or a rare one."""
        return self.one(self.rare) if self.odds(0.15) else self.one(self.ordinary[least:])

    def brand(self) -> str:
        """A made-up name of a firm: syllables, heads and tails, words, or capitals."""
        kind = self.choice.random()
        if kind < 0.20:
            return self.one(_HEADS) + self.one(_TAILS)
        if kind < 0.42:
            word = self.coined() if self.odds(0.6) else self.splice(self.place_of_world().family).capitalize()
            return word + (self.one(_TAILS) if self.odds(0.25) else "")
        if kind < 0.52:
            return self.one(_HEADS) + self.one([*_HEADS, *(one.lower() for one in _HEADS)])
        if kind < 0.64:
            return self.one(self.ordinary[300:]).title() + self.one(
                [self.one(_TAILS), self.one(_HEADS).lower(), self.one(self.ordinary[100:])]
            )
        if kind < 0.72:
            letters = "".join(self.one("ABCDEFGHIKLMNOPQRSTUVWXZ") for _ in range(self.choice.randint(2, 4)))
            return self.one(
                [letters, letters, letters, f"{letters[0]}&{letters[1]}", f"{letters[0]}{self.number(1)}{letters[1]}"]
            )
        words = [self.word(200).title() for _ in range(self.choice.choice([1, 1, 2, 2, 2, 3]))]
        made = " ".join(words)
        return f"The {made}" if self.odds(0.12) and len(words) > 1 else made

    def partners(self, at: lists.Locale) -> str:
        """A firm named after people."""
        names = [self.family(at) for _ in range(3)]
        form = self.one(
            "{0}, {1} and {2}|{0}, {1} & {2}|{0}, {1}, {2}|{0} & {1}|{0} and {1}|{0}-{1}|{0}-{1}|{0} {1}|{0} & Sons|{0} and Sons|{0} & Co|{0} & Co.|"
            "{0} Brothers|{0} Bros.|{0} & Daughters|{0} et Fils|{0} y Asociados|{0} e Figli|{0} und Söhne|Gebrüder {0}|{0} & Partner|"
            "{0} & Søn|{0} & Zonen|{0} i Wspólnicy|{0} + {1}|{0}/{1}|{0} Family Office|House of {0}|{0}'s".split("|")
        )
        return form.format(*names)

    def company(self, at: lists.Locale) -> str:
        kind = self.choice.random()
        if kind < 0.16:
            return self.one(at.companies)
        if kind < 0.26:
            return self.one(_KNOWN)
        if kind < 0.42:
            return self.partners(at) + (f" {self.one(_SUFFIXES)}" if self.odds(0.15) else "")
        if kind < 0.54:
            owner = self.one([self.family(at), self.family(at), self.given(at), self.given(at) + "'s"])
            return f"{owner} {self.one(_TRADES if self.odds(0.6) else _SUFFIXES)}"
        if kind < 0.60:
            return self.one(
                ["Bank of {}", "{} Savings Bank", "University of {}", "{} Airlines", "First {} Bank", "{} Electric", "{} Country Club", "{} City Council",
                 "{} General Hospital", "Stadtwerke {}", "Sparkasse {}", "Port of {}", "{} United", "Club Deportivo {}", "FC {}"]
            ).format(self.town(at))  # fmt: skip
        if kind < 0.65:
            return self.one(_ROMANCE).format(self.one([self.family(at), self.town(at), self.coined()]))
        if kind < 0.67:
            return self.one([self.family(at) + " ", self.town(at) + "er ", self.brand() + " "]) + self.one(_GERMAN)
        tail = self.one(
            [
                "",
                "",
                "",
                " " + self.one(_SUFFIXES),
                " " + self.one(_TRADES),
                f" {self.one(_TRADES)} {self.one(_SUFFIXES)}",
                f" {self.one(_TRADES)} {self.one(_TRADES)}",
            ]
        )
        return (self.brand() + tail).upper() if self.odds(0.05) else self.brand() + tail

    def town(self, at: lists.Locale) -> str:
        every, _, large = lists.towns()
        kind = self.choice.random()
        name = self.one(at.cities) if kind < 0.4 else self.one(large) if kind < 0.65 else self.one(every)
        name = self.splice(every[:8000]) if kind > 0.93 else name
        return name.upper() if self.odds(0.06) else name

    def country(self) -> str:
        return (
            self.one(lists.towns()[1])
            if self.odds(0.9)
            else self.one(["USA", "UK", "the Netherlands", "U.S.", "Deutschland", "España", "France", "Polska"])
        )

    # --- addresses -----------------------------------------------------------------------------------------------

    def road(self, at: lists.Locale) -> str:
        """A street's name, of the locale's own making or of anybody's."""
        if self.odds(0.35):
            return re.sub(r"^[\d\W]+|[\d\W]+\w?$", "", self.one(at.streets).split("\n")[-1]) or "Main Street"
        stem = self.one(
            [self.family(at), self.given(at), self.town(at), self.one(self.ordinary).title(), self.splice(at.family)]
        )
        kind = self.choice.random()
        if kind < 0.40:
            return f"{stem} {self.one(_TYPES)}"
        return self.one(_FRONTS) + stem if kind < 0.66 else stem + self.one(_BACKS) if kind < 0.93 else stem

    def number(self, most: int = 5) -> str:
        low = self.choice.randint(1, most)
        return str(self.choice.randint(1, 10**low)) + (self.one("abcABD") if self.odds(0.06) else "")

    def street(self, at: lists.Locale) -> str:
        """A street with a number before, behind, or both, perhaps with the unit; or a post box."""
        if self.odds(0.08):
            return self.box()
        if self.odds(0.2):
            return self.one(at.streets)
        road, kind = self.road(at), self.choice.random()
        text = (
            f"{self.number()} {road}"
            if kind < 0.5
            else f"{road} {self.number(3)}"
            if kind < 0.85
            else f"{self.number()} {road} {self.number(3)}"
        )
        text = text.replace(f"{road} ", f"{road}, ") if self.odds(0.06) else text
        if self.odds(0.2):
            text += self.one([" ", ", ", "\n", " - "]) + f"{self.one(_UNITS.split('|'))} {self.number(3)}"
        return text

    def box(self) -> str:
        pattern = self.one(_BOXES.split("|"))
        return pattern.format(*(self.number() for _ in range(pattern.count("{}"))))

    def postcode(self) -> str:
        letters = "".join(self.one("ABCDEFGHJKLMNPRSTUWXYZ") for _ in range(6))
        digits = f"{self.choice.randint(0, 99999):05d}"
        forms = [
            digits,
            digits,
            digits[:4],
            f"{digits}-{digits[:4]}",
            f"{letters[0]}{digits[:2]} {digits[2]}{letters[1:3]}",
        ]
        forms += [
            f"{letters[:2]}{digits[0]} {digits[1]}{letters[2:4]}",
            f"{digits[:3]} {digits[3:]}",
            f"{digits[:2]}-{digits[2:]}0",
        ]
        forms += [
            f"{letters[0]}{digits[0]}{letters[1]} {digits[1]}{letters[2]}{digits[2]}",
            f"{digits[:4]} {letters[:2]}",
            f"{letters[0]}-{digits}",
        ]
        return self.one(forms)

    def address(self, at: lists.Locale) -> str:
        """A street and what follows: postcode, town, region, country, on one line or several."""
        if self.odds(0.25):
            return self.one(at.addresses)
        gap = self.one([", ", ", ", "\n", "\n", "\n", " ", "\n   ", ",\n", "\n, "])
        town, code = self.town(at), self.postcode()
        region = self.one(
            [
                "CA",
                "TX",
                "NY",
                "NSW",
                "QC",
                "Kent",
                "Bayern",
                "SP",
                "(MI)",
                self.town(at),
                "".join(self.one("ABCDEIMNORSTW") for _ in range(2)),
            ]
        )
        forms = [
            "{s}{_}{t}",
            "{s}{_}{t}, {r} {z}",
            "{s}{_}{z} {t}",
            "{s}{_}{t} {z}",
            "{s}{_}{t}{_}{z}",
            "{s}{_}{t}, {r}{_}{k} {z}",
        ]
        forms += [
            "{s}{_}{z} {t}{_}{k}",
            "{s}{_}{t}{_}{r}{_}{z}",
            "{s}{_}{t} {r} {z}{_}{k}",
            "{s}{_}{t}{_}{k}",
            "{z} {t}{_}{s}",
            "{s}{_}{t}{_}{k} {z}",
        ]
        return self.one(forms).format(s=self.street(at), _=gap, t=town, z=code, r=region, k=self.country())

    # --- what is no name -----------------------------------------------------------------------------------------

    def phrase(self) -> str:
        """A capitalised phrase that names nobody: a heading, a department, a German noun."""
        if self.odds(0.35):
            return self.one(_TERMS)
        words = [self.word(100) for _ in range(self.choice.randint(1, 4))]
        if self.odds(0.15):
            words = [self.one(self.foreign[int(self.choice.random() * len(self.foreign))]) for _ in words]
        return " ".join(words).title() if self.odds(0.8) else " ".join(words).upper()

    def sentence(self) -> str:
        if self.odds(0.07):
            words = self.foreign[int(self.choice.random() * len(self.foreign))]
            said = " ".join(
                self.one(words).title() if self.odds(0.2) else self.one(words)
                for _ in range(self.choice.randint(4, 14))
            )
            return said[:1].upper() + said[1:] + "."
        text = self.one(self.background)
        if self.odds(0.15):
            at = self.choice.randint(1, 9)
            return (
                re.sub(r"(?<=[a-z] )[a-z]{4,}\b", lambda _: self.one(self.rare), text, count=at)
                if at < 3
                else re.sub(r"^\w+", lambda _: self.one(self.rare).capitalize(), text)
                if at < 5
                else re.sub(r"\b[a-z]{5,}(?=[.?!]?$)", lambda _: self.one(self.rare), text)
            )
        if self.odds(0.06):
            return re.sub(r"\b[a-z]{4,}", lambda hit: hit[0].title() if self.odds(0.4) else hit[0], text)
        return text

    def date(self) -> str:
        d, m, y = self.choice.randint(1, 28), self.choice.randint(1, 12), self.choice.randint(1930, 2030)
        forms = [
            f"{d}.{m}.{y}",
            f"{y}-{m:02d}-{d:02d}",
            f"{m}/{d}/{y}",
            f"{d:02d}/{m:02d}/{y}",
            f"{_MONTHS[m - 1]} {d}, {y}",
            f"{d} {_MONTHS[m - 1]} {y}",
        ]
        return self.one([*forms, f"{y}-{m:02d}-{d:02d} {d}:{m:02d}:11", f"{_MONTHS[m - 1]} {y}"])

    def code(self) -> str:
        """A code of letters and digits, a web address, or an account number."""
        letters = [self.one("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(8)]
        web = f"{self.one(['https://', 'http://www.', 'www.', ''])}{self.brand().replace(' ', '')}.{self.one(['com', 'org', 'de', 'co.uk'])}/"
        forms = [
            "".join(letters[:2]) + "##" + "".join(letters[2:6]) + "##############",
            "".join(letters[:2]) + "####################",
            web,
        ]
        forms += [
            "".join(letters[:3]) + "-####",
            "".join(letters),
            "".join(letters).lower() + "##",
            letters[0] + "###" + letters[1] + "#" + letters[2],
        ]
        return self.digits(self.one([*forms, web, f"IBAN {forms[0]}"]))

    def digits(self, pattern: str) -> str:
        return re.sub("#", lambda _: self.one("0123456789"), pattern)

    def other(self, gap: str, at: lists.Locale) -> str:
        """What fills a gap that is no name."""
        makers: dict[str, Callable[[], str]] = {
            "T": lambda: self.one(_TITLES),
            "z": self.postcode,
            "d": self.date,
            "D": lambda: self.one(_DAYS),
            "M": lambda: self.one(_MONTHS),
            "n": self.number,
            "m": lambda: (
                self.one(["$", "€", "£", "EUR ", "USD ", "$"])
                + self.digits(self.one(["#.##", "##", "#,###.##", "###", "#.# million"]))
            ),
            "j": lambda: (
                self.one(at.jobs)
                if self.odds(0.4)
                else self.one(lists.locale("en_US").jobs).lower()
                if self.odds(0.5)
                else self.one(lists.locale("en_US").jobs)
            ),
            "o": lambda: self.one(_PRODUCTS),
            "w": self.phrase,
            "W": lambda: self.word(100) if self.odds(0.7) else self.word(100).capitalize(),
            "h": lambda: self.digits(
                self.one(
                    [
                        "+1-###-###-####",
                        "0## ### ## ##",
                        "+49 ### ######",
                        "(###) ###-####",
                        "##########",
                        "0#.##.##.##.##",
                    ]
                )
            ),
            "e": lambda: f"{self.given(at)}.{self.family(at)}@{self.one(self.ordinary)}.com".lower().replace(" ", ""),
            "i": lambda: self.digits(
                self.one(
                    [
                        "INV-####",
                        "#######",
                        "RF########",
                        "PO####",
                        self.code(),
                        self.code(),
                        self.code(),
                        "##-####",
                        "A#B###",
                        "TX ########",
                    ]
                )
            ),
            "N": lambda: self.one(_NATIONS),
            "b": self.sentence,
        }
        return makers[gap]()

    # --- sentences -----------------------------------------------------------------------------------------------

    def name(self, gap: str, at: lists.Locale) -> str:
        if gap in "pgfPa" and self.odds(0.04):
            at = self.place_of_world()
        if gap == "r":
            return self.road(at)
        makers = {
            "P": self.whole,
            "p": self.person,
            "g": self.given,
            "f": self.family,
            "I": self.initials,
            "U": lambda at: self.whole(at).upper(),
            "c": self.company,
            "a": self.address,
        }
        makers |= {"s": self.street, "t": self.town, "k": lambda _: self.country()}
        made = makers[gap](at).strip()
        while gap in "PpgfIUc" and not RESERVED.isdisjoint(re.findall(r"[^\W\d_]{3,}", made.casefold())):
            made = makers[gap](at).strip()
        return made

    def fill(self, template: str) -> tuple[str, list[Span]]:
        """A template with its gaps filled, all from one locale, and where the names are."""
        at, text, spans, last = self.place_of_world(), "", [], 0
        for gap in _GAP.finditer(template):
            text += template[last : gap.start()]
            last = gap.end()
            if gap[1] is None:
                text += gap[0][0]
            elif gap[1] in _KINDS:
                value = self.name(gap[1], at)
                spans.append((len(text), len(text) + len(value), _KINDS[gap[1]]))
                text += value
            else:
                text += self.other(gap[1], at)
        return text + template[last:], spans

    def spoken(self) -> tuple[str, list[Span]]:
        """An ordinary sentence in which somebody, or a firm, was named instead of a pronoun."""
        way = self.one(["person", "person", "his", "company", "place"])
        text, at, kind = self.one(self.natural[way]), self.place_of_world(), "person" if way == "his" else way
        makers = {
            "person": self.person,
            "company": self.company,
            "place": self.town if self.odds(0.6) else lambda _: self.country(),
        }
        value, mark = makers[kind](at).strip(), "'s" if way == "his" else ""
        if not RESERVED.isdisjoint(re.findall(r"[^\W\d_]{3,}", value.casefold())):
            return self.spoken()
        hit = re.search(_PRONOUNS[way], text, re.IGNORECASE)
        assert hit is not None
        return text[: hit.start()] + value + mark + text[hit.end() :], [(hit.start(), hit.start() + len(value), kind)]

    def plain_one(self) -> tuple[str, list[Span]]:
        """One sentence or form."""
        kind = self.choice.random()
        if kind < 0.18:
            return self.spoken()
        about = self.choice.choices(["person", "company", "address", "place", "nothing"], [30, 24, 14, 9, 24])[0]
        return self.fill(self.one(self.templates[about]))

    def make(self) -> tuple[str, list[Span]]:
        """One training text: one to three sentences, as they stand or in another letter case."""
        text, spans = self.plain_one()
        while self.odds(0.3) and len(text) < 400:
            more, found = self.plain_one()
            text += self.one([" ", "\n", "\n\n", " "])
            spans += [(start + len(text), end + len(text), kind) for start, end, kind in found]
            text += more
        return self.quoted(self.recased(text), spans)

    def quoted(self, text: str, spans: list[Span]) -> tuple[str, list[Span]]:
        """In one text of several lines of eight every line stands behind a mark, as where a mail is answered."""
        if "\n" not in text or not self.odds(0.12):
            return text, spans
        mark = self.one(["> ", "> ", "| ", "* ", ">> ", "- ", "# ", "  ", "\t", "// "])

        def moved(at: int) -> int:
            return at + len(mark) * (text.count("\n", 0, at) + 1)

        marked = mark + text.replace("\n", "\n" + mark)
        return marked, [(moved(start), moved(end - 1) + 1, kind) for start, end, kind in spans]

    def recased(self, text: str) -> str:
        """In one text of seven the letters are all small or all large, where that keeps the length."""
        kind = self.choice.random()
        changed = text.lower() if kind < 0.11 else text.upper() if kind < 0.16 else text
        return changed if len(changed) == len(text) else text
