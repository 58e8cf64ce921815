"""The recipe: every setting of a run, typed, each with the sentence that help, docs and JSON Schema show.

Pure schema: reading the YAML, finding line numbers and naming the nearest key is `base/recipe_file.py`. A value of
None means "worked out from the data or the machine"; the resolved recipe in the run folder holds what it became.
"""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]
Rank = Annotated[int, Field(ge=1, le=512)]


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
    type: Literal["auto", "csv", "jsonl", "json", "parquet", "text"] = Field(
        "auto", description="Kind of file; text: a plain text file, or a folder of them, one document each."
    )
    shape: Literal["auto", "labelled", "prompt", "chat", "alpaca", "sharegpt", "documents"] = Field(
        "auto",
        description="Shape of a row: text and label, prompt and completion, OpenAI chat messages, Alpaca, ShareGPT, "
        "or documents of plain text.",
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

    kind: Literal["auto", "classes", "labels", "json", "text", "documents"] = Field(
        "auto",
        description="One of some labels, any of some labels, a JSON record, text, or documents to go on reading.",
    )
    order: list[str] | None = Field(
        None, min_length=2, description="The labels from the lowest to the highest, where they have an order."
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


class Lora(Settings):
    """The adapter."""

    variant: Literal["lora", "rslora", "dora"] = Field(
        "lora", description="lora, rslora (scale alpha / sqrt(rank)) or dora (direction and magnitude apart)."
    )
    rank: Rank = Field(16, description="Rank of the update of each matrix.")
    ranks: dict[str, Rank] = Field({}, description="Other ranks for some matrices by name, such as down_proj: 32.")
    alpha: Annotated[float, Field(gt=0)] = Field(32, description="Scale of the update: alpha / rank.")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.0, description="Dropout on the adapter's input.")
    modules: Literal["all-linear"] | list[str] = Field(
        "all-linear", description="Which matrices get an adapter: all-linear, or names such as q_proj."
    )


class Learning(Settings):
    """What the loop, the optimizer and the layout of batches read, whatever is learned."""

    rates: ClassVar[dict[str, float]] = {"lora": 5e-4, "full": 5e-5}
    method: Literal["lora", "full"] = Field("lora", description="lora: an adapter; full: the base's own weights.")
    layers: Count | list[Annotated[int, Field(ge=0)]] | None = Field(
        None, description="How many of the top layers learn, or which (counted from 0); none: all of them."
    )
    epochs: Annotated[int, Field(ge=1, le=1000)] = Field(3, description="Passes over the training rows.")
    batch: Count = Field(16, description="Examples per optimizer step.")
    micro_tokens: Count | None = Field(
        None, description="Most tokens computed at once, shared ones counted once; none: from free memory, and kept."
    )
    learning_rate: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="Peak learning rate; none: 5e-4 for an adapter, 5e-5 for all weights."
    )
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

    @property
    def rate(self) -> float:
        """The peak learning rate, the method's own where none is written."""
        return self.rates[self.method] if self.learning_rate is None else self.learning_rate


class EncoderTrain(Learning):
    """How the encoder arm learns."""

    rates: ClassVar[dict[str, float]] = {"lora": 1e-3, "full": 1e-4}
    method: Literal["lora", "full"] = Field("full", description="lora: an adapter; full: the encoder's own weights.")
    epochs: Annotated[int, Field(ge=1, le=1000)] = Field(6, description="Passes over the training rows.")
    batch: Count = Field(32, description="Examples per optimizer step.")
    learning_rate: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="Peak learning rate; none: 1e-3 for an adapter, 1e-4 for all weights."
    )


class Encoder(Cheap):
    """A small model with a classification head, trained as a whole or by an adapter."""

    base: str = Field("minilm-l6", description="Base under the head: an embedding model, or a decoder.")
    pooling: Literal["auto", "mean", "first", "last"] = Field(
        "auto", description="Which states the head reads; auto: the mean of an encoder's, the last of a decoder's."
    )
    weights: Literal["none", "balanced"] = Field(
        "none", description="balanced: rows of rare labels count more, in inverse proportion to their number."
    )
    train: EncoderTrain = Field(EncoderTrain(), description="How it learns.")


class Arms(Settings):
    """What the tuned model is compared with; every model arm has its own prompt."""

    majority: Cheap = Field(Cheap(), description="Always the most frequent answer.")
    tfidf: Cheap = Field(Cheap(), description="TF-IDF and logistic regression.")
    frozen: Frozen = Field(Frozen(), description="Frozen embeddings and logistic regression.")
    encoder: Encoder = Field(Encoder(), description="A small model with a classification head, trained.")
    zero_shot: ZeroShot = Field(ZeroShot(), description="The base with a prompt.")
    few_shot: FewShot = Field(FewShot(), description="The base with a prompt and examples.")
    tuned: Prompt = Field(
        default_factory=Prompt, description="The fine-tuned adapter; one line, no labels or examples."
    )


class Replay(Settings):
    """General examples learned beside the task's own, against forgetting."""

    file: Path | None = Field(None, description="File of general examples, relative to the recipe.")
    self_generated: Count | None = Field(
        None, description="How many answers the base writes itself, to general prompts, before it is trained."
    )
    share: Share = Field(0.05, description="Share of general examples among all that are learned.")
    kl: Annotated[float, Field(ge=0)] = Field(
        0.0, description="Weight of the divergence from the base's own answers on general examples."
    )


class Train(Learning):
    """How the tuned arm learns."""

    enabled: bool = Field(True, description="Whether to fine-tune at all; off compares the other arms.")
    rows: Count | None = Field(None, description="At most this many training rows (stratified, seeded); none: all.")
    start: Path | None = Field(None, description="Adapter folder to go on from, relative to the recipe; none: anew.")
    quantise: Literal["nf4"] | None = Field(
        None, description="nf4: the frozen base in 4 bits while the adapter learns (QLoRA); none: in full precision."
    )
    turns: Literal["all", "last"] = Field(
        "all", description="Which assistant turns of a conversation are learned, where a row does not say itself."
    )
    cache: Literal["auto", "on", "off"] = Field(
        "auto", description="Whether states below the lowest layer that learns are computed once and kept on disk."
    )
    gradient_checkpointing: bool = Field(
        False, description="Compute each layer again in the backward pass: a third more work, a fraction of the memory."
    )
    replay: Replay = Field(Replay(), description="General examples against forgetting.")


class Forgetting(Settings):
    """What is asked before and after training to see whether the base's knowledge survived."""

    enabled: bool = Field(True, description="Whether forgetting is measured.")
    text: Path | None = Field(None, description="General text for perplexity; none: the one that finewright ships.")
    probes: Path | None = Field(
        None, description="Multiple-choice questions as JSONL; none: the ones that finewright ships."
    )
    margin: Share = Field(0.03, description="Loss of accuracy on the probes that is still acceptable.")
    perplexity_margin: Annotated[float, Field(gt=0)] = Field(
        0.05, description="Relative rise of perplexity on the general text that is still acceptable."
    )


class Evaluate(Settings):
    """How arms are measured."""

    test_rows: Count | None = Field(None, description="Test rows for the model arms (seeded sample); none: all.")
    validation_rows: Count | None = Field(200, description="Validation rows that choose the challenger; none: all.")
    max_tokens: Count | None = Field(None, description="Longest answer in tokens; none: from the training answers.")
    batch_tokens: Count = Field(
        8192, description="Most tokens, prompts and answers, held side by side; changes memory and speed."
    )
    forgetting: Forgetting = Field(Forgetting(), description="What the base must not lose.")
    confidence: Share = Field(0.95, description="Level of intervals, and one minus the level of tests.")


class Output(Settings):
    """Where results go."""

    runs: Path = Field(Path("runs"), description="Folder for run folders, relative to the recipe.")


class Sweep(Settings):
    """Which settings are tried, each combination with several seeds, on the validation part alone."""

    grid: dict[str, Any] = Field({}, description="Values to try by dotted key, as train.learning_rate: [1e-4].")
    seeds: Annotated[int, Field(ge=3)] = Field(3, description="Seeds of each combination.")


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
    sweep: Sweep = Field(Sweep(), description="What `finewright sweep` tries.")
    output: Output = Field(Output(), description="Where results go.")
