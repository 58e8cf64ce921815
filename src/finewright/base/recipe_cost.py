"""What hours, tokens and hosting cost a team: the recipe's section `cost`. Pure schema; the defaults are examples."""

from typing import Annotated, Literal

from pydantic import Field

from finewright.base.settings import Settings

Price = Annotated[float, Field(ge=0, le=1_000_000)]
EXAMPLES_OF = "January 2026"
"""When the default prices were made up. They are round numbers and nobody's offer."""


class Cost(Settings):
    """Prices, and how calls are paid. They change no result, so a run with other prices is the same run."""

    as_of: str | None = Field(
        None,
        min_length=1,
        description="Day of your prices, such as 2026-03-31; none: they are examples of January 2026, to be replaced.",
    )
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="Currency of all prices, as three letters.")
    machine: Literal["cpu", "gpu"] = Field("cpu", description="Which machine trains and answers, as it is paid for.")
    cpu_hour: Price = Field(0.2, description="Price of an hour of a machine without a GPU.")
    gpu_hour: Price = Field(2.5, description="Price of an hour of a machine with a GPU.")
    watts: Price = Field(0.0, description="What the machine draws while it computes, where electricity is paid apart.")
    kilowatt_hour: Price = Field(0.0, description="Price of a kilowatt hour, where electricity is paid apart.")
    billing: Literal["machine", "tokens"] = Field(
        "machine", description="How calls of a language model are paid: by the machine's time, or by the token."
    )
    million_in: Price = Field(0.5, description="Price of a million prompt tokens, where calls are paid by the token.")
    million_out: Price = Field(1.5, description="Price of a million answer tokens, where calls are paid by the token.")
    hosting_month: Price = Field(0.0, description="Price of keeping a tuned model ready for a month, beside its calls.")
    calls_month: Annotated[int, Field(ge=1, le=10**12)] = Field(10_000, description="How many calls a month brings.")
