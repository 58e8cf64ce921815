"""Embeddings against the obvious computation: one text at a time, unpadded."""

import numpy as np
import torch
from transformers import AutoModel

from finewright.model.embed import embedder
from finewright.model.hub import find, load_tokenizer
from support.tiny import tiny_encoder

TEXTS = ["card lost", "the invoice was paid short by two boxes damaged in transit", "top up failed", "a"]


def test_vectors_equal_those_of_single_texts(tmp_path):
    base = find(str(tiny_encoder(tmp_path / "encoder")), tmp_path / "home")
    vectors = embedder(base)(TEXTS)
    model, tokenizer = AutoModel.from_pretrained(base.folder).eval(), load_tokenizer(base)
    for text, vector in zip(TEXTS, vectors, strict=True):
        with torch.no_grad():
            states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        mean = states.mean(0)
        assert np.allclose(vector, (mean / mean.norm()).numpy(), atol=1e-5)


def test_no_texts_give_no_vectors(tmp_path):
    base = find(str(tiny_encoder(tmp_path / "encoder")), tmp_path / "home")
    assert embedder(base)([]).shape == (0, 32)
