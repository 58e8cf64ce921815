"""Does learning from preferences show on pairs that were held out, and how well does a reward model tell them?

    .venv/bin/python benchmarks/preferences.py [--tune] [--out runs]

hh-rlhf's harmless part: of the pairs of at most 512 tokens a side, one for each opening question, 400 are held out, 100
choose the weights and 600 are learned by SmolLM2-135M with an adapter of rank 16 (DPO), drawn by a keyed hash. Told are
the shares of held-out pairs whose chosen answer is the likelier one before and after, that of the pairs which training
moved the right way, and the accuracy of a reward model on MiniLM from the same pairs, all with their intervals. With
`--tune` learning rates are compared on 200 other pairs; what is chosen stands in this file. Some fifteen minutes on two
cores; a run that was stopped is resumed, and one that is done is read.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from as_user import run
from finewright.base.order import shuffled
from finewright.base.records import Message
from finewright.model.chat import Chat
from finewright.model.hub import find, load_tokenizer
from pairs import Pair, dialogues, encoded
from record import RUNS, record

SYSTEM = "You are a helpful and harmless assistant."
TRAIN = {"epochs": 1, "batch": 16, "evaluations": 2, "learning_rate": 2e-4}
RATES = (5e-5, 5e-4)
SEED = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the parts, run what is asked for, record and print it."""
    asked = _arguments(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    counts = _write_parts(asked)
    if asked.tune:
        for rate in RATES:
            found = run(
                _file(asked, f"rate {rate:g}"), _recipe(asked, "tuning") | {"train": TRAIN | {"learning_rate": rate}}
            )
            print(f"{rate:g}: {found['results']['verdict']['sentence']}")
        return 0
    found = _told(run(_file(asked, "preferences"), _recipe(asked, "test")))
    table = list(_table(found))
    record("preferences", {"base": asked.base, "train": TRAIN, "pairs": counts, **found, "table": table})
    for line in table:
        print(line)
    return 0


def _write_parts(asked: argparse.Namespace) -> dict[str, int]:
    """The parts as files of rows as they were published, the same whenever they are written."""
    chat = Chat(load_tokenizer(find(asked.base)))
    drawn = shuffled(dialogues(), lambda one: one[1].id, SEED, "preferences")
    usable = iter([row for row, pair in _one_each(drawn) if _length(chat, pair) <= asked.longest])
    counts = {"test": asked.held_out, "validation": asked.validation, "train": asked.learned, "tuning": asked.tuning}
    for part, count in counts.items():
        rows = [row for row, _ in zip(usable, range(count), strict=False)]
        if len(rows) < count:
            raise SystemExit(f"there are only {len(rows)} pairs for the {part} part, not {count}")
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (asked.out / f"{part}.jsonl").write_text(text, encoding="utf-8")
    return counts


def _one_each(drawn: Iterable[tuple[dict[str, str], Pair]]) -> Iterable[tuple[dict[str, str], Pair]]:
    """The first of all that open with the same question, so that no two parts hold it."""
    met: set[str] = set()
    for row, pair in drawn:
        opening = pair.prompt[0].content
        if opening not in met:
            met.add(opening)
            yield row, pair


def _length(chat: Chat, pair: Pair) -> int:
    return encoded(chat, Pair(pair.id, (Message("system", SYSTEM), *pair.prompt), pair.chosen, pair.rejected)).longest


def _recipe(asked: argparse.Namespace, test: str) -> dict[str, Any]:
    return {
        "base": asked.base,
        "seed": SEED,
        "data": {"train": "train.jsonl", "validation": "validation.jsonl", "test": f"{test}.jsonl", "shape": "pairs"},
        "arms": {"tuned": {"prompt": SYSTEM}, "reward": {"enabled": test == "test", "base": asked.reward_base}},
        "train": TRAIN,
        "evaluate": {"validation_rows": None, "forgetting": {"enabled": test == "test"}},
        "output": {"runs": "."},
    }


def _file(asked: argparse.Namespace, name: str) -> Path:
    return Path(asked.out) / f"{name.replace(' ', '-')}.yaml"


def _told(outcome: dict[str, Any]) -> dict[str, Any]:
    """A run's figures, without what is long."""
    results = outcome["results"]
    return {
        "preferences": results["preferences"],
        "reward": results["reward"],
        "verdict": results["verdict"]["sentence"],
        "forgetting": results["forgetting"],
        "training": {key: value for key, value in results["training"].items() if not isinstance(value, list | dict)},
    }


def _table(found: dict[str, Any]) -> Iterable[str]:
    pairs, reward = found["preferences"], found["reward"]
    yield f"the chosen answer is the likelier one: base {_share(pairs['before'])}, tuned {_share(pairs['after'])}"
    yield f"the same by the mean token: base {_share(pairs['token_before'])}, tuned {_share(pairs['token_after'])}"
    yield f"training made the chosen answer likelier than the other: {_share(pairs['moved'])}"
    difference = pairs["difference"]
    yield (
        f"tuned less base: {100 * difference['value']:+.1f} points ({100 * difference['low']:+.1f} to "
        f"{100 * difference['high']:+.1f}), p = {pairs['p']:.2g}"
    )
    if reward:
        yield (
            f"the reward model scores the chosen answer higher: {_share(reward['accuracy'])}; calibration error "
            f"{reward['calibration_error_before']:.3f} before its temperature, {reward['calibration_error']:.3f} after"
        )
    yield f"trained for {found['training']['seconds']:,.0f} s"


def _share(figure: dict[str, Any]) -> str:
    return f"{figure['value']:.1%} ({figure['low']:.1%} to {figure['high']:.1%}) of {figure['rows']}"


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tune", action="store_true", help="compare learning rates on other pairs instead")
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--reward-base", default="minilm-l6")
    parser.add_argument("--learned", type=int, default=600, help="pairs to learn from")
    parser.add_argument("--validation", type=int, default=100, help="pairs that choose the weights")
    parser.add_argument("--held-out", type=int, default=400, help="pairs to measure on")
    parser.add_argument("--tuning", type=int, default=200, help="pairs for --tune")
    parser.add_argument("--longest", type=int, default=512, help="tokens of the longer side of a pair")
    parser.add_argument("--out", type=Path, default=RUNS / "preferences", help="where parts and run folders go")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
