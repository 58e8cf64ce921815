"""National tax, social security and identity numbers: the G20's, and those of Europe's countries.

Three ways to one: a form that says what it is ("390.533.447-05", "RSSMRA85T10A562S"), which is taken anywhere; any
scheme's number after the scheme's name or a general word ("TFN", "Steuer-ID"); and the same under such a
column's header. A number whose scheme has a checksum must agree with it.
"""

import re

from finewright.privacy.recogniser import Check, Recogniser
from finewright.privacy.recognisers.after import DIGITS, after
from finewright.privacy.recognisers.standard import bare, conforms

Schemes = tuple[tuple[str, str], ...]

_RESIDENT = r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]"
"""Chinese residents (GB 11643): a district, which may have been renamed since, a birth date and ISO 7064 mod 11-2."""

_CHECKED: Schemes = (
    ("ar.cuit", r"[0-9]{11}"), ("au.tfn", r"[0-9]{8,9}"), ("au.abn", r"[0-9]{11}"), ("au.acn", r"[0-9]{9}"),
    ("br.cpf", r"[0-9]{11}"), ("br.cnpj", r"[0-9A-Z]{12}[0-9]{2}"), ("ca.sin", r"[0-9]{9}"),
    ("ca.bn", r"[0-9]{9}(?:R[CMPT][0-9]{4})?"),
    ("iso7064.mod_11_2", _RESIDENT), ("cn.uscc", r"[0-9A-Z]{18}"), ("fr.nir", r"[12][0-9]{4}[0-9AB][0-9]{9}"),
    ("fr.nif", r"[0-3][0-9]{12}"),
    ("fr.siren", r"[0-9]{9}"), ("fr.siret", r"[0-9]{14}"), ("de.idnr", r"[0-9]{11}"),
    ("in_.aadhaar", r"[2-9][0-9]{11}"),
    ("id.npwp", r"[0-9]{15,16}"), ("it.codicefiscale", r"[A-Z]{6}[0-9A-Z]{10}"), ("it.iva", r"[0-9]{11}"),
    ("jp.cn", r"[0-9]{13}"),
    ("jp.in_", r"[0-9]{12}"), ("kr.rrn", r"[0-9]{13}"), ("kr.brn", r"[0-9]{10}"),
    ("mx.curp", r"[A-Z]{4}[0-9]{6}[A-Z]{6}[0-9A-Z][0-9]"),
    ("ru.inn", r"[0-9]{10}|[0-9]{12}"), ("za.idnr", r"[0-9]{13}"), ("za.tin", r"[01239][0-9]{9}"),
    ("tr.tckimlik", r"[1-9][0-9]{10}"), ("tr.vkn", r"[0-9]{10}"), ("gb.utr", r"[0-9]{10}"), ("gb.nhs", r"[0-9]{10}"),
    ("es.nif", r"[0-9A-Z][0-9]{7}[0-9A-Z]"), ("nl.bsn", r"[0-9]{9}"), ("be.nn", r"[0-9]{11}"),
    ("at.tin", r"[0-9]{9}"), ("at.vnr", r"[0-9]{10}"),
    ("pl.pesel", r"[0-9]{11}"), ("pl.nip", r"[0-9]{10}"), ("pl.regon", r"[0-9]{9}|[0-9]{14}"),
    ("pt.nif", r"[0-9]{9}"), ("pt.cc", r"[0-9]{9}[A-Z]{2}[0-9]"),
    ("se.personnummer", r"(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}"), ("se.orgnr", r"[0-9]{10}"),
    ("dk.cvr", r"[1-9][0-9]{7}"),
    ("fi.hetu", r"[0-9]{6}[-+A-FU-Y]?[0-9]{3}[0-9A-Z]"), ("fi.ytunnus", r"[0-9]{8}"),
    ("ie.pps", r"[0-9]{7}[A-W][ABHWTX]?"), ("gr.vat", r"[0-9]{9}"),
    ("gr.amka", r"[0-9]{11}"), ("cz.rc", r"[0-9]{9,10}"), ("cz.dic", r"[0-9]{8}"), ("ro.cnp", r"[1-9][0-9]{12}"),
    ("hu.anum", r"[0-9]{8}"),
    ("ch.ssn", r"756[0-9]{10}"), ("ch.uid", r"CHE[0-9]{9}"), ("no.fodselsnummer", r"[0-9]{11}"),
    ("no.orgnr", r"[0-9]{9}"),
    ("bg.egn", r"[0-9]{10}"), ("hr.oib", r"[0-9]{11}"), ("lt.asmens", r"[1-6][0-9]{10}"), ("ee.ik", r"[1-6][0-9]{10}"),
    ("lv.pvn", r"[0-9]{11}"), ("si.emso", r"[0-9]{13}"), ("is_.kennitala", r"[0-9]{10}"),
)  # fmt: skip
"""Schemes with a checksum, by their names in python-stdnum, and the form of the bare number."""

_FORMED: Schemes = (
    ("id.nik", r"[1-9][0-9]{15}"), ("in_.pan", r"[A-Z]{5}[0-9]{4}[A-Z]"),
    ("mx.rfc", r"[A-ZÑ&]{3,4}[0-9]{6}[0-9A-Z]{3}"), ("dk.cpr", r"[0-9]{10}"),
    ("de.stnr", r"[0-9]{10,13}"),
)  # fmt: skip
_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]?")
"""British national insurance numbers (HMRC, NIM39110), which have no checksum."""
_SAUDI = re.compile(r"[12][0-9]{9}")
"""Saudi national and resident numbers: a Luhn digit. Companies' tax numbers: 15 digits, a 3 first and last."""
_SAUDI_COMPANY = re.compile(r"3[0-9]{13}3")


def among(schemes: Schemes) -> Check:
    """The check of a number of one of these schemes; the written form is the bare one."""
    forms = [(name, re.compile(rf"(?:{form})\Z")) for name, form in schemes]

    def check(written: str) -> str | None:
        number = bare(written)
        # The separator of some Nordic numbers tells the century.
        spellings = {number, written.upper().replace(" ", "")} if "-" in written or "+" in written else {number}
        fitting = (name for name, form in forms if form.match(number))
        return number if any(conforms(name, spelling) for name in fitting for spelling in spellings) else None

    return check


_checked_scheme = among(_CHECKED)
_formed_scheme = among(_FORMED)


def _checked(written: str) -> str | None:
    number = bare(written)
    saudi = _SAUDI.fullmatch(number) and conforms("luhn", number)
    return number if saudi else _checked_scheme(written)


def _formed(written: str) -> str | None:
    number = bare(written)
    if _checked(written):
        return None  # found already, and proved
    plain = _NINO.fullmatch(number) or _SAUDI_COMPANY.fullmatch(number)
    return number if plain else _formed_scheme(written)


_WORDS = (
    "tax", "tax id", "tax identification", "tax number", "tax file", "taxpayer", "taxpayer id", "tin", "national id",
    "national identity",
    "national identification", "identity card", "id card", "id number", "id no", "personal id", "resident identity",
    "social insurance",
    "national insurance", "nino", "ni number", "utr", "unique taxpayer", "tfn", "abn", "acn", "sin", "aadhaar",
    "aadhar", "pan", "nik", "npwp",
    "rrn", "brn", "resident registration", "business registration", "curp", "rfc", "inn", "инн",
    "snils", "iqama", "cpf", "cnpj",
    "cuit", "cuil", "tckn", "tc kimlik", "kimlik", "vkn", "vergi kimlik", "vergi", "steuer", "steuer-id",
    "steuer-idnr", "steueridentifikationsnummer",
    "steuernummer", "steuernr", "steuer-nr", "st.-nr", "stnr", "idnr", "identifikationsnummer", "numéro fiscal",
    "nir", "sécurité sociale",
    "numéro de sécurité sociale", "siren", "siret", "spi", "codice fiscale", "c.f", "cf", "nif", "nie", "dni", "cif",
    "nss", "bsn", "burgerservice",
    "burgerservicenummer", "rijksregister", "rijksregisternummer", "registre national", "sozialversicherung",
    "sozialversicherungsnummer", "svnr", "ahv",
    "ahv-nr", "avs", "pesel", "nip", "regon", "contribuinte", "cartão de cidadão", "personnummer",
    "organisationsnummer", "orgnr", "cpr", "cvr", "hetu",
    "henkilötunnus", "y-tunnus", "pps", "ppsn", "afm", "αφμ", "amka", "rodné číslo", "rodne cislo", "rč", "ičo",
    "ico", "cnp", "adószám", "fødselsnummer",
    "fodselsnummer", "oib", "egn", "egfn", "isikukood", "asmens kodas", "personas kods", "emšo", "emso", "kennitala",
    "nhs", "身份证", "身份证号", "身份证号码",
    "公民身份号码", "統一社会信用代码", "统一社会信用代码", "マイナンバー", "個人番号",
    "法人番号", "주민등록번호", "사업자등록번호", "resident id", "credit code",
    "social credit",
    "unified social credit", "personal number", "personal code", "company registration", "fiscal code",
)  # fmt: skip
_FORMED_WORDS = (
    "tax id", "tax number", "national id", "national insurance", "nino", "ni number", "pan", "nik", "npwp", "rfc",
    "steuernummer", "steuernr", "steuer-nr", "st.-nr",
    "stnr", "cpr", "vat", "inn", "permanent account", "identity card", "id number",
)  # fmt: skip
_HEADERS = (
    "taxid", "taxnumber", "taxno", "taxidentificationnumber", "taxpayerid", "tin", "nationalid", "nationalidnumber",
    "nationalidentitynumber", "identitynumber",
    "idnumber", "idno", "personalid", "socialinsurancenumber", "nationalinsurancenumber", "nino", "nin", "utr",
    "tfn", "abn", "acn", "sin", "aadhaar",
    "aadhaarnumber", "pan", "pannumber", "nik", "npwp", "mynumber", "rrn", "curp", "rfc", "inn", "iqama", "cpf",
    "cnpj", "cuit", "cuil", "tckn", "vkn", "steuerid",
    "steuernummer", "steuernr", "idnr", "nir", "siren", "siret", "codicefiscale", "nif", "nie", "dni", "cif", "bsn",
    "rijksregisternummer", "svnr", "ahv",
    "ahvnummer", "avs", "pesel", "nip", "regon", "personnummer", "orgnr", "cpr", "cvr", "hetu", "pps", "ppsn", "afm",
    "amka", "cnp", "oib", "egn", "身份证号", "身份证",
    "マイナンバー", "주민등록번호", "governmentid", "fiscalcode", "fiscalid",
)  # fmt: skip
_VALUE = r"[0-9A-ZÑ](?:[-+./]?[0-9A-ZÑ&]|[ ][0-9]|(?<=[0-9])[ ][A-Z](?![^\W\d_])){6,21}(?![^\W_]|[.,][0-9])"
_TWELVE = r"[0-9]{4}(?:[ -]?[0-9]{4}){2}(?![^\W_]|[-., ][0-9])"
"""The Japanese number, which "my number" stands before, as it stands before telephone numbers of any other length."""

_EDGE = r"(?<![^\W_]X)(?<![0-9A-Za-z][-./,]X)".replace("X", "[0-9]")
_END = r"(?![^\W_]|[-/.,]?[0-9])"
_BY_DIGITS: Schemes = (
    ("br.cpf", r"[0-9]{11}"), ("br.cnpj", r"[0-9]{14}"), ("ar.cuit", r"[0-9]{11}"), ("iso7064.mod_11_2", _RESIDENT),
    ("fr.nir", r"[12][0-9]{4}[0-9AB][0-9]{9}"),
    ("kr.rrn", r"[0-9]{13}"), ("es.nif", r"[0-9]{8}[A-Z]"), ("au.abn", r"[0-9]{11}"),
    ("fi.hetu", r"[0-9]{6}[-+A-FU-Y]?[0-9]{3}[0-9A-Z]"), ("ch.ssn", r"756[0-9]{10}"),
    ("be.nn", r"[0-9]{11}"), ("se.personnummer", r"(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}"),
)  # fmt: skip
_WRITTEN = (
    r"[0-9]{2}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",  # CPF, without its first digit, as in all of these
    r"[0-9]\.[0-9]{3}\.[0-9]{3}/[0-9]{4}-[0-9]{2}",  # CNPJ
    r"[0-9]-[0-9]{8}-[0-9]",  # CUIT
    r"[0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]",  # Chinese resident
    r" ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",  # French NIR
    r"[0-9]{5}-[0-9]{7}",  # Korean resident
    r"[0-9]{7}-?[A-HJ-NP-TV-Z]",  # Spanish DNI
    r"[0-9](?: [0-9]{3}){3}",  # Australian business
    r"[0-9]{5}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]",  # Finnish person
    r"56\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}",  # Swiss AHV
    r"[0-9]\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}",  # Belgian national
    r"(?:[0-9]{2})?[0-9]{5}-[0-9]{4}",  # Swedish person
)
_DIGITED = re.compile(rf"[0-9]{_EDGE}(?:{'|'.join(_WRITTEN)}){_END}")

_BY_LETTERS: Schemes = (
    ("it.codicefiscale", r"[A-Z]{6}[0-9A-Z]{10}"), ("mx.curp", r"[A-Z]{4}[0-9]{6}[A-Z]{6}[0-9A-Z][0-9]"),
    ("es.nif", r"[XYZ][0-9]{7}[A-Z]"),
)  # fmt: skip
_LETTERED = re.compile(
    r"[A-Z](?<![^\W_][A-Z])(?:(?<=[XYZ])-?[0-9]{7}-?[A-Z]|[A-Z]{5}[0-9A-Z]{2}[A-Z][0-9A-Z]{2}[A-Z][0-9A-Z]{3}[A-Z]"
    r"|[A-Z]{3}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9])(?![^\W_])"
)
_PLAIN = re.compile(
    r"[A-Z](?<![^\W_][A-Z])(?:[A-Z](?: ?[0-9]{2}){3} ?[A-D]|[A-Z]{2}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z])(?![^\W_])"
)


TAX_IDS = (
    Recogniser("tax_id", _LETTERED, among(_BY_LETTERS), needs=DIGITS, proves=True, alone=0.9, near=1.0),
    Recogniser("tax_id", _DIGITED, among(_BY_DIGITS), needs=DIGITS, proves=True, alone=0.8, near=1.0),
    Recogniser("tax_id", _PLAIN, _formed, needs=DIGITS, alone=0.7),
    *after("tax_id", _WORDS, _VALUE, _checked, _HEADERS, proves=True, fillers=3),
    *after("tax_id", ("my number",), _TWELVE, _checked, (), proves=True)[:1],
    *after("tax_id", _FORMED_WORDS, _VALUE, _formed, _HEADERS, score=0.7),
)
