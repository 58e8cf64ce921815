"""VAT and national tax or personal numbers: the same country's scheme, as far as python-stdnum can check it.

There is no reserved range for them. A number that no known scheme accepts becomes one of the same form.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged, leading
from finewright.privacy.surrogates.surrogate import Maker, Surrogate
from finewright.privacy.surrogates.writing import plain, words, written_like

_NATIONAL = words(
    "us.ssn us.itin us.ein us.atin us.ptin br.cpf br.cnpj de.idnr de.stnr de.handelsregisternummer fr.nif fr.nir "
    "fr.siren fr.siret gb.utr gb.nhs gb.vat it.codicefiscale it.iva es.nif es.dni es.nie es.cif in_.aadhaar in_.pan "
    "in_.gstin cn.ric cn.uscc jp.cn jp.in_ kr.rrn kr.brn mx.curp mx.rfc ru.inn ca.sin ca.bn au.tfn au.abn au.acn "
    "ar.cuit ar.dni id.npwp id.nik tr.tckimlik tr.vkn za.idnr za.tin nl.bsn nl.btw be.nn be.vat ch.ssn ch.uid "
    "at.tin at.uid pl.pesel pl.nip pl.regon se.personnummer se.orgnr dk.cpr dk.cvr no.fodselsnummer no.orgnr fi.hetu "
    "fi.alv ie.pps ie.vat pt.nif pt.cc gr.amka gr.vat cz.rc cz.dic ro.cnp ro.cf hu.anum bg.egn bg.vat"
)
"""Schemes of python-stdnum that are tried, in this order, on a number that does not say its country."""


def taxed(kind: str) -> Maker:
    """The maker of `tax_id` or `vat`."""

    def make(keyed: Keyed, _value: str, surface: str) -> Surrogate:
        bare = plain(surface)
        scheme = _scheme(bare)
        start = 2 if bare[:2].isalpha() and bare[2:3].isalnum() and _vat(bare) else 0
        new, space = exchanged(keyed, kind, bare, range(start, len(bare)), allowed=_allowed(scheme, bare))
        return Surrogate(written_like(surface, new), space)

    return make


def _allowed(scheme: Callable[[str], bool] | None, bare: str) -> Callable[[str], bool]:
    return scheme if scheme is not None else leading(bare)


def _vat(bare: str) -> Callable[[str], bool] | None:
    from stdnum import get_cc_module

    module = get_cc_module(bare[:2].lower().replace("el", "gr"), "vat") if bare[:2].isalpha() else None
    return _checker(module) if module is not None and module.is_valid(bare) else None


def _scheme(bare: str) -> Callable[[str], bool] | None:
    if checker := _vat(bare):
        return checker
    return next((checker for checker in _checkers() if checker(bare)), None)


@cache
def _checkers() -> tuple[Callable[[str], bool], ...]:
    from importlib import import_module

    return tuple(_checker(import_module(f"stdnum.{name}")) for name in _NATIONAL)


def _checker(module: Any) -> Callable[[str], bool]:
    def check(number: str) -> bool:
        try:
            return bool(module.is_valid(number))
        except (ValueError, KeyError, IndexError, TypeError):  # what schemes raise for what is no number of theirs
            return False

    return check
