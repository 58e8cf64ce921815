"""Bank identifier codes (ISO 9362): a form with a country inside, and a word beside it.

Every third ordinary word of eight or eleven capitals has that form ("DOCUMENT": Montenegro), so only codes of a head
office, three X, are taken without a word.
"""

import re

from finewright.privacy.recogniser import Recogniser

_COUNTRIES = frozenset(
    re.findall(
        "..",
        "ADAEAFAGAIALAMAOARATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBWBYBZCACDCFCGCHCICKCLCMCNCOCRCUCVCWCYCZDEDJDK"
        "DMDODZECEEEGERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGTGUGWGYHKHNHRHTHUIDIEILIMINIQIRISITJEJMJOJPKEKGKH"
        "KIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMQMRMSMTMUMVMWMXMYMZNANCNENGNINLNONPNRNZOMPAPE"
        "PFPGPHPKPLPMPSPTPWPYQARERORSRURWSASBSCSDSESGSISKSLSMSNSOSRSSSTSVSYSZTCTDTGTHTJTLTMTNTOTRTTTVTWTZUAUGUSUYUZVA"
        "VCVEVGVNVUWFWSXKYEYTZAZMZW",
    )
)
_CODE = r"[A-Z](?<![^\W_][A-Z])[A-Z]{5}[A-Z0-9]{2}"
_WORDS = frozenset(
    {"bic", "swift", "bic/swift", "swift/bic", "swiftcode", "biccode", "swift-bic", "swift-code", "bic-code"}
)
_HEADERS = frozenset({"bic", "swift", "biccode", "swiftcode", "bicswift", "swiftbic"})
_ORDINARY = frozenset({
    "TRANSFER", "PAYMENTS", "TRANSACTION", "INTERNATIONAL", "DOCUMENT", "CUSTOMER", "REFERENCE", "RECEIVER", "CURRENCY",
    "STANDARD", "BENEFICIARY", "OVERSEAS", "DOMESTIC", "ACCOUNTS", "REQUIRED", "PROVIDED", "INFORMATION", "INSTRUCTION",
    "ZAHLUNGEN", "VIREMENT", "COMPLETE", "OPTIONAL", "DETAILED", "REGISTER", "IDENTIFIER", "DIRECTORY", "MESSAGES",
})  # fmt: skip


def _code(written: str) -> str | None:
    return written if written[4:6] in _COUNTRIES and written not in _ORDINARY else None


BICS = (
    Recogniser(
        "bic", re.compile(_CODE + r"X{3}(?![^\W_])"), _code, needs="X", context=_WORDS, headers=_HEADERS, alone=0.8
    ),
    Recogniser(
        "bic", re.compile(_CODE + r"(?:[A-Z0-9]{3})?(?![^\W_])"), _code, context=_WORDS, headers=_HEADERS, reach=24
    ),
)
