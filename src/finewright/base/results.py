"""What measuring an arm yields and what the verdict says: the shapes of `results.json`.

The verdict and the report read these and never a model. `asdict` of a `Results` is the file.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from finewright.base.costs import Costs
from finewright.base.distillation import Distillation
from finewright.base.prompt_search import PromptSearch
from finewright.base.records import TaskKind

Outcome = Literal["better", "no better", "cannot tell", "not compared"]
Survival = Literal["kept", "lost", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure with its confidence interval, over `rows` rows: a share in 0..1, or a kappa in -1..1."""

    value: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One arm on one set of rows.

    `figures` by name: classes: accuracy, macro_f1, calibration_error where answers have probabilities and, of ordered
    ones, mean_distance (a share of the way from the lowest to the highest label) and kappa; labels: exact_set,
    micro_f1, macro_f1, jaccard, validity; json: records (all fields right), fields, validity; text: exact, chrf,
    rouge_l and, where the team has rules, passes and, where it asks, hedged; numbers: right_numbers, validity, unit.
    `correct` maps record id to whether the answer was right (what paired tests read), `shares` to how much of a
    composed answer was: of a JSON record the share of its fields, of a list of labels its Jaccard index. `unmatched`
    counts the answers that are none of the labels, where a model was asked for labels and could give others, and `cost`
    is what all rows together cost where the arm has prices of its own. `groups` maps record id to the number of its
    group, where some rows share one (a customer, a document), and is empty where none do. `cut` counts the answers that
    ended at the longest length.
    """

    rows: int
    figures: dict[str, Figure]
    correct: dict[str, bool]
    seconds: float
    prompt_tokens: float
    completion_tokens: float
    shares: dict[str, float] = field(default_factory=dict)
    unmatched: int = 0
    cost: float | None = None
    groups: dict[str, int] = field(default_factory=dict)
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Automation:
    """The share of an arm's answers that need no review, where at most the share `error` of them may be wrong.

    Answers with a probability above `threshold`, which the `validation_rows` set so that this holds with the
    `confidence`, are automated: `share` of the test rows, and `wrong` of those. All None where no threshold keeps it.
    """

    error: float
    confidence: float
    threshold: float | None
    validation_rows: int
    share: Figure | None
    wrong: Figure | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One arm: `validation` chose the challenger, `test` is the shared test rows, `whole` every test row (cheap arms).

    `why_not` is set, and the rest None, where the arm does not apply or was switched off. `automation` is there where
    the recipe asks for it and the arm gives its answers a probability. `sent_to` is the host to
    which the arm's rows were sent, where that is not this machine.
    """

    name: str
    title: str
    trained: bool = False
    why_not: str | None = None
    validation: Measured | None = None
    test: Measured | None = None
    whole: Measured | None = None
    sent_to: str | None = None
    automation: Automation | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """A paired comparison of `arm` against `other` on the same test rows.

    `difference` = arm minus other in the deciding figure (or the one that `test` names), with interval; `won` and
    `lost` count rows that only one got right; `p` is raw, `adjusted` Holm's (None for the one pre-declared deciding
    pair, which needs none). Where rows share groups, `groups` is how many there are and `design_effect` how many times
    the variance of the difference is that of as many rows that share none.
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
    groups: int | None = None
    design_effect: float | None = None


@dataclass(frozen=True, slots=True)
class Perplexity:
    """How well the same documents are predicted before and after training.

    Perplexity is e to the power of minus the mean log-likelihood (nats per predicted token), here of each document
    and then over `documents`, so that long ones count no more than short ones. `tokens` were predicted in all.
    `change` is after / before - 1, between `low` and `high`; `p` is that of no change.
    """

    documents: int
    tokens: int
    before: float
    after: float
    change: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Preferences:
    """How well held-out preferences are told before and after training, over `rows` pairs or rated answers.

    Of pairs a figure is the share in which the chosen answer comes out ahead, of rated answers the chance that one with
    a thumb up comes out ahead of one with a thumb down. `before` and `after` go by the likelihood of the whole answer,
    `token_before` and `token_after` by its mean token, `moved` by how much likelier training made it (the implicit
    reward of DPO; half is what doing nothing would get). `difference` is after - before, and `p` that of none.
    """

    rows: int
    before: Figure
    after: Figure
    token_before: Figure
    token_after: Figure
    moved: Figure
    difference: Figure
    p: float
    margin: float


@dataclass(frozen=True, slots=True)
class PairFigures:
    """How well the scores of a reward model tell the preferred of two answers, over `rows` held-out pairs.

    `accuracy` is the share of pairs whose chosen side scores higher; the `ties` among them count as wrong. `margin` is
    the mean of chosen minus rejected and `loss` the mean of -log sigmoid(margin), in nats, both of scores divided by
    the `temperature`, which was fitted on other pairs. A calibration error is how far the probability of the side that
    scores higher lies, on average, from how often it is the chosen one: at that temperature, and before at 1.
    """

    rows: int
    accuracy: Figure
    ties: int
    margin: float
    loss: float
    temperature: float
    calibration_error_before: float
    calibration_error: float


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
class Change:
    """One figure of general ability before and after training, on the same `rows` probes or windows of text.

    `difference` is after - before of a share, or after / before - 1 of a perplexity, between `low` and `high`, which
    are one-sided bounds each; `margin` is the loss that was accepted beforehand. `rows_needed` would tell.
    """

    before: float
    after: float
    difference: float
    low: float
    high: float
    margin: float
    rows: int
    outcome: Survival
    sentence: str
    rows_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What training did to what the base knew: accuracy on general probes, perplexity of a general text.

    `seconds` is the time that measuring the trained model took, `base_seconds` that of the base, which is kept for
    later runs. `why_not` says of what could not be measured why.
    """

    accuracy: Change | None = None
    perplexity: Change | None = None
    seconds: float = 0.0
    base_seconds: float = 0.0
    why_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Breach:
    """What an answer can do against a rule, and how many do: the base's, the tuned model's, and people's own."""

    rule: str
    before: int
    after: int
    drafts: int = 0
    approved: int = 0


@dataclass(frozen=True, slots=True)
class Compliance:
    """The shares of answers that keep all of the team's rules, on held-out prompts.

    `before` are the base's answers and `after` the tuned model's, to the same prompts; `change` compares them prompt by
    prompt. `drafts` and `approved` are what people wrote, None where the rows hold no such texts.
    """

    before: Figure
    after: Figure
    change: Contrast
    outcome: Outcome
    sentence: str
    drafts: Figure | None = None
    approved: Figure | None = None
    breaches: tuple[Breach, ...] = ()


@dataclass(frozen=True, slots=True)
class RawInput:
    """The tuned arm on the shared test rows as they were written, beside the same rows with surrogates in them.

    `changed` of the `rows` differ. `scrubbed` and `raw` are the deciding figure on either; `contrast` compares right
    answers row by row, raw against scrubbed.
    """

    rows: int
    changed: int
    scrubbed: Figure
    raw: Figure
    contrast: Contrast
    sentence: str


@dataclass(frozen=True, slots=True)
class Results:
    """Everything the report shows that is not a per-row file. `data` is the data manifest, `training` the outcome
    of the loop, `looks` how often this test set had been measured on before and including this run, `perplexity` of
    the held-out documents, where documents were trained on, `preferences` what was found on held-out ones, `reward`
    how a reward model tells them, `distillation` what baking a prompt in came to,
    `compliance` how answers keep the rules of `evaluate.style`, where preferences were learned, `cost` what the run
    and calls cost at the recipe's prices, `search` how the searched arm came by its prompt, `raw_input` how the tuned
    arm does on rows with real names and numbers in them, where its own had surrogates."""

    name: str
    run: str
    kind: TaskKind
    deciding_figure: str
    arms: tuple[ArmResult, ...]
    verdict: Verdict
    data: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    looks: int = 1
    perplexity: Perplexity | None = None
    forgetting: Forgetting | None = None
    preferences: Preferences | None = None
    reward: PairFigures | None = None
    distillation: Distillation | None = None
    compliance: Compliance | None = None
    cost: Costs | None = None
    search: PromptSearch | None = None
    raw_input: RawInput | None = None
