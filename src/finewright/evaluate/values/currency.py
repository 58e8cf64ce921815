"""Currencies: ISO 4217 codes, the common signs and English names, all to the code. Knows no amounts.

A sign that several countries use is read as its commonest currency: $ is USD and ¥ is JPY.
"""

CODES = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG""".split()  # noqa: SIM905 (a list of 155 strings is no easier to read)
)
"""The codes of ISO 4217 for money in use."""

SIGNS = {
    "us$": "USD",
    "hk$": "HKD",
    "nz$": "NZD",
    "au$": "AUD",
    "ca$": "CAD",
    "a$": "AUD",
    "c$": "CAD",
    "s$": "SGD",
    "r$": "BRL",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₺": "TRY",
    "₴": "UAH",
    "₽": "RUB",
    "₫": "VND",
    "₪": "ILS",
    "₦": "NGN",
    "₱": "PHP",
    "฿": "THB",
    "zł": "PLN",
    "sfr.": "CHF",
    "sfr": "CHF",
    "fr.": "CHF",
}
"""What stands for a currency beside an amount, in small letters, the longer before the shorter."""

NAMES = {
    "euro": "EUR",
    "euros": "EUR",
    "dollar": "USD",
    "dollars": "USD",
    "pound": "GBP",
    "pounds": "GBP",
    "yen": "JPY",
    "yuan": "CNY",
    "rupee": "INR",
    "rupees": "INR",
}
"""English names, in small letters."""


def currency_code(text: str) -> str | None:
    """The ISO code of the currency that the whole text names, whatever its case; None where it names none."""
    said = text.strip()
    if said.upper() in CODES:
        return said.upper()
    return SIGNS.get(said.lower()) or NAMES.get(said.lower())
