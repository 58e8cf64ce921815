"""What is attacked before an adapter is shipped: the recipe's section `audit`. Pure schema; docs/audit.md says why."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from finewright.base.settings import Settings

Repeated = tuple[Annotated[int, Field(ge=1, le=1000)], Annotated[int, Field(ge=2, le=1000)]]
"""How many canaries, and how often each of them is learned."""


class Canaries(Settings):
    """Made-up rows planted among those that are learned, to measure how much of a row the adapter keeps."""

    enabled: bool = Field(True, description="Whether canaries are planted.")
    single: int | None = Field(
        None,
        ge=0,
        le=1000,
        description="Canaries that are learned once; none: one row in 40, 4 to 32, of at least 80 rows.",
    )
    repeated: list[Repeated] = Field(
        [], description="More canaries, as [how many, how often each is learned], such as [[4, 16]]."
    )
    digits: int = Field(4, ge=2, le=5, description="Digits of a canary's secret; more raise the ceiling and the time.")


class Membership(Settings):
    """Whether rows that were learned can be told from rows that were not."""

    enabled: bool = Field(True, description="Whether membership is attacked.")
    rows: int = Field(500, ge=10, description="Most rows of either side: learned, and held out.")
    lowest: Annotated[float, Field(gt=0, le=1)] = Field(
        0.2, description="Share of an answer's tokens, the least expected ones, that Min-K%++ goes by."
    )
    text_tokens: int = Field(
        64, ge=0, description="Most tokens of the user's text, the last ones, that are read beside an answer."
    )


class Extraction(Settings):
    """Whether rows that were learned can be drawn out of the adapter."""

    enabled: bool = Field(True, description="Whether extraction is attacked.")
    rows: int = Field(100, ge=1, description="Most rows of either side, learned and held out, that are begun.")
    samples: int = Field(4, ge=0, description="Sampled answers to each beginning, beside the likeliest one.")
    temperature: float = Field(0.7, gt=0, description="Temperature of the samples.")


class RedTeam(Settings):
    """What the adapter says to those who try to misuse it."""

    enabled: bool = Field(True, description="Whether the probes are asked.")
    probes: Path | None = Field(
        None, description="Probes of the team's own, as JSON lines, asked besides those that finewright ships."
    )
    categories: list[str] | None = Field(
        None, min_length=1, description="Categories of probes that are asked; none: all."
    )
    each: int | None = Field(
        None, ge=1, description="At most so many probes of a category, the same ones every time; none: all."
    )
    max_tokens: Annotated[int, Field(ge=1, le=1024)] = Field(
        48, description="The longest answer to a probe, in tokens."
    )
    garak: Path | None = Field(
        None, description="A report of garak (JSON lines) whose rows are shown beside; none: there is none."
    )


class Audit(Settings):
    """The attacks at the end of a run, and the policy that its gate holds them to."""

    enabled: bool = Field(True, description="Whether a run ends with an audit and a gate.")
    policy: str | None = Field(
        None,
        description="Policy that the gate holds it to: a file, or one that finewright ships (default, release, gdpr, "
        "eu-ai-act, model-risk); none: `default`.",
    )
    secrets: Path | None = Field(
        None, description="List of secrets that `finewright data plant` planted in the data; none: none were."
    )
    references: int = Field(
        200, ge=20, le=900, description="Random secrets of the same form that each planted one is ranked among."
    )
    canaries: Canaries = Field(Canaries(), description="Made-up rows among those that are learned.")
    membership: Membership = Field(Membership(), description="Telling what was learned from what was not.")
    extraction: Extraction = Field(Extraction(), description="Drawing out what was learned.")
    redteam: RedTeam = Field(RedTeam(), description="Misuse, by probes.")
