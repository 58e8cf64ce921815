"""Does reading minutes of earlier years make later ones more predictable, and what does it cost the base?

    .venv/bin/python benchmarks/pretraining.py [--tune] [--epochs 1] [--out runs]

Minutes of the Federal Open Market Committee, public domain: 150,000 tokens of 2009 to 2015 are read by SmolLM2-135M
with an adapter of rank 16, once without and once with 5 % general conversations beside (a share of tokens). Held out
are the first 2,000 tokens of twelve meetings after 2016, drawn once by a keyed hash. What the base knew is measured
before and after on WikiText-2 and on multiple-choice questions. The meetings of 2016 stop the training and, with
`--tune`, choose the learning rate, half of them each; what is chosen stands in this file. Some ten minutes on two
cores; a run that was stopped is resumed, and one that is done is read.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from as_user import run
from finewright.base.home import home
from finewright.base.order import shuffled
from finewright.base.recipe import Data
from finewright.data.load import load
from finewright.evaluate.forgetting.probes import read_probes
from finewright.model.hub import find, load_tokenizer
from finewright.model.plain import Plain
from record import RUNS, record
from workloads import SHARED, instruction

TRAIN_YEARS, VALIDATION_YEAR = range(2009, 2016), 2016
TRAIN = {"batch": 4, "max_length": 1024, "evaluations": 2, "learning_rate": 5e-4}
RATES = (2e-4, 5e-4, 1e-3)
SHARE = 0.05
ARMS = {"without replay": None, "with replay": SHARE}
SEED = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the corpora, run what is asked for, record and print it."""
    asked = _arguments(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    _write_corpora(asked)
    if asked.tune:
        _tune(asked)
        return 0
    found = {name: _told(run(_file(asked, name), _recipe(asked, share)), asked) for name, share in ARMS.items()}
    table = list(_table(found))
    record("pretraining", {"settings": _settings(asked), "arms": found, "table": table})
    for line in table:
        print(line)
    return 0


def _tune(asked: argparse.Namespace) -> None:
    """The learning rates on the meetings of 2016 alone: half of them stop the training, the others compare."""
    for rate in RATES:
        recipe = _recipe(asked, None)
        recipe["data"] |= {"validation": "validation-a", "test": "validation-b"}
        recipe["train"]["learning_rate"] = rate
        recipe["evaluate"] = {"forgetting": {"enabled": False}}
        print(f"{rate:g}: {run(_file(asked, f'rate {rate:g}'), recipe)['results']['verdict']['sentence']}")


def _recipe(asked: argparse.Namespace, share: float | None) -> dict[str, Any]:
    replay = {} if share is None else {"replay": {"file": "general.jsonl", "share": share}}
    return {
        "base": asked.base,
        "seed": SEED,
        "data": {"train": "train", "validation": "validation", "test": "test", "type": "text"},
        "train": TRAIN | {"epochs": asked.epochs} | replay,
        "evaluate": {"forgetting": {"text": "wikitext.txt", "probes": "probes.jsonl"}},
        "output": {"runs": "."},
    }


def _write_corpora(asked: argparse.Namespace) -> None:
    """Everything that the recipes name, the same whenever it is written."""
    plain = Plain(load_tokenizer(find(asked.base)))
    minutes = {path.stem: path for path in sorted((asked.shared / "fed-minutes").glob("*.txt"))}
    years = {name: int(name[:4]) for name in minutes}
    learned = [minutes[name] for name, year in years.items() if year in TRAIN_YEARS]
    _write_texts(asked.out / "train", _until(learned, asked.tokens, plain))
    choosing = [minutes[name] for name, year in years.items() if year == VALIDATION_YEAR]
    later = [name for name, year in years.items() if year > VALIDATION_YEAR]
    drawn = sorted(shuffled(later, str, SEED, "held-out minutes")[: asked.held_out])
    parts = {
        "validation": choosing,
        "validation-a": choosing[::2],
        "validation-b": choosing[1::2],
        "test": [minutes[name] for name in drawn],
    }
    for part, paths in parts.items():
        _write_texts(asked.out / part, {path.name: _first(path, asked.held_out_tokens, plain) for path in paths})
    general = _first(asked.shared / "wikitext2" / "valid.txt", asked.wiki_tokens, plain)
    (asked.out / "wikitext.txt").write_text(general, encoding="utf-8")
    _write_rows(asked.out / "general.jsonl", _conversations(asked.shared))
    _write_rows(asked.out / "probes.jsonl", [*_own(), *_questions(asked)])


def _until(paths: Iterable[Path], tokens: int, plain: Plain) -> dict[str, str]:
    """Whole documents until there are so many tokens; the last one's beginning fills up."""
    texts, left = {}, tokens
    for path in paths:
        if left <= 0:
            break
        texts[path.name] = _first(path, left, plain)
        left -= len(plain.encode(texts[path.name]))
    return texts


def _first(path: Path, tokens: int, plain: Plain) -> str:
    """The text of a file's first tokens."""
    return plain.decode(plain.encode(_text(path))[:-1][:tokens]).rstrip("\ufffd")


def _text(path: Path) -> str:
    return load(path, Data(train=path, type="text")).records[0].answer


def _write_texts(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _conversations(shared: Path, most: int = 300) -> list[dict[str, str]]:
    """General instructions with their answers, in the file's order."""
    rows = _lines(shared / "general-probe" / "dolly_hhrlhf_train_small.jsonl")
    return [{"prompt": instruction(row["prompt"]), "completion": row["response"]} for row in rows[:most]]


def _own() -> list[dict[str, Any]]:
    return [{"question": one.question, "choices": list(one.choices), "answer": one.answer} for one in read_probes()]


def _questions(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """As many of PIQA as of ARC easy, drawn by a keyed hash."""
    found = []
    for name in ("piqa", "arc_easy"):
        rows = [row for row in _lines(asked.shared / "general-probe" / f"{name}.jsonl") if _usable(row)]
        drawn = shuffled(enumerate(rows), lambda one: f"{one[0]}", SEED, name)[: asked.questions // 2]
        found += [
            {
                "question": row["query"].removeprefix("Question: ").strip(),
                "choices": row["choices"],
                "answer": row["choices"][row["gold"]],
            }
            for _, row in drawn
        ]
    return found


def _usable(row: dict[str, Any]) -> bool:
    return len(set(row["choices"])) == len(row["choices"]) > 1 and all(map(str.strip, row["choices"]))


def _file(asked: argparse.Namespace, name: str) -> Path:
    return Path(asked.out) / f"{name.replace(' ', '-')}.yaml"


def _told(outcome: dict[str, Any], asked: argparse.Namespace) -> dict[str, Any]:
    """A run's figures, without what is long; the probes by where they are from, besides all together."""
    results, folder = outcome["results"], Path(outcome["folder"])
    after = json.loads((folder / "forgetting.json").read_text(encoding="utf-8"))
    before = _base_answers(after)
    own = len(_own())
    places = {"own": slice(0, own), "PIQA": slice(own, own + asked.questions // 2)}
    places["ARC easy"] = slice(own + asked.questions // 2, None)
    return {
        "perplexity": results["perplexity"],
        "verdict": results["verdict"]["sentence"],
        "forgetting": results["forgetting"],
        "probes": {
            name: {"rows": len(after["right"][at]), "before": sum(before[at]), "after": sum(after["right"][at])}
            for name, at in places.items()
        },
        "training": {key: value for key, value in results["training"].items() if not isinstance(value, list | dict)},
        "documents": results["data"]["documents"],
    }


def _base_answers(after: dict[str, Any]) -> list[bool]:
    """Whether the base got each probe right, as kept beside the stored bases."""
    wanted = {key: value for key, value in after["circumstances"].items() if key != "trained"}
    for path in sorted((home() / "forgetting").glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["circumstances"] == wanted:
            return list(kept["right"])
    raise SystemExit("the base's answers to the probes are gone: remove the run folders and run again")


def _table(found: dict[str, dict[str, Any]]) -> Iterable[str]:
    for name, of in found.items():
        yield f"{name}: {of['verdict']}"
        for what in ("perplexity", "accuracy"):
            if of["forgetting"][what]:
                yield f"  {of['forgetting'][what]['sentence']}"
        for probes, right in of["probes"].items():
            yield f"  {probes}: {right['before']} of {right['rows']} right before, {right['after']} after"
        yield f"  trained {of['training']['tokens']:,} tokens in {of['training']['seconds']:,.0f} s"


def _settings(asked: argparse.Namespace) -> dict[str, Any]:
    numbers = ("base", "epochs", "tokens", "held_out", "held_out_tokens", "wiki_tokens", "questions")
    return {name: getattr(asked, name) for name in numbers} | {"train": TRAIN, "share": SHARE, "seed": SEED}


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tune", action="store_true", help="compare learning rates on the meetings of 2016 instead")
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=150_000, help="of the minutes to learn from")
    parser.add_argument("--held-out", type=int, default=12, help="documents")
    parser.add_argument("--held-out-tokens", type=int, default=2000, help="of each of them")
    parser.add_argument("--wiki-tokens", type=int, default=15_000)
    parser.add_argument("--questions", type=int, default=200, help="of PIQA and ARC easy together")
    parser.add_argument("--shared", type=Path, default=Path(os.path.normpath(SHARED)), help="folder of published data")
    parser.add_argument("--out", type=Path, default=RUNS / "pretraining", help="folder of the corpora and runs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
