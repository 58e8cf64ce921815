"""Whether what an answer cites bears it out: its figures and its names stand in the passages that it points to.

That is necessary, not enough: a passage may hold both the figure and the name and say something else of them. Numbers
are compared by value (`1,452.4` is `1452.40`, `1.5 million` is `1,500,000`, `12 %` is `0.12`); where only one side
names a scale, as above a table, by their digits. Signs are left aside, since tables write losses in parentheses.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finewright.base.phrases import phrase, plain
from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score
from finewright.evaluate.scorers.abstention import abstains
from finewright.evaluate.values.amount import figures_in
from finewright.retrieve.citations import cited, uncited

_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|$|\[)(?:\s*\[[\d\s,;]+\])*|$)(?=\s|$)", re.DOTALL)
_WORD = re.compile(r"[^\W\d_][\w&'’-]*")

Figure = tuple[Decimal, Decimal | None]


def citation(passages: Callable[[Record], Sequence[str]]) -> Scorer:
    """A scorer that holds an answer against the texts of the passages, which `passages` gives in the order of numbers.

    Right where the answer cites, every number it cites is a passage, and every figure and name stands in what its own
    sentence cites, or where that cites nothing the next that does, or the last before. Parts: `answered` is 0 for an
    abstention, which is not right here and has no other part; `cited` whether it cites at all; `resolved` the share of
    its citations that are passages; `supported`, `figures` and `names` the shares that are borne out, each where the
    answer has any.
    """

    def score(answer: str, record: Record) -> Score:
        if abstains(answer):
            return Score(correct=False, parts={"answered": 0.0})
        texts = passages(record)
        numbers = cited(answer)
        known = [0 < number <= len(texts) for number in numbers]
        figures, names = _borne(answer, texts)
        shares = {"resolved": known, "supported": [*figures, *names], "figures": figures, "names": names}
        parts = {name: sum(found) / len(found) for name, found in shares.items() if found}
        right = bool(numbers) and all(known) and all(figures) and all(names)
        return Score(correct=right, parts={"answered": 1.0, "cited": float(bool(numbers)), **parts})

    return score


def unsupported(answer: str, passages: Sequence[str]) -> list[str]:
    """The figures and names of an answer that the passages it cites do not have, in words and in order."""
    return [
        said
        for claim in _claims(answer)
        for said, borne in [*_figures(claim, passages), *_names(claim, passages)]
        if not borne
    ]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence without its citations, and the numbers that it rests on."""

    text: str
    numbers: tuple[int, ...]

    def cited_in(self, passages: Sequence[str]) -> str:
        return "\n\n".join(passages[number - 1] for number in self.numbers if 0 < number <= len(passages))


def _borne(answer: str, passages: Sequence[str]) -> tuple[list[bool], list[bool]]:
    claims = _claims(answer)
    figures = [borne for claim in claims for _, borne in _figures(claim, passages)]
    return figures, [borne for claim in claims for _, borne in _names(claim, passages)]


def _claims(answer: str) -> list[_Claim]:
    sentences = [match.group() for match in _SENTENCE.finditer(answer)]
    own = [tuple(cited(sentence)) for sentence in sentences]
    return [
        _Claim(uncited(sentence), next((one for one in [*own[at:], *reversed(own[:at])] if one), ()))
        for at, sentence in enumerate(sentences)
    ]


def _figures(claim: _Claim, passages: Sequence[str]) -> list[tuple[str, bool]]:
    there = figures_in(claim.cited_in(passages))
    return [(_shown(one), any(_same(one, other) for other in there)) for one in figures_in(claim.text)]


def _same(one: Figure, other: Figure) -> bool:
    (number, scale), (others, other_scale) = one, other
    if (scale is None) != (other_scale is None) and number == others:
        return True
    return number * (scale or 1) == others * (other_scale or 1)


def _shown(figure: Figure) -> str:
    number, scale = figure
    return f"{(number * (scale or 1)).normalize():f}"


def _names(claim: _Claim, passages: Sequence[str]) -> list[tuple[str, bool]]:
    there = plain(claim.cited_in(passages))
    return [
        (" ".join(name), any(phrase(" ".join(form)).said_in(there) for form in _forms(name, first)))
        for name, first in _capitalised(claim.text)
    ]


def _forms(name: list[str], first: bool) -> list[list[str]]:
    """A name as it may stand in a passage: at a sentence's beginning its first word may be capital for that alone."""
    return [name, name[1:]] if first and len(name) > 1 else [name]


def _capitalised(sentence: str) -> Iterator[tuple[list[str], bool]]:
    """Runs of capitalised words, and whether a run begins the sentence.

    A single word there is passed over, unless it is all capitals: every sentence begins with one. So is `I`.
    """
    run: list[str] = []
    begins, end, first = False, 0, True
    for match in _WORD.finditer(sentence):
        capital, joined = match.group()[0].isupper(), not sentence[end : match.start()].strip()
        if run and not (capital and joined):
            yield from _kept(run, begins)
            run = []
        if capital:
            begins = first if not run else begins
            run.append(match.group())
        end, first = match.end(), False
    yield from _kept(run, begins)


def _kept(run: list[str], begins: bool) -> Iterator[tuple[list[str], bool]]:
    ordinary = len(run) == 1 and (len(run[0]) == 1 or (begins and not run[0].isupper()))
    if run and not ordinary:
        yield run, begins
