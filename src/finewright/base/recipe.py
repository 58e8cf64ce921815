"""The recipe: every setting of a run, typed, each with the sentence that help, docs and JSON Schema show.

Pure schema: reading the YAML, finding line numbers and naming the nearest key is `base/recipe_file.py`. A value of
None means "worked out from the data or the machine"; the resolved recipe in the run folder holds what it became.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from finewright.base.recipe_advise import Advise
from finewright.base.recipe_arms import FewShot, Neighbours, Prompt, Rag, Retrieved, Searched, ZeroShot
from finewright.base.recipe_audit import Audit
from finewright.base.recipe_cost import Cost
from finewright.base.recipe_endpoint import Endpoint
from finewright.base.recipe_judge import Judge
from finewright.base.recipe_privacy import Privacy
from finewright.base.recipe_train import EncoderTrain, RewardTrain, Train
from finewright.base.settings import Count, Settings, Share


class Columns(Settings):
    """Which columns (or JSON keys) hold what; None: recognised by name."""

    input: str | None = Field(None, description="Column with the input text, or the prompt.")
    answer: str | None = Field(
        None, description="Column with the label, the completion, or the chosen or approved answer."
    )
    rejected: str | None = Field(None, description="Column with the rejected answer, or the draft.")
    thumb: str | None = Field(None, description="Column that says whether an answer got a thumb up or down.")
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
    shape: Literal[
        "auto",
        "labelled",
        "prompt",
        "chat",
        "alpaca",
        "sharegpt",
        "documents",
        "pairs",
        "preference",
        "edits",
        "feedback",
    ] = Field(
        "auto",
        description="Shape of a row: text and label, prompt and completion, OpenAI chat messages, Alpaca, ShareGPT, "
        "documents of plain text, a chosen and a rejected answer, OpenAI preferences, a draft and its approved form, "
        "or an answer with a thumb up or down.",
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

    kind: Literal["auto", "classes", "labels", "json", "text", "numbers", "documents", "preferences", "feedback"] = (
        Field(
            "auto",
            description="One of some labels, any of some labels, a JSON record, text, one number, documents to go on "
            "reading, preferences between two answers, or feedback on single ones.",
        )
    )
    order: list[str] | None = Field(
        None, min_length=2, description="The labels from the lowest to the highest, where they have an order."
    )
    instruction: str = Field(
        "Answer in the way of the examples.",
        min_length=1,
        description="One line that says the task; prompts use it as {instruction}.",
    )
    schema_file: Path | None = Field(
        None, description="JSON Schema of records, where answers are JSON: what is valid, and the type of each field."
    )
    tolerance: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="Share of the wanted number by which an answer may be off, where answers are numbers."
    )


class Cheap(Settings):
    """An arm without a language model."""

    enabled: bool = Field(True, description="Whether this arm runs.")


class Frozen(Cheap):
    """Logistic regression on frozen embeddings."""

    base: str = Field("minilm-l6", description="Embedding base.")


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


class Reward(Cheap):
    """A model that scores answers, trained on pairs: whether the preferences can be told at all."""

    base: str = Field("minilm-l6", description="Base under the score: an embedding model, or a decoder.")
    train: RewardTrain = Field(RewardTrain(), description="How it learns.")


class Arms(Settings):
    """What the tuned model is compared with; every model arm has its own prompt."""

    majority: Cheap = Field(Cheap(), description="Always the most frequent answer.")
    tfidf: Cheap = Field(Cheap(), description="TF-IDF and logistic regression.")
    frozen: Frozen = Field(Frozen(), description="Frozen embeddings and logistic regression.")
    neighbours: Neighbours = Field(Neighbours(), description="The nearest training rows by frozen embeddings.")
    encoder: Encoder = Field(Encoder(), description="A small model with a classification head, trained.")
    reward: Reward = Field(Reward(), description="A reward model, where the data are preferences.")
    zero_shot: ZeroShot = Field(ZeroShot(), description="The base with a prompt.")
    few_shot: FewShot = Field(FewShot(), description="The base with a prompt and examples.")
    retrieved: Retrieved = Field(Retrieved(), description="The base with a prompt and the nearest examples.")
    searched: Searched = Field(Searched(), description="The base with the best of several prompts.")
    rag: Rag = Field(Rag(), description="The base with passages of a corpus.")
    endpoints: list[Endpoint] = Field([], description="Models behind OpenAI-compatible endpoints, each an arm.")
    tuned: Prompt = Field(
        default_factory=Prompt, description="The fine-tuned adapter; one line, no labels or examples."
    )

    def runs(self, name: str) -> bool:
        """Whether the arm called `name` is switched on; those that share the frozen arm's embeddings go with it."""
        enabled = getattr(self, name).enabled
        return self.frozen.enabled if enabled is None else bool(enabled)


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


class Style(Settings):
    """The team's rules for an answer: what compliance would send back."""

    banned: list[str] = Field(
        [], description="Phrases that no answer may hold, as whole words in any case; guarantee* means guaranteed too."
    )
    required: list[str] = Field([], description="Disclosures that every answer must hold, found as banned phrases are.")
    longest: Count | None = Field(None, description="Most words of an answer; none: any length.")
    grade: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Highest Flesch-Kincaid grade of an answer, for English; none: any."
    )
    uncertainty: bool = Field(
        False, description="Whether to tell how often English answers hedge, beside how often they are right; no rule."
    )

    @property
    def rules(self) -> int:
        """How many rules there are."""
        return len(self.banned) + len(self.required) + (self.longest is not None) + (self.grade is not None)


class Automate(Settings):
    """Which answers need no review."""

    error: Share | None = Field(
        None, description="Largest share of automated answers that may be wrong; none: nothing is said of it."
    )


class Evaluate(Settings):
    """How arms are measured."""

    test_rows: Count | None = Field(None, description="Test rows for the model arms (seeded sample); none: all.")
    validation_rows: Count | None = Field(200, description="Validation rows that choose the challenger; none: all.")
    max_tokens: Count | None = Field(None, description="Longest answer in tokens; none: from the training answers.")
    batch_tokens: Count = Field(
        8192, description="Most tokens, prompts and answers, held side by side; changes memory and speed."
    )
    style: Style = Field(Style(), description="Rules that answers are held against, before training and after.")
    forgetting: Forgetting = Field(Forgetting(), description="What the base must not lose.")
    automate: Automate = Field(Automate(), description="How many answers need no review.")
    slices: list[str] = Field(
        [], description="Columns of the data file by whose values the report shows figures; changes no run."
    )
    judge: Judge = Field(Judge(), description="A model that judges answers, when `finewright judge` asks it.")
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
    privacy: Privacy = Field(Privacy(), description="What becomes of personal and confidential data in the rows.")
    task: Task = Field(Task(), description="What the model is asked to do.")
    arms: Arms = Field(Arms(), description="What is compared.")
    train: Train = Field(Train(), description="How the tuned arm learns.")
    evaluate: Evaluate = Field(Evaluate(), description="How arms are measured.")
    audit: Audit = Field(Audit(), description="How what was trained is attacked before it is shipped.")
    sweep: Sweep = Field(Sweep(), description="What `finewright sweep` tries.")
    cost: Cost = Field(Cost(), description="What hours, tokens and hosting cost you.")
    advise: Advise = Field(Advise(), description="What only you know, for `finewright advise`.")
    output: Output = Field(Output(), description="Where results go.")
