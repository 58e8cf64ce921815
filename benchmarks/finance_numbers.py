"""Made-up identifiers with valid check digits, each reckoned here from its published rule.

Knows nothing of how finewright finds them, and shares no code with it: a fault in one would otherwise hide in the
other.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from random import Random

DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def digits(rng: Random, count: int, first: str = DIGITS) -> str:
    return rng.choice(first) + "".join(rng.choice(DIGITS) for _ in range(count - 1)) if count else ""


def letters(rng: Random, count: int, among: str = CAPITALS) -> str:
    return "".join(rng.choice(among) for _ in range(count))


def born(rng: Random) -> str:
    """A day of the last century as `yymmdd`."""
    return f"{rng.randint(50, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"


def grouped(text: str, *sizes: int, by: str = " ") -> str:
    """Cut into groups of these sizes, the last size again and again."""
    groups, at, turn = [], 0, 0
    while at < len(text):
        size = sizes[min(turn, len(sizes) - 1)]
        groups.append(text[at : at + size])
        at, turn = at + size, turn + 1
    return by.join(groups)


def luhn_digit(body: str) -> str:
    """The digit that makes the weighted sum of 1, 2, 1, 2, ... from the right a multiple of ten."""
    total = 0
    for place, figure in enumerate(reversed(body)):
        doubled = int(figure) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def expanded(text: str) -> str:
    """Letters as two digits, A = 10."""
    return "".join(str(int(character, 36)) for character in text)


def weighted(body: str, weights: tuple[int, ...]) -> int:
    return sum(int(figure) * weight for figure, weight in zip(body, weights, strict=True))


def card(rng: Random) -> str:
    prefix, length = rng.choice(
        [
            ("4", 16),
            (f"5{rng.randint(1, 5)}", 16),
            ("2500", 16),
            ("34", 15),
            ("37", 15),
            ("36", 14),
            ("6011", 16),
            ("3540", 16),
            ("6212", 16),
        ]
    )
    body = prefix + digits(rng, length - 1 - len(prefix))
    number = body + luhn_digit(body)
    style = rng.random()
    if style < 0.4:
        return number
    by = " " if style < 0.8 else "-"
    return grouped(number, 4, by=by) if length == 16 else grouped(number, 4, 6, 5, by=by)


_IBAN = {
    "DE": "n18", "GB": "a4n14", "FR": "n10c11n2", "ES": "n20", "IT": "a1n10c12", "NL": "a4n10", "AT": "n16",
    "CH": "n5c12", "BE": "n12", "PL": "n24", "SE": "n20",
    "NO": "n11", "DK": "n14", "FI": "n14", "PT": "n21", "IE": "a4n14", "SA": "n2c18", "TR": "n6c16", "BR": "n23a1c1",
    "CZ": "n20", "GR": "n7c16", "LU": "n3c13",
    "AE": "n19", "MT": "a4n5c18", "RO": "a4c16", "HU": "n24", "UA": "n6c19",
}  # fmt: skip


def _structured(rng: Random, structure: str) -> str:
    out, at = "", 0
    while at < len(structure):
        kind, at = structure[at], at + 1
        size = ""
        while at < len(structure) and structure[at].isdigit():
            size, at = size + structure[at], at + 1
        out += letters(rng, int(size), {"n": DIGITS, "a": CAPITALS, "c": DIGITS + "ABCDEF"}[kind])
    return out


def iban_bare(rng: Random) -> str:
    country = rng.choice(sorted(_IBAN))
    body = _structured(rng, _IBAN[country])
    return f"{country}{98 - int(expanded(body + country + '00')) % 97:02d}{body}"


def iban(rng: Random) -> str:
    number = iban_bare(rng)
    style = rng.random()
    return (
        grouped(number, 4)
        if style < 0.5
        else number
        if style < 0.85
        else grouped(number, 4, by="-")
        if style < 0.92
        else number.lower()
    )


def iban_wrong(rng: Random) -> str:
    number = iban_bare(rng)
    check = (int(number[2:4]) + rng.randint(1, 90) - 2) % 97 + 2
    wrong = f"{check:02d}" if f"{check:02d}" != number[2:4] else f"{(check - 1) % 97 + 2:02d}"
    return grouped(number[:2] + wrong + number[4:], 4)


def lei(rng: Random) -> str:
    body = digits(rng, 4) + "00" + letters(rng, 12, DIGITS + CAPITALS)
    return body + f"{98 - int(expanded(body + '00')) % 97:02d}"


def isin(rng: Random) -> str:
    country = rng.choice(["US", "DE", "GB", "FR", "CH", "XS", "JP", "NL", "IE", "LU", "CA", "AU", "IT", "ES"])
    body = country + letters(rng, 9, DIGITS if rng.random() < 0.6 else DIGITS + CAPITALS)
    return body + luhn_digit(expanded(body))


def cusip(rng: Random) -> str:
    body = digits(rng, 3) + letters(rng, 3, DIGITS + CAPITALS) + rng.choice(["10", "20", "AA", "AB", "30"])
    total = 0
    for place, character in enumerate(body):
        value = int(character, 36) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return body + str(-total % 10)


def sedol(rng: Random) -> str:
    body = rng.choice(["0", "2", "B", "B", "BD", "BK"])
    body += letters(
        rng, 6 - len(body), DIGITS if len(body) == 1 and body.isdigit() else "0123456789BCDFGHJKLMNPQRSTVWXYZ"
    )
    total = sum(int(character, 36) * weight for character, weight in zip(body, (1, 3, 1, 7, 3, 9), strict=True))
    return body + str(-total % 10)


def aba(rng: Random) -> str:
    body = rng.choice(["01", "02", "03", "06", "07", "10", "11", "12", "26", "32"]) + digits(rng, 6)
    return body + str(-weighted(body, (3, 7, 1, 3, 7, 1, 3, 7)) % 10)


def bic(rng: Random) -> str:
    bank = rng.choice(["DEUT", "COBA", "BNPA", "CHAS", "BARC", "UBSW", "INGB", "BSCH", "UNCR", "NDEA", "HYVE", "RZBA"])
    return (
        bank
        + rng.choice(["DE", "FR", "US", "GB", "CH", "NL", "ES", "IT", "SE", "AT"])
        + rng.choice(["FF", "PP", "33", "22", "2L", "ZH", "2A", "MM"])
        + rng.choice(["", "", "X" * 3, "500"])
    )


def ssn(rng: Random) -> str:
    return f"{rng.choice([*range(1, 666), *range(667, 900)]):03d}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}"


def itin(rng: Random) -> str:
    group = rng.choice([*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)])
    return f"9{digits(rng, 2)}-{group}-{digits(rng, 4)}"


def ein(rng: Random) -> str:
    return f"{rng.choice(['12', '20', '36', '47', '58', '61', '75', '84', '94'])}-{digits(rng, 7)}"


def _eleven(body: str, weights: tuple[int, ...]) -> str:
    """Eleven less the rest of the weighted sum by eleven; a rest of 0 and 1 gives 0."""
    rest = weighted(body, weights) % 11
    return str(11 - rest if rest > 1 else 0)


def cpf(rng: Random) -> str:
    body = digits(rng, 9)
    body += _eleven(body, tuple(range(10, 1, -1)))
    body += _eleven(body, tuple(range(11, 1, -1)))
    return f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}" if rng.random() < 0.7 else body


def cnpj(rng: Random) -> str:
    body = digits(rng, 8, "123456789") + "0001"
    body += _eleven(body, (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
    body += _eleven(body, (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
    return f"{body[:2]}.{body[2:5]}.{body[5:8]}/{body[8:12]}-{body[12:]}"


def _until(rng: Random, count: int, weights: tuple[int, ...], modulus: int, first: str = "123456789") -> str:
    """Digits whose weighted sum is a multiple of the modulus: the last one is searched for, and the body made anew
    where none does it."""
    while True:
        body = digits(rng, count - 1, first)
        for last in DIGITS:
            if weighted(body + last, weights) % modulus == 0:
                return body + last


def tfn(rng: Random) -> str:
    return grouped(_until(rng, 9, (1, 4, 3, 7, 5, 8, 6, 9, 10), 11), 3)


def abn(rng: Random) -> str:
    body = digits(rng, 9)
    rest = 89 - weighted(body, (3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89
    return grouped(str(rest + 10) + body, 2, 3)


def sin(rng: Random) -> str:
    body = digits(rng, 8, "1245679")
    return grouped(body + luhn_digit(body), 3)


def chinese(rng: Random) -> str:
    body = (
        rng.choice(["110105", "310101", "440106", "330106"])
        + f"{rng.randint(1950, 2004)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
        + digits(rng, 3)
    )
    return body + "10X98765432"[sum(int(figure) * (2 ** (17 - place) % 11) for place, figure in enumerate(body)) % 11]


def french(rng: Random) -> str:
    body = f"{rng.choice('12')}{born(rng)[:4]}{rng.choice(['75', '69', '13', '33'])}"
    body += f"{rng.randint(1, 300):03d}{rng.randint(1, 300):03d}"
    number = f"{body}{97 - int(body) % 97:02d}"
    return grouped(number, 1, 2, 2, 2, 3, 3, 2) if rng.random() < 0.6 else number


def siren(rng: Random) -> str:
    body = digits(rng, 8, "3458")
    return grouped(body + luhn_digit(body), 3)


def _mod_11_10(body: str) -> str:
    """ISO/IEC 7064, mod 11, 10."""
    carry = 10
    for figure in body:
        carry = ((int(figure) + carry) % 10 or 10) * 2 % 11
    return str((11 - carry) % 10)


def german(rng: Random) -> str:
    """Ten digits of which exactly one stands twice, the first no zero, and a check digit."""
    while True:
        pool = rng.sample(DIGITS, 9)
        pool.append(rng.choice(pool))
        rng.shuffle(pool)
        body = "".join(pool)
        if body[0] != "0" and all(a != b for a, b in pairwise(body)):
            return grouped(body + _mod_11_10(body), 2, 3)


def aadhaar(rng: Random) -> str:
    """Verhoeff's digit, of the dihedral group of the pentagon, reckoned from its products."""

    def product(a: int, b: int) -> int:
        if a < 5:
            return (a + b) % 5 + (5 if b >= 5 else 0)
        return (a - b) % 5 + (0 if b >= 5 else 5)

    turned = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    body = digits(rng, 11, "23456789")
    carry = 0
    for place, figure in enumerate(reversed(body), start=1):
        value = int(figure)
        for _ in range(place % 8):
            value = turned[value]
        carry = product(carry, value)
    last = next(value for value in range(10) if product(carry, value) == 0)
    return grouped(body + str(last), 4)


def codice(rng: Random) -> str:
    odd = dict(
        zip(
            DIGITS + CAPITALS,
            [
                1,
                0,
                5,
                7,
                9,
                13,
                15,
                17,
                19,
                21,
                1,
                0,
                5,
                7,
                9,
                13,
                15,
                17,
                19,
                21,
                2,
                4,
                18,
                20,
                11,
                3,
                6,
                8,
                12,
                14,
                16,
                10,
                22,
                25,
                24,
                23,
            ],
            strict=True,
        )
    )
    consonants = "BCDFGLMNPRSTV"
    body = letters(rng, 6, consonants) + f"{rng.randint(40, 99)}{rng.choice('ABCDEHLMPRST')}{rng.randint(1, 28):02d}"
    body += rng.choice(["H501", "F205", "A562", "L219"])
    total = sum(
        odd[character] if place % 2 == 0 else int(character, 36) - (10 if character.isalpha() else 0)
        for place, character in enumerate(body)
    )
    return body + CAPITALS[total % 26]


def korean(rng: Random) -> str:
    body = f"{born(rng)}{rng.choice('12')}0{rng.randint(1, 9)}{digits(rng, 3)}"
    return f"{body[:6]}-{body[6:]}{(11 - weighted(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10}"


def russian(rng: Random) -> str:
    body = digits(rng, 9, "567")
    return body + str(weighted(body, (2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10)


def turkish(rng: Random) -> str:
    body = digits(rng, 9, "123456789")
    tenth = (7 * sum(map(int, body[0::2])) - sum(map(int, body[1::2]))) % 10
    return f"{body}{tenth}{(sum(map(int, body)) + tenth) % 10}"


def african(rng: Random) -> str:
    body = f"{rng.randint(50, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{digits(rng, 4)}{rng.choice('01')}8"
    return body + luhn_digit(body)


def argentine(rng: Random) -> str:
    while True:
        body = rng.choice(["20", "27", "30"]) + digits(rng, 8, "123456789")
        last = 11 - weighted(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
        if last < 10 or last == 11:
            return f"{body[:2]}-{body[2:]}-{last % 11}"


def saudi(rng: Random) -> str:
    body = digits(rng, 9, "12")
    return body + luhn_digit(body)


def japanese(rng: Random) -> str:
    body = digits(rng, 11)
    rest = weighted(body, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return grouped(body + str(0 if rest <= 1 else 11 - rest), 4)


def spanish(rng: Random) -> str:
    body = digits(rng, 8)
    return body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]


def nino(rng: Random) -> str:
    return grouped(rng.choice(["AB", "CE", "JG", "PX", "WK"]) + digits(rng, 6) + rng.choice("ABCD"), 2)


def pan(rng: Random) -> str:
    return letters(rng, 3) + rng.choice("PCHF") + letters(rng, 1) + f"{rng.randint(1, 9999):04d}" + letters(rng, 1)


def curp(rng: Random) -> str:
    name = letters(rng, 1, "GHLMR") + letters(rng, 1, "AEIOU") + letters(rng, 2, "BCDFG")
    body = name + born(rng) + rng.choice("HM") + rng.choice(["DF", "JC", "NL"]) + letters(rng, 3, "BCDFGLMNR") + "0"
    alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    return body + str(-sum(alphabet.index(character) * (18 - place) for place, character in enumerate(body)) % 10)


def nik(rng: Random) -> str:
    day = f"{rng.randint(1, 28):02d}{rng.randint(1, 12):02d}{rng.randint(60, 99)}"
    return rng.choice(["327301", "317102", "357801"]) + day + f"{rng.randint(1, 999):04d}"


def vat_de(rng: Random) -> str:
    body = digits(rng, 8, "123456789")
    return f"DE{body}{_mod_11_10(body)}" if rng.random() < 0.7 else f"DE {grouped(body + _mod_11_10(body), 3)}"


def vat_gb(rng: Random) -> str:
    body = digits(rng, 7, "123456789")
    number = f"{body}{97 - weighted(body, (8, 7, 6, 5, 4, 3, 2)) % 97:02d}"
    return f"GB{number}" if rng.random() < 0.6 else f"GB {grouped(number, 3, 4, 2)}"


def vat_fr(rng: Random) -> str:
    body = digits(rng, 8, "3458")
    company = body + luhn_digit(body)
    return f"FR{(12 + 3 * (int(company) % 97)) % 97:02d}{company}"


def vat_it(rng: Random) -> str:
    body = f"{digits(rng, 7)}{rng.randint(1, 100):03d}"
    return f"IT{body}{luhn_digit(body)}"


def vat_at(rng: Random) -> str:
    body = digits(rng, 7)
    spread = sum(
        value // 10 + value % 10
        for value in (int(figure) * (2 if place % 2 else 1) for place, figure in enumerate(body))
    )
    return f"ATU{body}{(6 - spread) % 10}"


def vat_be(rng: Random) -> str:
    body = f"0{digits(rng, 7, '4567')}"
    return f"BE{body}{97 - int(body) % 97:02d}"


def vat_pl(rng: Random) -> str:
    while True:
        body = digits(rng, 9, "5678")
        rest = weighted(body, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11
        if rest < 10:
            return f"PL{body}{rest}"


def vat_dk(rng: Random) -> str:
    return f"DK{_until(rng, 8, (2, 7, 6, 5, 4, 3, 2, 1), 11)}"


def vat_se(rng: Random) -> str:
    body = f"55{digits(rng, 7)}"
    return f"SE{body}{luhn_digit(body)}01"


def gstin(rng: Random) -> str:
    alphabet = DIGITS + CAPITALS
    body = f"{rng.choice(['27', '29', '07', '33'])}{pan(rng)}1Z"
    total = 0
    for place, character in enumerate(body):
        value = alphabet.index(character) * (1 if place % 2 == 0 else 2)
        total += value // 36 + value % 36
    return body + alphabet[-total % 36]


def bitcoin(rng: Random) -> str:
    payload = rng.choice([b"\x00", b"\x05"]) + rng.randbytes(20)
    payload += hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    value, out = int.from_bytes(payload, "big"), ""
    while value:
        value, rest = divmod(value, 58)
        out = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[rest] + out
    return "1" * (len(payload) - len(payload.lstrip(b"\0"))) + out


def bech32(rng: Random) -> str:
    """BIP 173 with 20 bytes, BIP 350 with 32."""
    version, size = rng.choice([(0, 20), (1, 32)])
    bits = "".join(f"{byte:08b}" for byte in rng.randbytes(size))
    bits += "0" * (-len(bits) % 5)
    data = [version] + [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    state = 1
    for value in [3, 3, 0, 2, 3, *data, 0, 0, 0, 0, 0, 0]:
        top, state = state >> 25, ((state & 0x1FFFFFF) << 5) ^ value
        for bit, mask in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= mask if top >> bit & 1 else 0
    state ^= 0x2BC830A3 if version else 1
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    return "bc1" + "".join(alphabet[value] for value in [*data, *(state >> 5 * (5 - at) & 31 for at in range(6))])


def ethereum(rng: Random) -> str:
    """In small letters, so without a checksum; or one of the published examples of EIP-55."""
    if rng.random() < 0.6:
        return "0x" + rng.randbytes(20).hex()
    return rng.choice(
        [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ]
    )
