"""Secrets: keys of well-known services by their forms, private key blocks, tokens, and what stands after "password:".

What stands after a key word is taken where it is plainly no word: mixed characters, or long and of high entropy.
"""

import re
from collections import Counter
from math import log2

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import opening

_AMAZON = r"A(?<![^\W_]A)(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA|PKA)[A-Z2-7]{16}(?![^\W_])"
_GOOGLE = r"A(?<![^\W_]A)Iza[\w-]{35}(?![\w-])"
_GITHUB = r"g(?<![^\W_]g)(?:h[pousr]_[A-Za-z0-9]{36,251}|ithub_pat_\w{22,251}|lpat-[\w-]{20,64})(?![\w-])"
_SLACK = r"x(?<![^\W_]x)(?:ox[abeprs]|app)-[A-Za-z0-9-]{10,250}(?![\w-])"
_MODELS = r"s(?<![^\W_]s)k-(?:proj-|ant-|svcacct-|or-)?[\w-]{20,250}(?![\w-])"
_STRIPE = r"[srpw](?<![^\W_][srpw])(?:[kh]k?_(?:live|test)_|hsec_)[A-Za-z0-9]{16,250}(?![^\W_])"
_MAIL = r"S(?<![^\W_]S)G\.[\w-]{16,32}\.[\w-]{32,64}(?![\w-])"
_HUB = r"[hnpd](?<![^\W_][hnpd])(?:f_[A-Za-z]{30,60}|pm_[A-Za-z0-9]{36}|ypi-[\w-]{50,250}|op_v1_[0-9a-f]{64})(?![\w-])"
_TOKEN = r"e(?<![^\W_]e)yJ[\w-]{8,4000}\.eyJ[\w-]{4,8000}\.[\w-]{0,2000}(?![\w-])"
_BLOCK = (
    r"-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[^-]|-(?!----)){0,20000}(?:-----END (?:[A-Z]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----|\Z)?"
)
_URL = r":(?<=[a-z0-9]:)//[^\s:/@]{1,64}:(?P<value>[^\s/@]{3,128})@"

_WORDS = (
    "password", "passwort", "kennwort", "passwd", "pwd", "passphrase", "pass", "passcode", "mot de passe", "mdp",
    "contraseña", "contrasena", "senha", "wachtwoord", "parola",
    "parool", "hasło", "şifre", "secret", "client secret", "clientsecret", "api key", "apikey", "api-key",
    "api token", "access key", "secret key", "secret access key",
    "private key", "auth token", "access token", "accesstoken", "token", "bearer", "credentials",
    "authorization bearer", "pin", "пароль", "密码", "パスワード",
)  # fmt: skip
_KEYWORD = re.compile(
    opening(_WORDS) + r"(?![^\W_])[\"']?[^\S\n]{0,2}(?:[:=]|=>|is|lautet|ist|est|es|è|：)[^\S\n]{0,3}[\"']?"
    r"(?P<value>[\w!@#$%^&*+~({\[/=-][^\s\"'<>]{3,256})"
)
_BEARER = re.compile(r"[Bb]earer[^\S\n]{1,3}(?P<value>[\w.~+/-]{16,2000}={0,2})")
_HEADERS = frozenset({
    "password", "passwort", "kennwort", "passwd", "pwd", "passphrase", "secret", "clientsecret", "apikey", "token",
    "accesstoken", "secretkey", "privatekey", "passcode",
})  # fmt: skip


def _whole(written: str) -> str:
    return written


def entropy(text: str) -> float:
    """Shannon's, of the characters of a text, in bits a character."""
    return -sum(n / len(text) * log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


def _secret(written: str) -> str | None:
    """No word of a sentence: two sorts of characters, or more than 3.2 bits a character over 16 and more."""
    value = written.rstrip(".,;)")
    sorts = sum(any(test(c) for c in value) for test in (str.islower, str.isupper, str.isdigit, _sign))
    dense = len(value) >= 16 and entropy(value) > 3.2
    return value if len(value) >= 4 and ((sorts > 1 and not _title(value)) or value.isdigit() or dense) else None


def _sign(character: str) -> bool:
    return not character.isalnum()


def _title(value: str) -> bool:
    return value.isalpha() and value[1:].islower()


def _known(form: str, needs: str) -> Recogniser:
    return Recogniser("secret", re.compile(form), _whole, needs=needs, alone=0.95, headers=_HEADERS)


SECRETS = (
    *(_known(form, "A") for form in (_AMAZON, _GOOGLE)),
    *(_known(form, "_-") for form in (_GITHUB, _SLACK, _MODELS, _STRIPE, _HUB)),
    _known(_MAIL, "."),
    _known(_TOKEN, "."),
    _known(_BLOCK, "-"),
    Recogniser("secret", re.compile(_URL), _whole, needs="@", alone=0.9),
    Recogniser("secret", _KEYWORD, _secret, needs=":=is：", begins=frozenset(_WORDS), alone=0.85),
    Recogniser("secret", _BEARER, _secret, needs="Bb", alone=0.85),
    Recogniser("secret", re.compile(r"\A\s*(?P<value>[^\s]{4,256})\s*\Z"), _whole, headers=_HEADERS),
)
