"""lm-eval's side of `choices.py`: `HFLM.loglikelihood`, one request for each label behind each prompt.

    choices_peer.py JOB BATCH_SIZE

Runs in the peers' environment and imports nothing of finewright.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from serve import answers, peak_bytes, question


def main(path: str, batch_size: int) -> None:
    """Load, say so and what ids it sees, and answer until there are no more questions."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    torch.set_num_threads(job["threads"])
    model = HFLM(
        pretrained=job["folder"], device="cpu", dtype="float32", batch_size=batch_size, attn_implementation="sdpa"
    )
    tokens = [[model.tok_encode(prompt + ending) for ending in job["endings"]] for prompt in job["prompts"]]
    versions = {name: version(name) for name in ("lm_eval", "transformers", "torch")}
    answer({"side": "lm-eval", "versions": versions, "tokens": tokens, "bytes": peak_bytes()})
    while asked := question():
        prompts = job["prompts"][asked["from"] :][: asked["peer"]]
        endings = job["endings"][: asked.get("labels")]
        began = time.perf_counter()
        values = likelihoods(model, [(prompt, ending) for prompt in prompts for ending in endings])
        seconds = time.perf_counter() - began
        rows = [values[start : start + len(endings)] for start in range(0, len(values), len(endings))]
        answer({"seconds": seconds, "rows": len(rows), **_told(model, job, prompts, rows), "bytes": peak_bytes()})


def likelihoods(model: HFLM, pairs: list[tuple[str, str]]) -> list[float]:
    """Nats of each ending behind its prompt."""
    requests = [Instance("loglikelihood", {}, pair, number) for number, pair in enumerate(pairs)]
    return [value for value, _ in model.loglikelihood(requests, disable_tqdm=True)]


def _told(model: HFLM, job: dict[str, Any], prompts: list[str], rows: list[list[float]]) -> dict[str, Any]:
    """The best label of each row, of equals the first, and the log-probability of each label."""
    before = [_white_space(model, prompt) for prompt in prompts]
    return {
        "best": [job["labels"][max(range(len(row)), key=row.__getitem__)] for row in rows],
        "log_probabilities": [
            {label: value - one for label, value in zip(job["labels"], row, strict=False)}
            for row, one in zip(rows, before, strict=True)
        ],
    }


def _white_space(model: HFLM, prompt: str) -> float:
    """Nats of the white space that ends the prompt: lm-eval counts it to the ending, for every label alike."""
    bare = prompt.rstrip()
    return likelihoods(model, [(bare, prompt[len(bare) :])])[0] if bare != prompt else 0.0


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
