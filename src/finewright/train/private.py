"""Differentially private steps: each example's gradient clipped by itself, and noise on their sum. Knows no accountant.

DP-SGD (Abadi et al. 2016) with a Poisson sample for each step, as the accountant takes it to be: an example is in a
step or not by a draw of its own, so that sizes of steps vary, and the sum is divided by the expected size, which says
nothing of the sample. An example stands alone in its batch, since tokens that are shared would share a gradient. The
loop is the one loop: clipping is a factor on the example's loss, and noise a batch of its own whose loss is linear.

Sample and noise come from a secret key. Who knew it could take the noise off again.
"""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
import torch
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from torch import Tensor, nn

from finewright.base.recipe_train import Learning
from finewright.model.batch import Batch, Example, Step
from finewright.model.padded import padded
from finewright.train.figures import Means
from finewright.train.preflight import check_examples
from finewright.train.sft import token_loss
from finewright.train.weights import trainable

_NOISE = "noise of step "


class PrivateSteps:
    """The optimizer steps over Poisson samples of `examples`, a batch of noise in each.

    rate        how likely an example is in a step: `settings.batch` of all of them, at most 1
    total       optimizer steps in all
    per_epoch   optimizer steps in which each example is expected once

    Raises InputError where there are no examples, or one without a supervised token.
    """

    def __init__(self, examples: Sequence[Example], settings: Learning, key: bytes, pad: int) -> None:
        check_examples(examples)
        self._examples, self._size, self._key, self._pad = tuple(examples), settings.batch, key, pad
        self.rate = min(1.0, settings.batch / len(self._examples))
        self.per_epoch = math.ceil(len(self._examples) / settings.batch)
        self.total = self.per_epoch * settings.epochs

    def step(self, number: int) -> Step:
        """Step `number`, 0-based: depends on nothing but the number and the key. It may hold noise alone."""
        taken = [one for one in self._examples if _drawn(self._key, number, one.id) < self.rate]
        batches = (*(padded([one], self._pad) for one in taken), _noise_batch(number))
        return Step(batches, weight=self.rate * len(self._examples))


class PrivateLoss:
    """Cross-entropy of an example per supervised token, with a gradient of norm `clip` at most; or noise.

    clip         largest norm of an example's gradient over all trainable weights together
    multiplier   standard deviation of the noise on each weight, in units of `clip`
    noticed      of the examples seen: their gradient norm before it was clipped, and the share that was
    """

    def __init__(self, clip: float, multiplier: float, key: bytes) -> None:
        self._clip, self._multiplier, self._key = clip, multiplier, key
        self.noticed = Means()

    def __call__(self, model: nn.Module, batch: Batch) -> Tensor:
        """The loss in nats, (). Its gradient is the clipped one; of a batch of noise it is 0 and its gradient noise.

        Raises ValueError for a batch of several examples.
        """
        if batch.ids[0].startswith(_NOISE):
            return self._noise(model, batch.ids[0])
        if len(batch.ids) > 1:
            raise ValueError("examples in one batch have no gradients of their own")
        loss = token_loss(model, batch) / batch.weight.sum()
        norm = gradient_norm(loss, list(trainable(model).values()))
        self.noticed.add("example_gradient", norm)
        self.noticed.add("clipped", norm > self._clip)
        clipped = loss * (self._clip / norm.clamp(min=self._clip))
        return loss.detach() + (clipped - clipped.detach())

    def _noise(self, model: nn.Module, name: str) -> Tensor:
        """Zero, with a gradient of independent normal draws."""
        weights = list(trainable(model).values())
        drawn = normal(self._key, name, sum(weight.numel() for weight in weights))  # (P,)
        noise = torch.from_numpy(drawn * self._multiplier * self._clip)
        parts = torch.split(noise, [weight.numel() for weight in weights])
        pairs = zip(weights, parts, strict=True)
        linear = torch.stack([(weight * part.to(weight).view_as(weight)).sum() for weight, part in pairs]).sum()
        return linear - linear.detach()


def gradient_norm(loss: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """The joint norm of a loss's gradients, () float64; the graph is kept, for whoever goes backward through it."""
    gradients = torch.autograd.grad(loss, weights, retain_graph=True, allow_unused=True)
    squares = [gradient.double().square().sum() for gradient in gradients if gradient is not None]
    return torch.stack(squares).sum().sqrt()


def normal(key: bytes, name: str, count: int) -> np.ndarray:
    """`count` standard normal draws in float64 that nobody without the 32-byte key can foretell.

    ChaCha20's key stream, under a key of this name's own, as uniform numbers of 53 bits, by Box and Muller (1958).
    """
    own = hashlib.blake2b(name.encode(), key=key, digest_size=32).digest()
    stream = Cipher(algorithms.ChaCha20(own, bytes(16)), mode=None).encryptor()
    half = -(-count // 2)
    bits = np.frombuffer(stream.update(bytes(16 * half)), dtype=np.uint64).reshape(2, half) >> np.uint64(11)
    radius, angle = (bits[0] + 1) / 2.0**53, bits[1] / 2.0**53  # (0, 1] and [0, 1)
    length, turn = np.sqrt(-2.0 * np.log(radius)), 2.0 * np.pi * angle
    return np.concatenate([length * np.cos(turn), length * np.sin(turn)])[:count]


def _drawn(key: bytes, number: int, name: str) -> float:
    """A number in [0, 1) of this example's own in this step."""
    drawn = hashlib.blake2b(f"{number} {name}".encode(), key=key, digest_size=8).digest()
    return (int.from_bytes(drawn, "big") >> 11) / 2.0**53


def _noise_batch(number: int) -> Batch:
    """A batch without tokens whose id names the step."""
    none = torch.empty(0, dtype=torch.int64)
    return Batch({}, none, none, none, torch.empty(0), none, ids=(f"{_NOISE}{number}",), tokens=0)
