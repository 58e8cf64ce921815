"""A decoder with a value head: how much reward is still to come, by state. Knows no rewards, no losses and no files."""

from torch import Tensor, nn


class Valued(nn.Module):
    """`policy`, which writes answers, and `head`, linear on its states: what the two learn together, as one module.

    The head begins at 0, so that it first pulls at no state. It is no part of the policy, and is not saved with it.
    """

    def __init__(self, policy: nn.Module, width: int) -> None:
        super().__init__()
        self.policy = policy
        self.head = nn.Linear(width, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def values(self, hidden: Tensor) -> Tensor:
        """The value of each state in float32, (S, H) -> (S,)."""
        found: Tensor = self.head(hidden.to(self.head.weight.dtype))
        return found[:, 0]
