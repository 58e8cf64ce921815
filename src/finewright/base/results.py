"""What measuring an arm yields and what the verdict says: the shapes of `results.json`.

The verdict and the report read these and never a model. `asdict` of a `Results` is the file.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from finewright.base.records import TaskKind

Outcome = Literal["better", "no better", "cannot tell", "not compared"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured share with its confidence interval, all in 0..1, over `rows` rows."""

    value: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One arm on one set of rows.

    `figures` by name: classes: accuracy, macro_f1; json: records (all fields right), fields, validity;
    text: exact. `correct` maps record id to whether the answer was right (what paired tests read), `shares`, of
    JSON records alone, to the share of its fields that were right.
    """

    rows: int
    figures: dict[str, Figure]
    correct: dict[str, bool]
    seconds: float
    prompt_tokens: float
    completion_tokens: float
    shares: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One arm: `validation` chose the challenger, `test` is the shared test rows, `whole` every test row (cheap arms).

    `why_not` is set, and the rest None, where the arm does not apply or was switched off.
    """

    name: str
    title: str
    trained: bool = False
    why_not: str | None = None
    validation: Measured | None = None
    test: Measured | None = None
    whole: Measured | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """A paired comparison of `arm` against `other` on the same test rows.

    `difference` = arm minus other in the deciding figure (or the one that `test` names), with interval; `won` and
    `lost` count rows that only one got right; `p` is raw, `adjusted` Holm's (None for the one pre-declared deciding
    pair, which needs none).
    """

    arm: str
    other: str
    rows: int
    difference: Figure
    won: int
    lost: int
    p: float
    adjusted: float | None
    test: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: the outcome, its one sentence, what to do next, and the pair that decided."""

    outcome: Outcome
    sentence: str
    advice: str
    challenger: str | None = None
    deciding: Contrast | None = None
    others: tuple[Contrast, ...] = ()
    rows_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """Everything the report shows that is not a per-row file. `data` is the data manifest, `training` the outcome
    of the loop, `looks` how often this test set had been measured on before and including this run."""

    name: str
    run: str
    kind: TaskKind
    deciding_figure: str
    arms: tuple[ArmResult, ...]
    verdict: Verdict
    data: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    looks: int = 1
