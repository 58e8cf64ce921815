"""An embedding table of which only the rows that training meets learn. Knows tokens; no model and no optimizer.

A row whose token occurs in no training text has no gradient, and AdamW without weight decay leaves it where it is, so
training the others alone ends in the same weights. It spares the gradient, the moments and the update of a table that
is most of a small encoder: 12 of 23 million weights in MiniLM, of which a task meets a tenth.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel


class LearnedRows(nn.Module):
    """`table`, frozen, with its `rows` (R,) as a parameter of their own; they are put back by `whole_table`."""

    def __init__(self, table: nn.Embedding, rows: Tensor) -> None:
        super().__init__()
        self.table = table.requires_grad_(False)
        self.learned = nn.Parameter(table.weight.detach().index_select(0, rows))  # (R, H)
        self.rows: Tensor
        self.place: Tensor
        self.register_buffer("rows", rows, persistent=False)
        place = torch.full((table.num_embeddings,), -1).index_copy_(0, rows, torch.arange(len(rows)))
        self.register_buffer("place", place, persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """(...) int64 -> (..., H)."""
        place = self.place.index_select(0, tokens.flatten()).view_as(tokens)
        known = place >= 0
        if known.all():
            return functional.embedding(place, self.learned)
        learned = functional.embedding(place.clamp(min=0), self.learned)
        found: Tensor = torch.where(known[..., None], learned, self.table(tokens))
        return found


def learn_rows(model: PreTrainedModel, tokens: Iterable[int]) -> bool:
    """Have only the rows of these tokens learn, where the table is a plain one that learns; whether it is so now."""
    table = model.get_input_embeddings()
    if type(table) is not nn.Embedding or not table.weight.requires_grad or table.max_norm or table.scale_grad_by_freq:
        return False
    # A padding row gets no gradient from torch's own table either.
    rows = torch.tensor(sorted(set(tokens) - {table.padding_idx}))
    model.set_input_embeddings(LearnedRows(table, rows))
    return True


@torch.no_grad()
def whole_table(model: PreTrainedModel) -> None:
    """Put the learned rows back into the table, and the table into the model, as it was before `learn_rows`."""
    learned = model.get_input_embeddings()
    if isinstance(learned, LearnedRows):
        learned.table.weight.index_copy_(0, learned.rows, learned.learned)
        model.set_input_embeddings(learned.table)
