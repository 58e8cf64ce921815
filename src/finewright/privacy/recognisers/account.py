"""Domestic bank account numbers: digits after the word, or under a header, in the languages of the larger markets."""

from finewright.privacy.recognisers.after import after
from finewright.privacy.recognisers.number_like import reference

WORDS = (
    "account", "bank account", "acct", "acc", "a/c", "ac", "accountno", "konto", "bankkonto", "kontonummer",
    "kontonr", "kto",
    "kto.-nr", "ktonr", "compte", "compte bancaire", "cuenta", "cuenta bancaria", "conta", "conta corrente", "conto",
    "conto corrente", "c/c", "rekening", "rekeningnummer", "bankrekening", "clabe", "cbu", "hesap", "rachunek",
    "rachunku",
)  # fmt: skip
HEADERS = (
    "account", "acct", "accountnumber", "accountno", "acctno", "acctnumber", "acctnum", "accountnum", "bankaccount",
    "bankaccountnumber", "bankaccountno", "accno", "konto", "kontonummer", "kontonr", "compte", "numerodecompte",
    "cuenta",
    "numerodecuenta", "conta", "conto", "rekening", "rekeningnummer", "clabe", "cbu", "beneficiaryaccount",
    "debitaccount",
    "creditaccount", "fromaccount", "toaccount", "payeraccount", "payeeaccount", "accountid",
)  # fmt: skip
_VALUE = r"[0-9](?:[ -]?[0-9]){5,21}(?![^\W_]|[.,][0-9]|[ ]?[%€$£])"

ACCOUNTS = after("account", WORDS, _VALUE, reference(6), HEADERS)
