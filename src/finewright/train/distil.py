"""Prompt distillation as a loss: at each token of a teacher's answer a student learns what the teacher expected there.

    sum_e weight[e] * KL(teacher_e || student_e)      (Hinton et al. 2015; of a prompt: Askell et al. 2021, section 2.2)

The teacher read its own, longer prompt before the same answer. Knows batches and states; no prompts and no files.
"""

from collections.abc import Callable

from torch import Tensor, nn

from finewright.model.batch import Batch
from finewright.model.states import divergences, hidden_states
from finewright.train.loop import Loss


def matched(apart: Tensor, batch: Batch) -> Tensor:
    """Divergence of each entry in nats (E,), weighted and summed; ()."""
    return (batch.weight * apart).sum()


def teacher_loss(behind: Callable[[Batch], Tensor], head: nn.Module) -> Loss:
    """The divergence from a teacher, of which `behind` gives the state behind each entry of a batch, (E, H).

    `head` has the teacher's output layer (`get_output_embeddings`), which must not learn. No gradient reaches either.
    """

    def loss(model: nn.Module, batch: Batch) -> Tensor:
        # An entry each, not a state: where two students' prompts are the same, their teachers' need not be.
        hidden = hidden_states(model, batch).index_select(0, batch.state)  # (E, H)
        return matched(divergences(model, hidden, head, behind(batch)), batch)

    return loss
