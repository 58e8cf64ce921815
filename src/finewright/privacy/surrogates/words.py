"""Made-up words of companies and places: another word for a word, the same for the same, in its letter case.

Made of a beginning and an end, some ten thousand in a list, so that they are hardly anybody's. Words of another script
than the Latin become family names of it. Knows no form of companies or addresses.
"""

from collections.abc import Sequence
from functools import lru_cache

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged
from finewright.privacy.surrogates.names import UNSPACED, named, possible, script
from finewright.privacy.surrogates.writing import ascii_key, cased_like, words

_BRAND = (
    words(
        "Ab Ald Alt Am Ard Arv Bel Bor Bran Brev Cal Car Cel Cor Cres Dal Dar Del Dor Dra El Em Er Fal Fen Fer Fir "
        "Gal Gar Gen Glen Hal Har Hel Hol Il Ist Jan Jor Kal Kar Kel Kor Lan Lar Lor Lum Mal Mar Mer Mon Nal Nar Nor "
        "Nov Ol Or Os Pal Par Pel Por Quan Quil Ral Ren Ros Sal Sar Sel Sol Tal Tar Tel Tor Ul Ur Val Var Ver Vol "
        "Wal War Wel Wil Yar Yor Zal Zen Zor"
    ),
    words(
        "aby acor adal agen alis amor andra anto arix astor aven avix bery bora brio cade care cent coda dane dara "
        "dexa dion dova edge elix ena enta era esta evar fara fell fort gard gate gora idan ilon inor ista iva ixa "
        "kand kela land lenta lion lova mada mark mera mond mora nada nexa nova ora orin osta ova pard pena pora "
        "rada rell rion rova sena sona stra tana tera tica tona tova una ura vane vara vell via vora wick xara yana "
        "zana zera"
    ),
)
_PLACES = {
    "en": (
        words(
            "Al Ash Bar Beck Birch Black Bram Brad Chal Chart Cob Crow Dun East Elm Farn Fern Gold Gran Had Hal Hart "
            "Hazel High Hol Kel King Lang Lin Long Mal March Mel Mid Nether Nor Oak Old Over Pem Penn Quen Raven Red "
            "Rock Row Sal Sel Ship Stan Sut Tam Thorn Tor Up Wal War Wen West Whit Win Wood Yal"
        ),
        words(
            "borough bourne bridge brook burn bury by church cliffe combe cote croft den don field ford gate ham "
            "haven holme hurst leigh ley low mere minster mouth ness over pool port ridge sea shaw stead stoke ton "
            "under wade well wick wold worth"
        ),
    ),
    "de": (
        words(
            "Adel Ahl Alten Auer Birken Blau Brand Buchen Dorn Eben Eichen Erlen Falken Felsen Franken Frei Gerlin "
            "Grün Hagen Hasel Heiden Hirsch Hohen Ilmen Kalten Kirch König Krumm Lauter Linden Lorch Mühl Neuen "
            "Nieder Ober Oster Quell Rauten Rosen Sand Schön Silber Sonnen Stein Tannen Unter Vogel Wald Weiden "
            "Wolfs Zell"
        ),
        words(
            "ach au bach berg brunn brück burg dorf eck fels feld furt hafen hagen hain hausen heim hof ingen "
            "kirchen leben münde reuth roda see stadt stein tal wald weiler werder"
        ),
    ),
    "fr": (
        words(
            "Aig Aub Beau Bel Bois Bour Brez Cham Chan Clair Cour Dar Dom Fleur Font Gren Haut Jol Lan Lav Long Mar "
            "Mir Mont Neu Noir Orl Pier Pont Puy Roche Ros Saul Sav Tour Val Vaux Ver Vill"
        ),
        words(
            "ac ailles anges argues aux bourg champ court creux elle euil eville fontaine gny ières igny lieu mont "
            "nay nes oise onne ours sart seuil sur terre val vaux vigny villers y"
        ),
    ),
    "es": (
        words(
            "Al Arco Bel Cala Campo Casa Cer Cor Fuen Gran Her Jara Lera Mar Mira Mon Nava Ol Palo Peña Pino Puebla "
            "Rio Roble Sal Sierra Sol Torre Val Vega Villa Zar"
        ),
        words(
            "alba bañez blanca brera clara dera dillo doba fría gosa gudo laguna lobos londa lora mayor medo menar "
            "mora nilla nuevo quera redo rica rosa seca senda tejo verde vieja"
        ),
    ),
    "it": (
        words(
            "Acqua Alba Bel Borgo Cam Capra Castel Civi Col Fer Fon Gal Gra Lug Mon Monte Oli Pal Per Pia Ponte Riva "
            "Rocca San Serra Tor Val Vigna Villa"
        ),
        words(
            "alta ano bella bruna cina dola fiore forte franca gallo gnano lago letta lino mara mena mura nova nese "
            "pieve renza retto rone sano secca sola tino tona verde zano"
        ),
    ),
}
_ENDINGS = {
    "de": words(
        "münchen köln stuttgart bremen wien zürich burg berg heim dorf furt stadt hausen lin ingen brück feld bach chen"
    ),
    "fr": words("paris lyon nantes nice lille rennes ville eux ille oise ais aux igny ence oux"),
    "es": words("madrid lima bogota bilbao illa ona oza drid encia ález aga ajos"),
    "it": words("roma torino genova bari ano ari ino ezia enze ogna poli"),
}
_LETTERS = {"de": "äöüß", "fr": "éèêàçîôœ", "es": "ñáíóú", "it": "ìò"}


def branded(keyed: Keyed, word: str) -> tuple[str, float]:
    """The surrogate of a word of a company's name, and how many there are; up to three letters, IBM, become others."""
    if word.isascii() and len(word) <= 3:
        new, space = exchanged(keyed, "company", word.upper())
        return cased_like(word, new) if not word.isupper() else new, space
    return _composed(keyed, word, _BRAND, "brand")


def settled(keyed: Keyed, word: str, language: str = "") -> tuple[str, float]:
    """The surrogate of a word of a street's or town's name, in its language as far as its letters or end tell it."""
    return _composed(keyed, word, _PLACES[language or _language(word.casefold())], "place " + language)


def _composed(keyed: Keyed, word: str, halves: tuple[Sequence[str], Sequence[str]], role: str) -> tuple[str, float]:
    if script(word) in UNSPACED:
        return "".join(named(keyed, letter, "family") for letter in word), 40.0 ** len(word)
    if script(word) not in ("LATIN", ""):
        return named(keyed, word, "family"), possible(word, "family")
    firsts, ends = halves
    key = ascii_key(word)
    for attempt in range(9):
        new = keyed.pick(firsts, role, key, str(attempt)) + keyed.pick(ends, role + " end", key, str(attempt))
        if ascii_key(new) != key:
            break
    return cased_like(word, new), float(len(firsts) * len(ends))


@lru_cache(1 << 14)
def _language(word: str) -> str:
    marked = next((one for one, letters in _LETTERS.items() if any(letter in letters for letter in word)), None)
    ended = next((one for one, ends in _ENDINGS.items() if word.endswith(ends)), None)
    return marked or ended or "en"
