"""Learning only the rows that texts meet, beside learning the whole table: the same weights come out."""

import torch
from torch import nn

from finewright.model.encoder import encoded
from finewright.model.packed import PackedBatches
from finewright.model.texts import headed
from finewright.model.vocabulary import LearnedRows, learn_rows, whole_table
from support.parity_heads import PAD, encoder, texts

EXAMPLES = [headed(f"text-{number}", tokens) for number, tokens in enumerate(texts())]
TOKENS = {token for tokens in texts() for token in tokens}


def trained(rows: bool) -> dict[str, torch.Tensor]:
    """Weights after five steps of AdamW with clipping."""
    model = encoder()
    if rows:
        assert learn_rows(model, TOKENS)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=1e-2, weight_decay=0.0, fused=True)
    (batch,) = PackedBatches(1000)(EXAMPLES)
    towards = torch.arange(len(EXAMPLES) * 8).cos().view(-1, 8)
    for _ in range(5):
        (encoded(model, batch, "mean") * towards).sum().backward()
        nn.utils.clip_grad_norm_(weights, 0.1)
        optimizer.step()
        optimizer.zero_grad()
    whole_table(model)
    return {name: value.clone() for name, value in model.state_dict().items()}


def test_it_ends_in_the_same_weights() -> None:
    whole, rows = trained(rows=False), trained(rows=True)
    assert whole.keys() == rows.keys()
    table = "embeddings.word_embeddings.weight"
    met = torch.tensor(sorted(TOKENS))
    before = encoder().state_dict()[table]
    assert not torch.equal(rows[table][met], before[met])
    for name, value in whole.items():
        torch.testing.assert_close(rows[name], value, rtol=1e-5, atol=1e-7)
    others = torch.tensor(sorted(set(range(len(before))) - TOKENS))
    assert torch.equal(rows[table][others], before[others])


def test_unmet_tokens_keep_their_rows() -> None:
    table = nn.Embedding(6, 4)
    rows = LearnedRows(table, torch.tensor([1, 4]))
    with torch.no_grad():
        rows.learned.add_(1)
    tokens = torch.tensor([[0, 1], [4, 5]])
    wanted = table.weight[tokens].clone()
    wanted[0, 1] += 1
    wanted[1, 0] += 1
    torch.testing.assert_close(rows(tokens), wanted)
    torch.testing.assert_close(rows(torch.tensor([[4, 1]])), wanted[[1, 0], [0, 1]][None])


def test_padding_is_no_row_of_its_own() -> None:
    model = encoder()
    assert learn_rows(model, {PAD, 5})
    learned = model.get_input_embeddings()
    assert isinstance(learned, LearnedRows)
    assert learned.rows.tolist() == [5]


def test_a_table_that_does_not_learn_is_left() -> None:
    model = encoder().requires_grad_(False)
    assert not learn_rows(model, TOKENS)
    assert type(model.get_input_embeddings()) is nn.Embedding
