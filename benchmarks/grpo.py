"""GRPO beside TRL's GRPOTrainer with PEFT: seconds per step, generation included, as protocol.md, part 13, says.

    .venv/bin/python benchmarks/grpo.py --tune [--workloads labels problems]   # choose TRL's settings, on other prompts
    .venv/bin/python benchmarks/grpo.py [--workloads labels problems] [--natural]

Each writes into the dated file of its name, workload by workload. With `--natural` rollouts end where the model ends
them; without, all are of the same length on both sides.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from alternate import OURS, PEERS, Answer, Worker, alternate, spread
from descent import MICRO_TOKENS
from dpo import SEED, first_weights
from finewright.base.recipe_train import Train
from finewright.flows.machine import memory_free
from finewright.model.chat import Chat
from finewright.model.hub import Base, find, load_tokenizer
from finewright.train.epochs import Draw
from prompts import PROMPTS, TUNING_STEPS, prompt_steps
from record import RESULTS, RUNS, newest, record_parts

SIZES = (2, 4, 8, 16)
CACHES = ("dynamic", "static")
GROUP, TOKENS, KL, CLIP = 8, 64, 0.04, 0.2


def main() -> None:
    """Measure what is asked for, one workload after another."""
    asked = _arguments()
    base = find(asked.base)
    RUNS.mkdir(exist_ok=True)
    for name in asked.workloads:
        job = prepare(name, base, asked)
        if asked.tune:
            record_parts("grpo-tune", name, tune(name, job, asked))
        else:
            record_parts("grpo", f"{name}, ends as it likes" if asked.natural else name, compare(name, job, asked))


def prepare(name: str, base: Base, asked: argparse.Namespace) -> Path:
    """Tokenise the workload's prompts once, by our template, into a job that both sides read, and draw the first
    weights that both begin with."""
    chat = Chat(load_tokenizer(base))
    steps, tuning = prompt_steps(PROMPTS[name], chat, asked.repeats + 1)
    steps = _drawn(steps)
    job = {
        "base": asked.base,
        "folder": str(base.folder),
        "threads": asked.threads,
        "micro_tokens": asked.micro_tokens,
        "group": GROUP,
        "tokens": TOKENS,
        "whole": not asked.natural,
        "kl": KL,
        "clip": CLIP,
        "train": {"learning_rate": 1e-4, "clip": 1.0},
        "steps": steps,
        "tuning": tuning,
        "adapter": str(first_weights(base)),
    }
    path = RUNS / f"grpo-{name}.json"
    path.write_text(json.dumps(job))
    lengths = [len(prompt["tokens"]) for step in steps for prompt in step]
    print(f"workload {name}: prompts of {min(lengths)} to {max(lengths)} tokens, {PROMPTS[name].count} a step")
    return path


def _drawn(steps: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """The same prompts in the order in which ours draws them."""
    prompts = [prompt for step in steps for prompt in step]
    draw = Draw(prompts, lambda prompt: prompt["id"], Train(batch=len(steps[0]), epochs=1), SEED)
    return [draw.at(number) for number in range(draw.total)]


def compare(name: str, path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Ours and TRL in turn, after a warm-up of each."""
    job = json.loads(path.read_text())
    size, cache = _chosen(name, asked)
    ours = Worker(OURS, "grpo_ours.py", str(path), threads=asked.threads)
    trl = Worker(PEERS, "grpo_trl.py", str(path), str(size), cache, threads=asked.threads)
    questions = [{"step": number} for number in range(asked.repeats + 1)]
    answers = alternate({"ours": ours, "trl": trl}, questions)
    settings = {"ours": ours.ready["settings"], "trl": trl.ready["settings"] | {"cache": cache}}
    ours.close()
    trl.close()
    sides = {side: _side(of) for side, of in answers.items()}
    _check_same(answers, whole=job["whole"])
    ratio = {
        "step": sides["trl"]["step_seconds"]["median"] / sides["ours"]["step_seconds"]["median"],
        "tokens": sides["ours"]["tokens_per_second"]["median"] / sides["trl"]["tokens_per_second"]["median"],
        "generation": _seconds(sides["trl"], "generation") / _seconds(sides["ours"], "generation"),
    }
    print(f"workload {name}: {ratio}")
    return {
        "threads": asked.threads,
        "micro_tokens": asked.micro_tokens,
        "group": GROUP,
        "prompts": PROMPTS[name].count,
        "prompt_tokens": spread([len(prompt["tokens"]) for step in job["steps"] for prompt in step]),
        "longest": TOKENS,
        "settings": settings,
        "versions": trl.ready["versions"],
        "ratio": ratio,
        **sides,
    }


def tune(name: str, path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """TRL's rate at each size, and then with each cache at the best of them, on prompts that are not timed."""
    rollouts = PROMPTS[name].count * GROUP
    tried: list[dict[str, Any]] = []
    held = 0
    for size in asked.sizes:
        if rollouts % size or 2 * held > memory_free():
            print(f"  {size} rollouts per device: not tried, would not fit the step or the memory")
            continue
        tried.append(_rate(path, size, asked.caches[0], asked))
        held = tried[-1]["bytes"]
    size = _best(tried)["size"]
    tried += [_rate(path, size, cache, asked) for cache in asked.caches[1:]]
    best = _best(tried)
    return {"threads": asked.threads, "tried": tried, "size": best["size"], "cache": best["cache"]}


def _rate(path: Path, size: int, cache: str, asked: argparse.Namespace) -> dict[str, Any]:
    """TRL's seconds for a step with these settings, and the memory that it held; one warm-up, one that counts."""
    worker = Worker(PEERS, "grpo_trl.py", str(path), str(size), cache, "tuning", threads=asked.threads)
    answers = [worker.ask({"step": number}) for number in range(TUNING_STEPS)]
    worker.close()
    found = {"size": size, "cache": cache, "seconds": answers[-1]["seconds"], "bytes": answers[-1]["bytes"]}
    print(f"  {found}", flush=True)
    return found


def _best(tried: list[dict[str, Any]]) -> dict[str, Any]:
    return min(tried, key=lambda one: one["seconds"])


def _check_same(answers: dict[str, list[Answer]], *, whole: bool) -> None:
    """Both sides answered the same prompts and, where rollouts do not end by themselves, wrote as many tokens."""
    for one, other in zip(*answers.values(), strict=True):
        if one["asked"] != other["asked"] or (whole and {one["length"], other["length"]} != {float(TOKENS)}):
            raise SystemExit(
                f"the rollouts are not of the same prompts and length, so nothing is recorded: {one} {other}"
            )


def _side(answers: list[Answer]) -> dict[str, Any]:
    """A side's figures; the first answer is the warm-up."""
    timed = answers[1:]
    return {
        "step_seconds": spread([answer["seconds"] for answer in timed]),
        "tokens_per_second": spread([answer["rollouts"] * answer["length"] / answer["seconds"] for answer in timed]),
        "seconds": [answer["seconds"] for answer in timed],
        "generation": [answer["generation"] for answer in timed],
        "rollouts": timed[0]["rollouts"],
        "lengths": [answer["length"] for answer in answers],
        "rewards": [answer["reward"] for answer in answers],
        "losses": [answer["loss"] for answer in answers],
        "peak_bytes": max(answer["bytes"] for answer in answers),
        "idle_seconds_of_the_other": max(answer["idle"] for answer in answers),
    }


def _seconds(side: dict[str, Any], of: str) -> float:
    return spread(side[of])["median"]


def _chosen(name: str, asked: argparse.Namespace) -> tuple[int, str]:
    """TRL's rollouts per device and its cache: as asked, or the best of the newest tuning."""
    if asked.size:
        return asked.size, asked.caches[0]
    found = newest("grpo-tune")
    best = found["parts"].get(name) if found else None
    if best is None:
        raise SystemExit(f"workload {name} has no tuning in {RESULTS}: run with --tune first, or give --size")
    return best["size"], best["cache"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", nargs="+", choices=list(PROMPTS), default=list(PROMPTS))
    parser.add_argument("--repeats", type=int, default=3, help="alternations that count, after one that does not")
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--micro-tokens", type=int, default=MICRO_TOKENS, help="ours: most tokens computed at once")
    parser.add_argument("--natural", action="store_true", help="rollouts end where the model ends them")
    parser.add_argument("--tune", action="store_true", help="choose TRL's size and cache")
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), help="sizes to try with --tune")
    parser.add_argument(
        "--caches", nargs="+", choices=CACHES, default=list(CACHES), help="caches to try with --tune, or with --size"
    )
    parser.add_argument("--size", type=int, help="TRL's rollouts per device, instead of the tuned one")
    return parser.parse_args()


if __name__ == "__main__":
    main()
