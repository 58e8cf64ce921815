"""Banking77's 77 labels scored behind the long prompt, beside lm-eval: protocol.md, part 19.

    .venv/bin/python benchmarks/choices.py --tune                     # lm-eval's batch size, on a row not timed
    .venv/bin/python benchmarks/choices.py [--rows 1] [--repeats 3]   # ours both ways, and lm-eval, in turn

Every turn has rows of its own out of the training file. Ours answers with every label's probability (`scan`), which is
what lm-eval finds, and with the best label alone (`best`), which is what a run needs. Records nothing where both sides
do not see the same tokens, or their log-probabilities differ by a thousandth of a nat.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from alternate import OURS, PEERS, Answer, Worker, alternate, spread
from finewright.base.records import Message
from finewright.model.chat import Chat
from finewright.model.hub import Base, find, load_tokenizer
from record import RESULTS, RUNS, newest, record_parts
from workloads import banking, labels, long_instruction

PEER = "lm-eval"
MODES = ("scan", "best")
BATCH_SIZES = (1, 8, 16, 32, 77)
TUNING, WARM_UP = 8, 3
"""Labels that a batch size is tried on, or as many as it holds if more; labels of lm-eval's warm-up."""
ROOM = 0.7
"""The share of the free memory that a batch may need: its logits, and their log-probabilities beside them."""
CLOSE = 1e-3


def main() -> None:
    """Tune or measure, and record."""
    asked = _arguments()
    job = prepare(asked)
    if asked.tune:
        record_parts("choices-tune", PEER, tune(job, asked))
    else:
        record_parts("choices", f"{asked.labels} labels", compare(job, asked))


def prepare(asked: argparse.Namespace) -> Path:
    """Rows and labels for us, prompts and endings as text for lm-eval; the first row warms up and tunes."""
    base = find(asked.base)
    chat = Chat(load_tokenizer(base))
    texts = [text for text, _ in banking("train")[: 1 + asked.rows * asked.repeats]]
    asked_of = [(Message("system", long_instruction()), Message("user", text)) for text in texts]
    prompts = [chat.encode_prompt(messages) for messages in asked_of]
    chosen = labels()[: asked.labels]
    endings = [chat.encode_answer(label) for label in chosen]
    job = {
        "base": asked.base,
        "folder": str(base.folder),
        "threads": asked.threads,
        "batch_tokens": asked.batch_tokens,
        "system": long_instruction(),
        "texts": texts,
        "labels": chosen,
        "prompts": [chat.render(messages) for messages in asked_of],
        "endings": [label + chat.decode([chat.terminator]) for label in chosen],
        "tokens": [[prompt + ending for ending in endings] for prompt in prompts],
    }
    path = RUNS / "choices.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(job))
    print(f"prompts of {min(map(len, prompts))} to {max(map(len, prompts))} tokens")
    return path


def tune(path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Labels per second of lm-eval at each batch size that fits the memory, on the row that is not timed."""
    job, tried = json.loads(path.read_text()), []
    longest, most = max(map(len, job["tokens"][0])), _most_tokens(find(asked.base))
    for size in BATCH_SIZES:
        if size * longest > most:
            print(f"  a batch of {size} does not fit the memory")
            continue
        worker = Worker(PEERS, "choices_peer.py", str(path), str(size), threads=asked.threads)
        counted = min(max(TUNING, size), len(job["labels"]))
        _, answer = [worker.ask({"from": 0, "peer": 1, "labels": number}) for number in (1, counted)]
        worker.close()
        tried.append({"batch_size": size, "labels_per_second": counted / answer["seconds"], "labels": counted})
        print(f"  {tried[-1]}", flush=True)
    best = max(tried, key=lambda one: one["labels_per_second"])
    return {"threads": asked.threads, "tried": tried, "batch_size": best["batch_size"]}


def compare(path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Ours both ways and lm-eval in turn: rates, memory, and whether they agree."""
    job = json.loads(path.read_text())
    size = _batch_size(asked)
    workers = {mode: Worker(OURS, "score_ours.py", str(path), mode, threads=asked.threads) for mode in MODES}
    workers[PEER] = Worker(PEERS, "choices_peer.py", str(path), str(size), threads=asked.threads)
    check_tokens(job["tokens"], workers[PEER].ready["tokens"])
    warm_up = {"from": 0, "ours": 1, "peer": 1, "labels": WARM_UP}
    rows = {"ours": asked.rows, "peer": asked.rows}
    turns = [{"from": 1 + turn * asked.rows} | rows for turn in range(asked.repeats)]
    answers = alternate(workers, [warm_up, *turns])
    for worker in workers.values():
        worker.close()
    timed = {side: of[1:] for side, of in answers.items()}
    found = {
        "threads": asked.threads,
        "versions": workers[PEER].ready["versions"],
        "labels": len(job["labels"]),
        "batch_size": size,
        "forwards_saved": forwards_saved(job["tokens"][0]),
        "sides": {side: _side(of) for side, of in timed.items()},
        "ratio": {mode: _ratio(timed[mode], timed[PEER]) for mode in MODES},
        "agreement": agreement(timed),
    }
    print(json.dumps(found, indent=1))
    if not found["agreement"]["close"]:
        raise SystemExit(f"log-probabilities differ by more than {CLOSE} nats: nothing is recorded")
    return found


def check_tokens(ours: list[list[list[int]]], peers: list[list[list[int]]]) -> None:
    """Raises SystemExit where a label behind a prompt, terminator included, has not the same ids on both sides."""
    if ours != peers:
        raise SystemExit("lm-eval tokenises prompts and labels otherwise than we do: nothing is measured")


def forwards_saved(tokens: Sequence[Sequence[int]]) -> int:
    """Labels of a row whose tokens but for the last are another's: lm-eval computes such once."""
    return len(tokens) - len({tuple(one[:-1]) for one in tokens})


def agreement(timed: dict[str, list[Answer]]) -> dict[str, Any]:
    """Rows in which the sides name the same label, and how far their log-probabilities lie apart, in nats.

    A probability too small to be told counts as apart without end.
    """
    best = {side: [label for answer in of for label in answer["best"]] for side, of in timed.items()}
    rows = {side: [row for answer in timed[side] for row in answer["log_probabilities"]] for side in ("scan", PEER)}
    apart = [
        float("inf") if one[label] is None else abs(one[label] - other[label])
        for one, other in zip(rows["scan"], rows[PEER], strict=True)
        for label in other
    ]
    return {
        "rows": len(best[PEER]),
        "same_label": {mode: sum(map(str.__eq__, best[mode], best[PEER])) for mode in MODES},
        "log_probabilities": len(apart),
        "largest_difference": max(apart),
        "close": max(apart) < CLOSE,
    }


def _side(timed: list[Answer]) -> dict[str, Any]:
    return {
        "rows": timed[0]["rows"],
        "rows_per_second": spread([answer["rows"] / answer["seconds"] for answer in timed]),
        "seconds": [answer["seconds"] for answer in timed],
        "peak_bytes": max(answer["bytes"] for answer in timed),
        "idle_seconds_of_the_others": max(answer["idle"] for answer in timed),
    }


def _ratio(ours: list[Answer], peers: list[Answer]) -> dict[str, float]:
    """How many times longer lm-eval takes for the same rows, turn by turn."""
    return spread([theirs["seconds"] / own["seconds"] for own, theirs in zip(ours, peers, strict=True)])


def _most_tokens(base: Base) -> int:
    """How many tokens a batch of lm-eval's may have: it holds logits of all, and their log-probabilities, in fp32."""
    vocabulary = json.loads((base.folder / "config.json").read_text())["vocab_size"]
    return int(ROOM * psutil.virtual_memory().available / (2 * 4 * vocabulary))


def _batch_size(asked: argparse.Namespace) -> int:
    """As asked, or the best of the newest tuning."""
    if asked.batch_size:
        return int(asked.batch_size)
    tuned = newest("choices-tune")
    if tuned is None:
        raise SystemExit(f"there is no tuning in {RESULTS}: run with --tune first, or give --batch-size")
    return int(tuned["parts"][PEER]["batch_size"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1, help="rows of a turn")
    parser.add_argument("--repeats", type=int, default=3, help="turns that count, after one that does not")
    parser.add_argument("--labels", type=int, default=77, help="only the first so many are scored; the prompt has all")
    parser.add_argument("--tune", action="store_true", help="choose lm-eval's batch size")
    parser.add_argument("--batch-size", type=int, help="lm-eval's batch size, instead of the tuned one")
    parser.add_argument("--batch-tokens", type=int, default=8192, help="our tokens side by side")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--base", default="smollm2-135m")
    return parser.parse_args()


if __name__ == "__main__":
    main()
