"""How far training is and how well it went: numbers alone, so that they fit a checkpoint's JSON.

Knows nothing of models or files. `Tally` is what the loop keeps while it runs; `Outcome` is what it hands back.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training.

    steps               optimizer steps done
    epochs              passes over the examples, in parts where training stopped early
    base_loss           validation loss (nats per supervised token) before the first step: the base's own
    best_loss           lowest validation loss of a trained adapter, or the last where the last is kept, reached after
                        `best_step`: the adapter kept
    improved            whether best_loss is below base_loss; where it is not, training taught nothing that validates
    first_loss          training loss of the first and of the last step
    last_loss
    stopped_early       the reason, or empty where all steps were done
    tokens              tokens computed in training, shared ones once, padding included
    supervised_tokens   how many of them were learned from
    seconds             wall time of training and its validations, over all its resumptions
    resumed_at          the steps after which a stopped run was taken up again
    """

    steps: int
    epochs: float
    base_loss: float
    best_loss: float
    best_step: int
    improved: bool
    first_loss: float
    last_loss: float
    stopped_early: str
    tokens: int
    supervised_tokens: int
    seconds: float
    resumed_at: tuple[int, ...]


@dataclass(slots=True)
class Tally:
    """The running numbers; `step` counts the optimizer steps done, `waited` the validations since the best one.

    The training losses mean something once `step` is above 0, the best loss once `best_step` is.
    """

    base_loss: float
    step: int = 0
    first_loss: float = 0.0
    last_loss: float = 0.0
    best_loss: float = 0.0
    best_step: int = 0
    waited: int = 0
    stopped_early: str = ""
    tokens: int = 0
    supervised_tokens: int = 0
    seconds: float = 0.0
    resumed_at: list[int] = field(default_factory=list)

    @classmethod
    def from_json(cls, numbers: dict[str, Any]) -> Self:
        """The tally that `to_json` gave."""
        return cls(**numbers)

    def to_json(self) -> dict[str, Any]:
        """All of it, for a checkpoint."""
        return asdict(self)

    def learned(self, loss: float, tokens: int, supervised: int) -> None:
        """Note an optimizer step."""
        self.first_loss = self.first_loss if self.step else loss
        self.last_loss = loss
        self.step += 1
        self.tokens += tokens
        self.supervised_tokens += supervised

    def validated(self, loss: float, patience: int, keep: Literal["best", "last"] = "best") -> bool:
        """Note a validation loss; says whether the weights it is of are to be kept.

        Sets `stopped_early` when patience (if any) ends, which it never does where the last weights are kept.
        """
        if keep == "last" or not self.best_step or loss < self.best_loss:
            self.best_loss, self.best_step, self.waited = loss, self.step, 0
            return True
        self.waited += 1
        if self.waited == patience:
            self.stopped_early = f"no better validation loss than after step {self.best_step} in {patience} validations"
        return False

    def outcome(self, per_epoch: int) -> Outcome:
        """What came of it, once at least one step was done and validated."""
        return Outcome(
            steps=self.step,
            epochs=self.step / per_epoch,
            base_loss=self.base_loss,
            best_loss=self.best_loss,
            best_step=self.best_step,
            improved=self.best_loss < self.base_loss,
            first_loss=self.first_loss,
            last_loss=self.last_loss,
            stopped_early=self.stopped_early,
            tokens=self.tokens,
            supervised_tokens=self.supervised_tokens,
            seconds=self.seconds,
            resumed_at=tuple(self.resumed_at),
        )
