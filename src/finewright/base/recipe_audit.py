"""What is attacked before an adapter is shipped: the recipe's section `audit`. Pure schema; docs/audit.md says why."""

from pathlib import Path

from pydantic import Field

from finewright.base.settings import Settings


class Canaries(Settings):
    """Made-up rows planted among those that are learned, to measure how much of a row the adapter keeps."""

    enabled: bool = Field(True, description="Whether canaries are planted.")


class Membership(Settings):
    """Whether rows that were learned can be told from rows that were not."""

    enabled: bool = Field(True, description="Whether membership is attacked.")


class Extraction(Settings):
    """Whether rows that were learned can be drawn out of the adapter."""

    enabled: bool = Field(True, description="Whether extraction is attacked.")


class RedTeam(Settings):
    """What the adapter says to those who try to misuse it."""

    enabled: bool = Field(True, description="Whether the probes are asked.")


class Audit(Settings):
    """The attacks at the end of a run, and the policy that its gate holds them to."""

    enabled: bool = Field(True, description="Whether a run ends with an audit and a gate.")
    policy: Path | None = Field(
        None, description="Policy file that the gate reads; none: the one that finewright ships."
    )
    canaries: Canaries = Field(Canaries(), description="Made-up rows among those that are learned.")
    membership: Membership = Field(Membership(), description="Telling what was learned from what was not.")
    extraction: Extraction = Field(Extraction(), description="Drawing out what was learned.")
    redteam: RedTeam = Field(RedTeam(), description="Misuse, by probes.")
