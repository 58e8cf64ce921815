"""Arms that ask with a prompt, and arms that look around before they answer. Pure schema, for the recipe."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from finewright.base.settings import Settings


class Prompt(Settings):
    """An arm's prompt; {instruction} and {choices} (the labels, or the fields of the record) are filled in."""

    enabled: bool = Field(True, description="Whether this arm runs.")
    prompt: str = Field("{instruction}", min_length=1, description="The system message of this arm.")
    constrained: bool = Field(
        False, description="Whether JSON answers are held to `task.schema_file`, or else to the fields of the examples."
    )


class FewShot(Prompt):
    """The few-shot arm: examples from the training part precede the question."""

    prompt: str = Field("{instruction}\n{choices}", min_length=1, description="The system message of this arm.")
    examples: Annotated[int, Field(ge=1, le=64)] = Field(4, description="How many training examples are shown.")


class ZeroShot(Prompt):
    """The zero-shot arm: instruction and choices, no examples."""

    prompt: str = Field("{instruction}\n{choices}", min_length=1, description="The system message of this arm.")


class Retrieved(FewShot):
    """The few-shot arm with examples of its own for each row: the training rows nearest to it."""

    enabled: bool | None = Field(  # type: ignore[assignment]
        None, description="Whether this arm runs; none: where `arms.frozen` does."
    )


class Rag(Prompt):
    """The base with passages of a corpus, found for each row; {passages} is where they stand in the prompt."""

    enabled: bool = Field(False, description="Whether this arm runs.")
    prompt: str = Field(
        "{instruction}\n{choices}\nAnswer from these passages, and name the number of each that you use in brackets, "
        "as in [1]. If they do not say, answer: I don't know.\n\n{passages}",
        min_length=1,
        description="The system message of this arm.",
    )
    index: Path | None = Field(None, description="Folder of the index, as `finewright corpus add` makes it.")
    passages: Annotated[int, Field(ge=1, le=64)] = Field(4, description="How many passages are shown.")
    mode: Literal["auto", "bm25", "dense", "fused"] = Field(
        "auto", description="How passages are found; auto: fused, or bm25 where the index has no vectors."
    )
    entitlements: list[str] = Field([], description="What the asker holds; none: only what is everybody's is found.")
    tuned: bool = Field(False, description="Whether the fine-tuned model answers with passages too, as a further arm.")


class Neighbours(Settings):
    """The answers of the training rows whose embeddings lie nearest."""

    enabled: bool | None = Field(None, description="Whether this arm runs; none: where `arms.frozen` does.")
    most: Annotated[int, Field(ge=1, le=1000)] = Field(
        50, description="Most neighbours that vote; how many do is chosen on the training rows."
    )


class Searched(Settings):
    """The few-shot arm with the prompt that did best on validation rows, out of several and within a budget."""

    enabled: bool = Field(False, description="Whether this arm runs.")
    prompts: list[str] = Field(
        [
            "{instruction}\n{choices}",
            "{instruction}\n{choices}\nReply with the answer alone.",
            "You are an expert at this task. {instruction}\n{choices}\nFollow the examples exactly.",
        ],
        min_length=1,
        description="System messages that are tried.",
    )
    examples: list[Annotated[int, Field(ge=0, le=64)]] = Field(
        [0, 4, 8], min_length=1, description="Numbers of training examples that are tried."
    )
    draws: Annotated[int, Field(ge=1, le=16)] = Field(2, description="Choices of examples that are tried for each.")
    budget: Annotated[int, Field(ge=1)] = Field(600, description="Most rows asked in the search, all prompts together.")
