"""What only a team knows about its task: the recipe's section `advise`, which `finewright advise` goes by.

Pure schema. None means that nobody has answered yet; the description is also the question that is asked.
"""

from typing import Annotated, Literal

from pydantic import Field

from finewright.base.settings import Settings, Share


class Advise(Settings):
    """Answers to a few questions. They change no result, so a run with other answers is the same run."""

    facts_change: Literal["never", "yearly", "monthly", "weekly", "daily"] | None = Field(
        None, description="How often do facts change that right answers rest on."
    )
    must_cite: bool | None = Field(None, description="Must an answer name the document that it rests on.")
    deletion: bool | None = Field(None, description="Could a record have to be deleted later, as a person may ask.")
    calls_month: Annotated[int, Field(ge=0, le=10**12)] | None = Field(
        None, description="How many calls a month are there."
    )
    compute: Literal["none", "cpu", "gpu"] | None = Field(
        None, description="Which machine is there to train on, for some hours."
    )
    short_rule: bool | None = Field(
        None, description="Could you write down in ten lines the rule by which every answer is right."
    )
    enough: Share = Field(0.9, description="Share of right answers that is good enough for use.")
