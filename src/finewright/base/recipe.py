"""The recipe: every setting of a run, typed, each with the sentence that help, docs and JSON Schema show.

Pure schema: reading the YAML, finding line numbers and naming the nearest key is `base/recipe_file.py`. A value of
None means "worked out from the data or the machine"; the resolved recipe in the run folder holds what it became.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]


class Settings(BaseModel):
    """Frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(Settings):
    """Which columns (or JSON keys) hold what; None: recognised by name."""

    input: str | None = Field(None, description="Column with the input text, or the prompt.")
    answer: str | None = Field(None, description="Column with the label or the completion.")
    group: str | None = Field(None, description="Column naming the customer, document or case a row belongs to.")
    time: str | None = Field(None, description="Column with the time of a row (ISO 8601 sorts best).")


class Data(Settings):
    """Where the examples are and how to read them."""

    train: Path = Field(description="File with the examples to learn from, relative to the recipe.")
    validation: Path | None = Field(None, description="File to choose settings on; none: split off from train.")
    test: Path | None = Field(None, description="File to measure on once, never changed; none: split off from train.")
    type: Literal["auto", "csv", "jsonl", "json", "parquet"] = Field("auto", description="Kind of file.")
    shape: Literal["auto", "labelled", "prompt", "chat"] = Field(
        "auto", description="Shape of a row: text and label, prompt and completion, or OpenAI chat messages."
    )
    columns: Columns = Field(Columns(), description="Columns by role, where recognition needs help.")
    encoding: str = Field("utf-8", description="Text encoding of CSV and JSON files.")
    delimiter: str | None = Field(None, min_length=1, max_length=1, description="CSV delimiter; none: recognised.")
    on_bad: Literal["stop", "skip"] = Field("stop", description="What to do with a row that cannot be used.")
    too_long: Literal["stop", "truncate", "drop"] = Field(
        "stop", description="What to do with an example longer than `train.max_length`; truncate cuts the input's end."
    )


class Split(Settings):
    """How the held-out parts come about when no file is given for them."""

    by: Literal["auto", "random", "group", "time"] = Field(
        "auto", description="random (stratified by label), group (no group on two sides) or time (latest is test)."
    )
    validation: Share = Field(0.15, description="Share of the rows for choosing settings and early stopping.")
    test: Share = Field(0.2, description="Share of the rows for the one final measurement.")
    near: Annotated[float, Field(gt=0, le=1)] = Field(
        0.9, description="Jaccard similarity of character 5-grams from which two inputs count as the same."
    )


class Task(Settings):
    """What the model is asked to do."""

    kind: Literal["auto", "classes", "json", "text"] = Field(
        "auto", description="One of some labels, a JSON record, or text."
    )
    instruction: str = Field(
        "Answer in the way of the examples.",
        min_length=1,
        description="One line that says the task; prompts use it as {instruction}.",
    )


class Prompt(Settings):
    """An arm's prompt; {instruction} and {choices} (the labels, or the fields of the record) are filled in."""

    enabled: bool = Field(True, description="Whether this arm runs.")
    prompt: str = Field("{instruction}", min_length=1, description="The system message of this arm.")


class FewShot(Prompt):
    """The few-shot arm: examples from the training part precede the question."""

    prompt: str = Field("{instruction}\n{choices}", min_length=1, description="The system message of this arm.")
    examples: Annotated[int, Field(ge=1, le=64)] = Field(4, description="How many training examples are shown.")


class ZeroShot(Prompt):
    """The zero-shot arm: instruction and choices, no examples."""

    prompt: str = Field("{instruction}\n{choices}", min_length=1, description="The system message of this arm.")


class Cheap(Settings):
    """An arm without a language model."""

    enabled: bool = Field(True, description="Whether this arm runs.")


class Frozen(Cheap):
    """Logistic regression on frozen embeddings."""

    base: str = Field("minilm-l6", description="Embedding base.")


class Arms(Settings):
    """What the tuned model is compared with; every model arm has its own prompt."""

    majority: Cheap = Field(Cheap(), description="Always the most frequent answer.")
    tfidf: Cheap = Field(Cheap(), description="TF-IDF and logistic regression.")
    frozen: Frozen = Field(Frozen(), description="Frozen embeddings and logistic regression.")
    zero_shot: ZeroShot = Field(ZeroShot(), description="The base with a prompt.")
    few_shot: FewShot = Field(FewShot(), description="The base with a prompt and examples.")
    tuned: Prompt = Field(
        default_factory=Prompt, description="The fine-tuned adapter; one line, no labels or examples."
    )


class Lora(Settings):
    """The adapter."""

    rank: Annotated[int, Field(ge=1, le=512)] = Field(16, description="Rank of the update of each matrix.")
    alpha: Annotated[float, Field(gt=0)] = Field(32, description="Scale of the update: alpha / rank.")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.0, description="Dropout on the adapter's input.")
    modules: Literal["all-linear"] | list[str] = Field(
        "all-linear", description="Which matrices get an adapter: all-linear, or names such as q_proj."
    )


class Train(Settings):
    """How the tuned arm learns."""

    enabled: bool = Field(True, description="Whether to fine-tune at all; off compares the other arms.")
    rows: Count | None = Field(None, description="At most this many training rows (stratified, seeded); none: all.")
    epochs: Annotated[int, Field(ge=1, le=1000)] = Field(3, description="Passes over the training rows.")
    batch: Count = Field(16, description="Examples per optimizer step.")
    micro_tokens: Count | None = Field(
        None, description="Most tokens computed at once, shared ones counted once; none: from free memory, and kept."
    )
    gradient_checkpointing: bool = Field(
        False, description="Compute each layer again in the backward pass: a third more work, a fraction of the memory."
    )
    learning_rate: Annotated[float, Field(gt=0, le=1)] = Field(5e-4, description="Peak learning rate.")
    schedule: Literal["cosine", "linear", "constant"] = Field("cosine", description="Decay after the warm-up.")
    warmup: Annotated[float, Field(ge=0, lt=1)] = Field(0.06, description="Share of the steps that warm up.")
    weight_decay: Annotated[float, Field(ge=0)] = Field(0.0, description="AdamW weight decay.")
    clip: Annotated[float, Field(gt=0)] = Field(1.0, description="Largest gradient norm of a step.")
    evaluations: Count = Field(2, description="Validation losses per epoch.")
    patience: Annotated[int, Field(ge=0)] = Field(
        4, description="Stop after this many validations without a better loss; 0: never."
    )
    max_length: Count | None = Field(None, description="Longest example in tokens; none: the base's context.")
    threads: Count | None = Field(None, description="CPU threads; none: the machine's cores. Part of sameness.")
    lora: Lora = Field(Lora(), description="The adapter.")


class Evaluate(Settings):
    """How arms are measured."""

    test_rows: Count | None = Field(None, description="Test rows for the model arms (seeded sample); none: all.")
    validation_rows: Count | None = Field(200, description="Validation rows that choose the challenger; none: all.")
    max_tokens: Count | None = Field(None, description="Longest answer in tokens; none: from the training answers.")
    batch_tokens: Count = Field(
        8192, description="Most tokens, prompts and answers, held side by side; changes memory and speed."
    )
    confidence: Share = Field(0.95, description="Level of intervals, and one minus the level of tests.")


class Output(Settings):
    """Where results go."""

    runs: Path = Field(Path("runs"), description="Folder for run folders, relative to the recipe.")


class Recipe(Settings):
    """One run: data, split, task, arms, training, evaluation."""

    name: str | None = Field(
        None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="Name of the run; none: the recipe's file name."
    )
    base: str = Field(
        "smollm2-135m", description="Base model: a name of `finewright models list`, a folder, or a hub id."
    )
    seed: Annotated[int, Field(ge=0)] = Field(0, description="Seed of every random choice.")
    data: Data = Field(description="Where the examples are and how to read them.")
    split: Split = Field(Split(), description="How held-out parts come about.")
    task: Task = Field(Task(), description="What the model is asked to do.")
    arms: Arms = Field(Arms(), description="What is compared.")
    train: Train = Field(Train(), description="How the tuned arm learns.")
    evaluate: Evaluate = Field(Evaluate(), description="How arms are measured.")
    output: Output = Field(Output(), description="Where results go.")
