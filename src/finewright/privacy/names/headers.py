"""Column headers that say a cell holds a name, an address, a place or a birth date. Knows no running text."""

import re
from functools import lru_cache

from finewright.privacy.names.features import plain
from finewright.privacy.names.gazetteer import LISTS, lists_of

_HEADERS = {
    "person": "name fullname firstname lastname surname middlename givenname familyname forename maidenname nickname "
    "contact contactname contactperson attn attention attentionto employee employeename manager agentname "
    "cardholder accountholder holder beneficiary beneficiaryname payer payername payee payeename sender sendername "
    "recipient recipientname client clientname customer customername patient patientname insured policyholder tenant "
    "applicant borrower guarantor signatory signedby author owner ownername director ceo cfo "
    "spouse nextofkin representative salesrep caller nachname vorname kunde kundenname ansprechpartner "
    "empfanger empfaenger kontoinhaber nom prenom client titulaire beneficiaire nombre apellido apellidos cliente "
    "titular nome cognome sobrenome navn namn naam voornaam achternaam klant imie nazwisko",
    "company": "company companyname employer employername vendor vendorname supplier suppliername counterparty "
    "organisation organization organisationname organizationname org merchant merchantname business businessname "
    "legalentity legalname entity entityname issuer bank bankname firm debtor creditor firma unternehmen arbeitgeber "
    "lieferant societe entreprise fournisseur empresa proveedor azienda fornitore bedrijf yritys foretag foretagsnamn",
    "address": "address addr address1 address2 addressline addressline1 addressline2 street streetaddress "
    "streetname homeaddress mailingaddress postaladdress billingaddress billto shippingaddress shipto "
    "deliveryaddress registeredaddress residence domicile pobox adresse anschrift strasse rue direccion calle "
    "indirizzo endereco adres straat ulica osoite katuosoite adress gatuadress",
    "place": "city town county state province region country municipality birthplace placeofbirth citytown stadt ort "
    "ville pays ciudad pais citta paese cidade stad plaats kaupunki nationality",
    "birth_date": "dob birthdate birthday dateofbirth born bday birthdt geburtsdatum gebdatum geburtstag gebdat "
    "datedenaissance naissance fechadenacimiento nacimiento datadinascita datadenascimento nascimento geboortedatum "
    "fodelsedatum fodselsdato syntymaaika dataurodzenia",
}
_KIND = {word: kind for kind, words in _HEADERS.items() for word in words.split()}
_PLAIN = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = {"address": 200}
_NOBODY = "na none null nil unknown nan yes no true false total all other various tbd test self same see"
_ABSENT = frozenset(_NOBODY.split())


@lru_cache(1 << 12)
def kind_under(header: str) -> str | None:
    """The kind that cells under this column header hold, or None where the header names no kind of ours."""
    return _KIND.get(_PLAIN.sub("", header.casefold()))


def holds(cell: str, kind: str, table: bytes) -> bool:
    """Whether a cell can be a name of the kind its header promises, and is no code, no sentence and no "n/a".

    table  the lists of names (see gazetteer.py): words in small letters must not all be ordinary ones
    """
    words = _WORD.findall(cell)
    if not words or len(cell) > _LONGEST.get(kind, 80) or "".join(words).casefold() in _ABSENT:
        return False
    if kind == "address":
        return True
    if len(words) > 8 or (kind != "company" and any(letter.isdigit() for letter in cell)):
        return False
    return any(_could_name(word, len(words) > 1, table) for word in words)


def _could_name(word: str, beside_others: bool, table: bytes) -> bool:
    """Whether a word is more than an ordinary one: unlisted, alone a given name, or with a capital beside others."""
    lists = {LISTS[which] for which in lists_of(table, plain(word))}
    if "word" not in lists:
        return True
    return (beside_others and not word.islower()) or ("given" in lists and not (beside_others and word.islower()))
