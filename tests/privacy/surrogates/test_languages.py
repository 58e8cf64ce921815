"""A surrogate's language, sex and script are those of the name as far as lists tell them."""

import pytest
from faker.providers.person import de_DE, es_ES, fr_FR, ja_JP, ko_KR, zh_CN

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.names import named
from finewright.privacy.surrogates.own_names import OWN_NAMES
from finewright.privacy.surrogates.person import person
from finewright.privacy.surrogates.writing import ascii_key

KEYS = [Keyed(bytes([number]) * 32) for number in range(12)]


def families(locale: str) -> set[str]:
    return set(OWN_NAMES[locale].last_names)


@pytest.mark.parametrize(
    ("name", "locale", "male"),
    [("Kenji Tanaka", "ja_Latn", True), ("Haruka Sato", "ja_Latn", False), ("Xiulan Zhang", "zh_Latn", False),
     ("Minjun Kim", "ko_Latn", True), ("Trang Nguyen", "vi_Latn", False), ("Rahul Sharma", "hi_Latn", True),
     ("Lubna Khan", "ar_Latn", False)],
)  # fmt: skip
def test_romanised_names_stay_in_their_language_and_sex(name: str, locale: str, male: bool) -> None:
    names = OWN_NAMES[locale]
    for keyed in KEYS:
        given, family = person(keyed, "", name).text.split()
        assert family in names.last_names
        assert given in (names.first_names_male if male else names.first_names_female)
        assert not {given, family} & set(name.split())


@pytest.mark.parametrize(("family", "lists"), [("Schneider", de_DE), ("Lefebvre", fr_FR), ("García", es_ES)])
def test_family_names_that_are_common_in_america_too_keep_their_language(family: str, lists: object) -> None:
    known = {ascii_key(name) for name in lists.Provider.last_names}  # type: ignore[attr-defined]
    new = [named(keyed, family, "family") for keyed in KEYS]
    composed = 0 if lists is not de_DE else sum(ascii_key(one) not in known for one in new)
    beside = {ascii_key(one) for one in new} - known
    assert len(beside) <= (composed or len(new) // 2)  # those of neighbouring countries of the same language
    assert len(set(new)) > 3


def test_polish_endings_tell_the_language() -> None:
    assert all(named(keyed, "Wrzesiewski", "family") in families("pl_PL") for keyed in KEYS)
    assert any(set(named(keyed, "Wrzesiewski", "family")) & set("ńśźąęłż") for keyed in KEYS)


def test_kanji_are_japanese_or_chinese_together_and_apart() -> None:
    japanese, chinese = set(ja_JP.Provider.last_names), set(zh_CN.Provider.last_names)
    for keyed in KEYS:
        whole = person(keyed, "", "田中太郎").text
        assert len(whole) == 4
        assert whole[:2] in japanese
        assert whole == person(keyed, "", "田中 太郎").text.replace(" ", "")
        assert person(keyed, "", "田中").text == whole[:2]
        assert person(keyed, "", "王小明").text[0] in chinese


def test_lists_are_of_names_that_can_be_told_apart() -> None:
    for names in OWN_NAMES.values():
        assert not set(names.first_names_male) & set(names.first_names_female)
        for names_of in (names.first_names_male, names.first_names_female, names.last_names):
            assert len(set(names_of)) == len(names_of)
            assert all(name.isalpha() and name[0].isupper() for name in names_of)


def test_a_name_is_never_its_own_surrogate_where_initials_stay() -> None:
    for keyed in KEYS:
        for name in ko_KR.Provider.last_names:
            assert named(keyed, name, "family") != name
