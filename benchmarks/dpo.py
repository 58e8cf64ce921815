"""DPO beside TRL's DPOTrainer with PEFT: pairs per second, losses and memory, as protocol.md, part 12, says.

    .venv/bin/python benchmarks/dpo.py --tune [--workloads labels dialogues]     # choose TRL's sizes, on other pairs
    .venv/bin/python benchmarks/dpo.py [--workloads labels dialogues]
    .venv/bin/python benchmarks/dpo.py --full-check         # is TRL's rate on a micro-batch that of a step?

Each writes into the dated file of its name, workload by workload. TRL is measured twice: with the reference's
log-probabilities found anew in each step, and with `precompute_ref_log_probs`.
"""

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from alternate import OURS, PEERS, Answer, Worker, alternate, spread
from finewright.base.recipe_train import Lora
from finewright.flows.machine import memory_free
from finewright.model import lora
from finewright.model.chat import Chat
from finewright.model.hub import Base, find, load_decoder, load_tokenizer
from finewright.train.weights import weights_of
from pairs import PAIRS, TokenPair, pair_steps
from record import RESULTS, RUNS, newest, record_parts
from workloads import figures

SIZES = (1, 2, 4, 8)
REFERENCES = ("each-step", "precomputed")
TUNED_ON = 16
EPOCHS = 3
CLOSE = 1e-4
BETA, SEED = 0.1, 0


def main() -> None:
    """Measure what is asked for, one workload after another."""
    asked = _arguments()
    base = find(asked.base)
    RUNS.mkdir(exist_ok=True)
    for name in asked.workloads:
        job = prepare(name, base, asked)
        if asked.tune:
            record_parts("dpo-tune", name, tune(name, job, asked))
        elif asked.full_check:
            record_parts("dpo-full-check", name, full_check(name, job, asked))
        else:
            record_parts("dpo", name, compare(name, job, asked))


def prepare(name: str, base: Base, asked: argparse.Namespace) -> Path:
    """Tokenise the workload's pairs once, by our template, into a job that both sides read, and draw the first
    weights that both begin with."""
    chat = Chat(load_tokenizer(base))
    parts, tuning = pair_steps(PAIRS[name], chat, asked.repeats + 1)
    job = {
        "base": asked.base,
        "folder": str(base.folder),
        "threads": asked.threads,
        "beta": BETA,
        "train": {"learning_rate": 1e-4, "clip": 1.0},
        "steps": [[asdict(pair) for pair in part] for part in parts],
        "figures": [_figures(part) for part in parts],
        "tuning": [asdict(pair) for pair in tuning],
        "adapter": str(first_weights(base)),
    }
    path = RUNS / f"dpo-{name}.json"
    path.write_text(json.dumps(job))
    print(f"workload {name}: {job['figures'][0]} in each of {len(parts)} steps")
    return path


def first_weights(base: Base) -> Path:
    """Where an adapter lies that changes nothing yet: ours of that seed, which the peer is given too."""
    path = RUNS / f"adapter-{base.folder.name}.safetensors"
    save_file(weights_of(lora.attach(load_decoder(base), Lora(), seed=SEED)), path)
    return path


def compare(name: str, path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Ours and both of TRL in turn, after a warm-up of each; what the base finds of the same answers, by each side."""
    job = json.loads(path.read_text())
    sizes = _chosen(name, asked)
    units = {of: _unit(name, size) for of, size in sizes.items()}
    ours = Worker(OURS, "dpo_ours.py", str(path), threads=asked.threads)
    peers = {of: _peer(path, size, units[of], of, asked) for of, size in sizes.items()}
    likely = {of: ours.ask({"step": 0, "likelihood_of": unit})["likelihood"] for of, unit in units.items()}
    answers = alternate({"ours": ours} | peers, [{"step": number} for number in range(asked.repeats + 1)])
    settings = {"ours": ours.ready["settings"]}
    settings |= {of: peers[of].ready["settings"] | {"unit": units[of]} for of in peers}
    for worker in (ours, *peers.values()):
        worker.close()
    _check_same(likely, {of: answers[of][0]["likelihood"] for of in peers})
    sides = {side: _side(of) for side, of in answers.items()}
    ratio = {of: _ratios(sides["ours"], sides[of]) for of in peers}
    print(f"workload {name}: {ratio}")
    return {
        "threads": asked.threads,
        "steps": job["figures"],
        "settings": settings,
        "versions": peers[REFERENCES[0]].ready["versions"],
        "likelihood_before": {"ours": likely} | {of: answers[of][0]["likelihood"] for of in peers},
        "ratio": ratio,
        **sides,
    }


def tune(name: str, path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """TRL's rate at each size, either way, on pairs that are not timed: one warm-up, one that counts."""
    tried: list[dict[str, Any]] = []
    for reference in REFERENCES:
        held = 0
        for size in asked.sizes:
            if 2 * held > memory_free():
                print(f"  {size} pairs per device, {reference}: not tried, would not fit the memory")
                continue
            tried.append({"size": size, "reference": reference} | _rate(name, path, size, reference, asked))
            held = tried[-1]["bytes"]
            print(f"  {tried[-1]}", flush=True)
    best = {
        of: max((one for one in tried if one["reference"] == of), key=lambda one: one["pairs_per_second"])["size"]
        for of in REFERENCES
    }
    return {"threads": asked.threads, "tried": tried, "sizes": best}


def full_check(name: str, path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """One whole optimizer step by TRL, with the seconds of each micro-batch: the first is its warm-up."""
    reference, batch = REFERENCES[0], PAIRS[name].batch
    size = _chosen(name, asked)[reference]
    worker = _peer(path, size, batch, reference, asked)
    answer = worker.ask({"step": 0})
    worker.close()
    later = answer["micro_batches"][1:]
    rates = {"whole": batch / answer["seconds"], "micro_batches": spread([size / seconds for seconds in later])}
    print(f"workload {name}: {rates}")
    found = {"threads": asked.threads, "versions": worker.ready["versions"], "size": size, "reference": reference}
    return found | {"pairs_per_second": rates, "answer": answer}


def _peer(path: Path, size: int, unit: int, reference: str, asked: argparse.Namespace, part: str = "steps") -> Worker:
    return Worker(PEERS, "dpo_trl.py", str(path), str(size), str(unit), reference, part, threads=asked.threads)


def _rate(name: str, path: Path, size: int, reference: str, asked: argparse.Namespace) -> dict[str, Any]:
    """TRL's rate with these settings, and the memory that it held."""
    unit = size if PAIRS[name].by_micro_batch else TUNED_ON
    worker = _peer(path, size, unit, reference, asked, "tuning")
    answers = [worker.ask({"step": number}) for number in range(2)]
    worker.close()
    return {"pairs_per_second": unit / answers[1]["seconds"], "bytes": answers[1]["bytes"]}


def _unit(name: str, size: int) -> int:
    load = PAIRS[name]
    return size if load.by_micro_batch else load.batch


def _figures(pairs: list[TokenPair]) -> dict[str, int]:
    """What a step asks for, however it is computed: both sides are rows."""
    return {"pairs": len(pairs)} | figures([side for pair in pairs for side in pair.sides()])


def _check_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """The first loss is the logarithm of two whatever the answers are, so their log-probabilities are compared."""
    for of, found in theirs.items():
        for side, value in found.items():
            if not math.isclose(ours[of][side], value, rel_tol=CLOSE):
                raise SystemExit(f"the base's log-probabilities differ, so nothing is recorded: {ours} {theirs}")


def _side(answers: list[Answer]) -> dict[str, Any]:
    """A side's figures; the first answer is the warm-up.

    `pairs_per_second` of one epoch, in which each pair's reference is found once; `of_epochs` of EPOCHS, where what was
    found once is used again.
    """
    timed = answers[1:]
    return {
        "pairs_per_second": spread([answer["pairs"] / answer["seconds"] for answer in timed]),
        "of_epochs": spread([answer["pairs"] / _later(answer) for answer in timed]),
        "seconds": [answer["seconds"] for answer in timed],
        "reference_seconds": [answer["reference"] for answer in timed],
        "pairs": timed[0]["pairs"],
        "losses": [answer["loss"] for answer in answers],
        "peak_bytes": max(answer["bytes"] for answer in answers),
        "idle_seconds_of_the_others": max(answer["idle"] for answer in answers),
    }


def _later(answer: Answer) -> float:
    """Seconds of a step in EPOCHS epochs, on the average; the reference's are 0 where it is found anew each time."""
    return float(answer["seconds"] - answer["reference"] * (1 - 1 / EPOCHS))


def _ratios(ours: dict[str, Any], peer: dict[str, Any]) -> dict[str, float]:
    return {rate: ours[rate]["median"] / peer[rate]["median"] for rate in ("pairs_per_second", "of_epochs")}


def _chosen(name: str, asked: argparse.Namespace) -> dict[str, int]:
    """TRL's pairs per device, either way: as asked, or the best of the newest tuning."""
    if asked.size:
        return dict.fromkeys(REFERENCES, asked.size)
    found = newest("dpo-tune")
    best = found["parts"].get(name) if found else None
    if best is None:
        raise SystemExit(f"workload {name} has no tuning in {RESULTS}: run with --tune first, or give --size")
    return dict(best["sizes"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", nargs="+", choices=list(PAIRS), default=list(PAIRS))
    parser.add_argument("--repeats", type=int, default=3, help="alternations that count, after one that does not")
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tune", action="store_true", help="choose TRL's sizes")
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), help="sizes to try with --tune")
    parser.add_argument("--full-check", action="store_true", help="one whole step by TRL")
    parser.add_argument("--size", type=int, help="TRL's pairs per device, instead of the tuned ones")
    return parser.parse_args()


if __name__ == "__main__":
    main()
