"""The best of 77 labels behind a long prompt, beside plain transformers: protocol.md, part 5.

    .venv/bin/python benchmarks/score.py --tune                          # the peers' labels side by side, on other rows
    .venv/bin/python benchmarks/score.py [--rows 100]                    # best label, both peers on 20 rows
    .venv/bin/python benchmarks/score.py --mode scan --rows 300          # every label's probability
    .venv/bin/python benchmarks/score.py --rows 3080 --peers --repeats 1 # the whole test part, no peer

The peers score all labels of a row in batches: `row` reads each prompt once and reuses its cache for the row's labels,
`shared` besides reads what all prompts begin with once.
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

from alternate import OURS, PEERS, Answer, Worker, alternate, spread
from finewright.base.records import Message
from finewright.model.chat import Chat
from finewright.model.hub import find, load_tokenizer
from record import RESULTS, RUNS, newest, record_parts
from workloads import banking, labels, long_instruction

PEER_ROWS, WARM_UP, TUNING = 20, 2, 2
KINDS = ("row", "shared")
SIDE_BY_SIDE = (8, 16, 32, 77)
CLOSE = 1e-3


def main() -> None:
    """Measure what is asked for."""
    asked = _arguments()
    job = prepare(asked)
    if asked.tune:
        for kind in asked.peers:
            record_parts("score-tune", kind, tune(kind, job, asked))
    else:
        record_parts("score", f"{asked.mode}-{asked.rows}", compare(job, asked))


def prepare(asked: argparse.Namespace) -> Path:
    """The test rows' prompts and the labels, as text for us and as ids for the peers; training rows to tune on."""
    base = find(asked.base)
    chat = Chat(load_tokenizer(base))
    system, tested = long_instruction(), banking("test")[: max(asked.rows, PEER_ROWS)]
    tuning = banking("train")[:TUNING]
    job = {
        "base": asked.base,
        "folder": str(base.folder),
        "threads": asked.threads,
        "batch_tokens": asked.batch_tokens,
        "system": system,
        "texts": [text for text, _ in tested],
        "labels": labels(),
        "answers": [chat.encode_answer(label) for label in labels()],
        "prompts": _prompts(chat, system, [text for text, _ in tested[:PEER_ROWS]]),
        "tuning": _prompts(chat, system, [text for text, _ in tuning]),
    }
    path = RUNS / "score.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(job))
    print(f"{len(tested)} rows, prompts of {min(map(len, job['prompts']))} to {max(map(len, job['prompts']))} tokens")
    return path


def compare(path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Ours and the peers in turn; every side's answers to the rows that all of them saw."""
    workers = {"ours": Worker(OURS, "score_ours.py", str(path), asked.mode, threads=asked.threads)}
    chosen = {kind: _chosen(kind, asked) for kind in asked.peers}
    for kind, side_by_side in chosen.items():
        workers[kind] = _peer(path, kind, side_by_side, "prompts", asked)
    warm_up = {"ours": WARM_UP, "peer": WARM_UP}
    timed = {"ours": asked.rows, "peer": PEER_ROWS}
    answers = alternate(workers, [warm_up, *[timed] * asked.repeats])
    for worker in workers.values():
        worker.close()
    sides = {side: _side(side_answers[1:]) for side, side_answers in answers.items()}
    found = {"threads": asked.threads, "mode": asked.mode, "labels_side_by_side": chosen, "sides": sides}
    for kind in chosen:
        found[f"beside_{kind}"] = _beside(sides, answers, kind)
        print(f"{kind}: {found[f'beside_{kind}']}")
    return found


def tune(kind: str, path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """A peer's rate at each number of labels side by side, on rows of the training part."""
    tried = []
    for side_by_side in SIDE_BY_SIDE:
        worker = _peer(path, kind, side_by_side, "tuning", asked)
        answers = [worker.ask({"peer": TUNING}) for _ in range(2)]
        worker.close()
        tried.append({"labels_side_by_side": side_by_side, "rows_per_second": TUNING / answers[1]["seconds"]})
        print(f"  {kind} {tried[-1]}", flush=True)
    best = max(tried, key=lambda one: one["rows_per_second"])
    return {"threads": asked.threads, "tried": tried, "labels_side_by_side": best["labels_side_by_side"]}


def _peer(path: Path, kind: str, side_by_side: int, part: str, asked: argparse.Namespace) -> Worker:
    return Worker(PEERS, "score_peer.py", str(path), kind, str(side_by_side), part, threads=asked.threads)


def _prompts(chat: Chat, system: str, texts: list[str]) -> list[list[int]]:
    return [chat.encode_prompt((Message("system", system), Message("user", text))) for text in texts]


def _side(timed: list[Answer]) -> dict[str, Any]:
    return {
        "rows": timed[0]["rows"],
        "rows_per_second": spread([answer["rows"] / answer["seconds"] for answer in timed]),
        "seconds": [answer["seconds"] for answer in timed],
        "peak_bytes": max(answer["bytes"] for answer in timed),
        "idle_seconds_of_the_others": max(answer["idle"] for answer in timed),
    }


def _beside(sides: dict[str, Any], answers: dict[str, list[Answer]], kind: str) -> dict[str, Any]:
    """How much faster, how often the same label, and whether its probability is the same where we tell it."""
    ours, peer = answers["ours"][-1], answers[kind][-1]
    both = list(zip(ours["best"], peer["best"], strict=False))
    told = zip(ours["log_probability"], peer["log_probability"], strict=False)
    apart = [abs(left - right) for left, right in told if left is not None]
    return {
        "ratio": sides["ours"]["rows_per_second"]["median"] / sides[kind]["rows_per_second"]["median"],
        "same_label": sum(left == right for left, right in both),
        "of": len(both),
        "largest_difference_of_log_probabilities": max(apart, default=None),
        "probabilities_agree": all(math.isclose(value, 0, abs_tol=CLOSE) for value in apart),
    }


def _chosen(kind: str, asked: argparse.Namespace) -> int:
    """Labels side by side: as asked, or the best of the newest tuning."""
    if asked.side_by_side:
        return int(asked.side_by_side)
    best = ((newest("score-tune") or {"parts": {}})["parts"]).get(kind)
    if best is None:
        raise SystemExit(f"`{kind}` has no tuning in {RESULTS}: run with --tune first, or give --side-by-side")
    return int(best["labels_side_by_side"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("best", "scan"), default="best", help="the best label, or all probabilities")
    parser.add_argument("--rows", type=int, default=100, help="rows that ours answers; the peers answer 20")
    parser.add_argument("--peers", nargs="*", choices=KINDS, default=list(KINDS))
    parser.add_argument("--repeats", type=int, default=3, help="alternations that count, after one that does not")
    parser.add_argument("--tune", action="store_true", help="choose the peers' labels side by side")
    parser.add_argument("--side-by-side", type=int, help="the peers' labels side by side, instead of the tuned number")
    parser.add_argument("--batch-tokens", type=int, default=8192, help="our tokens side by side")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--base", default="smollm2-135m")
    return parser.parse_args()


if __name__ == "__main__":
    main()
