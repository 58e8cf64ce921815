"""Training beside TRL's SFTTrainer with PEFT: rows per second, losses and memory, as protocol.md, part 4, says.

    .venv/bin/python benchmarks/sft.py --tune [--workloads a c d]     # choose TRL's settings, on other rows
    .venv/bin/python benchmarks/sft.py [--workloads a b c d]
    .venv/bin/python benchmarks/sft.py --full-check                   # is TRL's rate on a micro-batch that of a step?

Each writes into the dated file of its name, workload by workload, so that they can be measured one after another.
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

from alternate import OURS, PEERS, Answer, Worker, alternate, spread
from finewright.base.recipe_train import Train
from finewright.flows.machine import arithmetic_rate, memory_free
from finewright.model.chat import Chat
from finewright.model.cost import shape_of, training_flops
from finewright.model.hub import Base, find, load_tokenizer
from record import RESULTS, RUNS, newest, record_parts
from workloads import WORKLOADS, figures, steps, to_json

SIZES = (1, 2, 4, 8, 16)
LAYOUTS = ("padded", "padding-free")
TUNED_ON = 16
CLOSE = 1e-4


def main() -> None:
    """Measure what is asked for, one workload after another."""
    asked = _arguments()
    base = find(asked.base)
    for name in asked.workloads:
        job = prepare(name, base, asked)
        if asked.tune:
            record_parts("sft-tune", name, tune(name, job, asked))
        elif asked.full_check:
            record_parts("sft-full-check", name, full_check(name, job, asked))
        else:
            record_parts("sft", name, compare(name, job, base, asked))


def prepare(name: str, base: Base, asked: argparse.Namespace) -> Path:
    """Tokenise the workload's rows once, by our template, into a job that both sides read."""
    chat = Chat(load_tokenizer(base))
    parts, tuning = steps(WORKLOADS[name], chat, asked.repeats + 1)
    job = {
        "base": asked.base,
        "folder": str(base.folder),
        "pad": chat.pad,
        "threads": asked.threads,
        "train": {"learning_rate": 5e-4, "clip": 1.0} | dict(asked.train),
        "steps": [to_json(part) for part in parts],
        "figures": [figures(part) for part in parts],
        "tuning": to_json(tuning),
    }
    path = RUNS / f"sft-{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(job))
    print(f"workload {name}: {job['figures'][0]} in each of {len(parts)} steps")
    return path


def compare(name: str, path: Path, base: Base, asked: argparse.Namespace) -> dict[str, Any]:
    """Ours and TRL in turn, after a warm-up of each; the first losses on the same rows, before either has learned."""
    job = json.loads(path.read_text())
    size, layout = _chosen(name, asked)
    unit = size if WORKLOADS[name].by_micro_batch else WORKLOADS[name].batch
    peaks: list[float] = []
    ours = Worker(OURS, "sft_ours.py", str(path), threads=asked.threads)
    trl = Worker(PEERS, "sft_trl.py", str(path), str(size), str(unit), layout, threads=asked.threads)
    same = ours.ask({"step": 0, "loss_of": list(range(unit))})["loss"]
    answers = alternate(
        {"ours": ours, "trl": trl},
        [{"step": number} for number in range(asked.repeats + 1)],
        between=lambda: peaks.append(arithmetic_rate(asked.threads)),
    )
    settings = {"ours": ours.ready["settings"], "trl": trl.ready["settings"] | {"unit": unit, "layout": layout}}
    ours.close()
    trl.close()
    losses = {"ours": same, "trl": answers["trl"][0]["loss"]}
    if not math.isclose(losses["ours"], losses["trl"], rel_tol=CLOSE):
        raise SystemExit(f"the first losses differ, so nothing is recorded: {losses}")
    sides = {side: _side(side_answers) for side, side_answers in answers.items()}
    ratio = sides["ours"]["rows_per_second"]["median"] / sides["trl"]["rows_per_second"]["median"]
    print(f"workload {name}: {ratio:.2f} times TRL")
    return {
        "threads": asked.threads,
        "steps": job["figures"],
        "settings": settings,
        "versions": trl.ready["versions"],
        "first_loss": losses,
        "ratio": ratio,
        **sides,
        "matrix_peak": spread(peaks),
        "share_of_peak": spread(_shares(base, job["figures"][1:], answers["ours"][1:], peaks[1:])),
    }


def tune(name: str, path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """TRL's rate at each size and layout, on rows that are not timed: one warm-up, one that counts."""
    tried: list[dict[str, Any]] = []
    for layout in asked.layouts:
        held = 0
        for size in asked.sizes:
            if 2 * held > memory_free():
                print(f"  {size} rows per device, {layout}: not tried, would not fit the memory")
                continue
            tried.append({"size": size, "layout": layout} | _rate(name, path, size, layout, asked))
            held = tried[-1]["bytes"]
            print(f"  {tried[-1]}", flush=True)
    best = max(tried, key=lambda one: one["rows_per_second"])
    return {"threads": asked.threads, "tried": tried, "size": best["size"], "layout": best["layout"]}


def _rate(name: str, path: Path, size: int, layout: str, asked: argparse.Namespace) -> dict[str, Any]:
    """TRL's rate with these settings, and the memory that it held."""
    unit = size if WORKLOADS[name].by_micro_batch else TUNED_ON
    worker = Worker(PEERS, "sft_trl.py", str(path), str(size), str(unit), layout, "tuning", threads=asked.threads)
    answers = [worker.ask({"step": number}) for number in range(2)]
    worker.close()
    return {"rows_per_second": unit / answers[1]["seconds"], "bytes": answers[1]["bytes"]}


def full_check(name: str, path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """One whole optimizer step of 32 by TRL, with the seconds of each micro-batch: the first is its warm-up."""
    size, layout = _chosen(name, asked)
    worker = Worker(PEERS, "sft_trl.py", str(path), str(size), "32", layout, threads=asked.threads)
    answer = worker.ask({"step": 0})
    worker.close()
    later = answer["micro_batches"][1:]
    rates = {"whole": 32 / answer["seconds"], "micro_batches": spread([size / seconds for seconds in later])}
    print(f"workload {name}: {rates}")
    found = {"threads": asked.threads, "versions": worker.ready["versions"], "size": size, "layout": layout}
    return found | {"rows_per_second": rates, "answer": answer}


def _side(answers: list[Answer]) -> dict[str, Any]:
    """A side's figures; the first answer is the warm-up."""
    timed = answers[1:]
    return {
        "rows_per_second": spread([answer["rows"] / answer["seconds"] for answer in timed]),
        "seconds": [answer["seconds"] for answer in timed],
        "rows": timed[0]["rows"],
        "losses": [answer["loss"] for answer in answers],
        "peak_bytes": max(answer["bytes"] for answer in answers),
        "idle_seconds_of_the_other": max(answer["idle"] for answer in answers),
    }


def _shares(base: Base, needed: list[dict[str, int]], answers: list[Answer], peaks: list[float]) -> list[float]:
    """Operations that the distinct tokens need, per second, against the fp32 matrix products done just before.

    Counted are blocks and adapter for each distinct token and the head for each state that it must see, forwards and
    backwards; what a side computes twice counts once.
    """
    shape = shape_of(base)
    each = training_flops(shape, Train())
    head = 4.0 * shape.hidden * shape.vocabulary
    return [
        (need["distinct"] * each + need["states"] * head) / answer["seconds"] / peak
        for need, answer, peak in zip(needed, answers, peaks, strict=True)
    ]


def _chosen(name: str, asked: argparse.Namespace) -> tuple[int, str]:
    """TRL's rows per device and layout: as asked, or the best of the newest tuning; (b) has the rows of (a)."""
    if asked.size:
        return asked.size, asked.layout
    found = newest("sft-tune")
    parts = found["parts"] if found else {}
    best = parts.get("a" if name == "b" else name)
    if best is None:
        raise SystemExit(f"workload {name} has no tuning in {RESULTS}: run with --tune first, or give --size")
    return best["size"], best["layout"]


def _setting(text: str) -> tuple[str, Any]:
    key, _, value = text.partition("=")
    return key, json.loads(value)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", nargs="+", choices=list(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--repeats", type=int, default=3, help="alternations that count, after one that does not")
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tune", action="store_true", help="choose TRL's size and layout")
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), help="sizes to try with --tune")
    parser.add_argument(
        "--layouts", nargs="+", choices=LAYOUTS, default=list(LAYOUTS), help="layouts to try with --tune"
    )
    parser.add_argument("--full-check", action="store_true", help="one whole step of 32 by TRL")
    parser.add_argument("--size", type=int, help="TRL's rows per device, instead of the tuned one")
    parser.add_argument("--layout", choices=LAYOUTS, default="padded", help="with --size")
    parser.add_argument(
        "--train", nargs="*", type=_setting, default=[], help="our `train` settings, such as micro_tokens=4096"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
