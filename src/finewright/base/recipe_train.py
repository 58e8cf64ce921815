"""How something learns: the sections of a recipe about the loop, the adapter, and what is learned from.

Pure schema, as `base/recipe.py` is for the rest.
"""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from finewright.base.settings import Count, Rank, Settings, Share


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
    keep: Literal["best", "last"] = Field(
        "best", description="Which weights are kept: those with the best validation loss, or the last."
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


class RewardTrain(EncoderTrain):
    """How a reward model learns."""

    epochs: Annotated[int, Field(ge=1, le=1000)] = Field(3, description="Passes over the training pairs.")


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


class DifferentialPrivacy(Settings):
    """A bound on what the adapter can keep of any one row, at the price of noise."""

    epsilon: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Most that a single training row may cost (epsilon); none: no differential privacy."
    )
    delta: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None, description="Chance left outside the bound (delta); none: a tenth of one over the training rows."
    )
    clip: Annotated[float, Field(gt=0)] = Field(1.0, description="Largest gradient norm of a single example.")

    @property
    def on(self) -> bool:
        """Whether there is a bound to be kept."""
        return self.epsilon is not None


class Preference(Settings):
    """How preferences and feedback become a loss."""

    beta: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="Strength of the preference against the reference; none: 0.1, for simpo 2, for orpo the weight of "
        "its odds.",
    )
    smoothing: Annotated[float, Field(ge=0, lt=0.5)] = Field(
        0.0, description="Share of pairs taken to be the wrong way round (conservative DPO)."
    )
    length_normalised: bool = Field(False, description="Whether dpo goes by the mean of an answer's tokens.")
    margin: Annotated[float, Field(ge=0)] = Field(1.0, description="By how much simpo wants the chosen side ahead.")
    desirable: Annotated[float, Field(gt=0)] = Field(1.0, description="What an answer with a thumb up counts in kto.")
    undesirable: Annotated[float, Field(gt=0)] = Field(1.0, description="What one with a thumb down counts in kto.")


class RewardPart(Settings):
    """One reward of a rollout: a scorer, and what it counts."""

    scorer: Literal["correct", "valid", "fields", "style", "length", "model", "python", "judge"] = Field(
        description="correct: the task's own scorer; valid: a known label, or JSON with the fields of the task; "
        "fields: the share of fields right; style: `evaluate.style`; length: no more words than wanted; model: a "
        "reward model; python: a function of yours; judge: the base, asked."
    )
    weight: float = Field(1.0, description="What it counts in the sum.")
    path: Path | None = Field(
        None, description="For model its folder, for python the file, relative to the recipe; none: not needed."
    )
    function: str = Field("reward", description="For python the name: function(prompt, answer, wanted) -> number.")
    rubric: str = Field(
        "Is the answer right and complete?", min_length=1, description="For judge, the question that it answers."
    )
    criterion: str | None = Field(
        None, description="For judge, the criterion of `evaluate.judge` that it goes by; none: `rubric`, yes or no."
    )
    seconds: Annotated[float, Field(gt=0)] = Field(10.0, description="For python, the most time for one call.")


class Reinforce(Settings):
    """How rewards become a loss: rollouts, their advantages, and how far from the base they may lead."""

    rollouts: Annotated[int, Field(ge=2, le=256)] = Field(8, description="Answers sampled for each prompt (a group).")
    temperature: Annotated[float, Field(gt=0)] = Field(1.0, description="Temperature of sampling.")
    top_p: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0, description="Probability of the tokens that are sampled from."
    )
    max_tokens: Count | None = Field(None, description="Longest rollout in tokens; none: from the training answers.")
    kl: Annotated[float, Field(ge=0)] = Field(0.04, description="Weight of the divergence from the base.")
    clip: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.2, description="How far a token's ratio may move and be learned."
    )
    updates: Annotated[int, Field(ge=1, le=16)] = Field(1, description="Optimizer steps on each batch of rollouts.")
    scale: bool = Field(
        True,
        description="Whether grpo divides advantages by their group's standard deviation, and ppo takes them less "
        "their mean and by that of the round.",
    )
    normalise: Literal["answer", "tokens", "constant"] = Field(
        "answer",
        description="What a token's loss is divided by: its answer's tokens, all of them, or the longest; rloo learns "
        "whole answers.",
    )
    value_weight: Annotated[float, Field(ge=0)] = Field(0.5, description="Weight of the value head's loss in ppo.")
    discount: Annotated[float, Field(gt=0, le=1)] = Field(1.0, description="Discount of ppo from token to token.")
    smoothing: Annotated[float, Field(ge=0, le=1)] = Field(0.95, description="Lambda of ppo's advantage estimation.")
    rewards: list[RewardPart] = Field(
        [RewardPart(scorer="correct")], min_length=1, description="What is rewarded; the parts are added up."
    )
    collapse: Annotated[int, Field(ge=0)] = Field(
        10, description="Stop after so many rounds of rollouts in a row that teach nothing any more; 0: never."
    )


class Distil(Settings):
    """A long prompt baked into the weights: who answers with it, and what of the answer is learned."""

    teacher: str | None = Field(None, description="Base that answers with the prompt; none: the run's own base.")
    prompt: str = Field("{instruction}\n{choices}", min_length=1, description="The teacher's system message.")
    examples: Annotated[int, Field(ge=0, le=64)] = Field(0, description="Training examples shown to the teacher.")
    match: Literal["tokens", "answers"] = Field(
        "tokens", description="tokens: the teacher's distribution over each next token; answers: what it wrote."
    )


class Train(Learning):
    """How the tuned arm learns."""

    objective: Literal["auto", "answers", "dpo", "ipo", "orpo", "simpo", "kto", "distil", "grpo", "rloo", "ppo"] = (
        Field(
            "auto",
            description="What is learned from: answers, preferences (dpo, ipo, orpo, simpo), feedback (kto), a teacher "
            "with a longer prompt (distil), or rewards (grpo, rloo, ppo); auto: dpo for preferences, kto for feedback, "
            "else answers.",
        )
    )
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
    dp: DifferentialPrivacy = Field(
        DifferentialPrivacy(), description="Differential privacy of single training rows (DP-SGD on the adapter)."
    )
    preference: Preference = Field(Preference(), description="How preferences and feedback become a loss.")
    reinforce: Reinforce = Field(Reinforce(), description="How rewards become a loss.")
    distil: Distil = Field(Distil(), description="A long prompt baked into the weights.")
