"""Learning from scrubbed data beside learning from the same data as they were: what privacy costs, row by row.

    .venv/bin/python benchmarks/scrubbed.py [--rows 300] [--seeds 1] [--base smollm2-135m] [--out runs]

By `finewright data demo --personal`, `finewright run` and `finewright predict`. Prints texts before and after, one
customer in five messages, the quarantine and the reconciliation from the run's own files. Part 21 of protocol.md; about
20 minutes a seed on two cores. A run that is done is read.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from as_user import FINEWRIGHT, OFF, run
from finewright.base.order import shuffled
from finewright.base.records import Record
from finewright.evaluate.json_object import read_object
from finewright.evaluate.scorers.json_record import json_record
from finewright.evaluate.statistics.clusters import clustered_bootstrap, numbered
from finewright.evaluate.task import JsonField
from record import RUNS, record

CORPUS_SEED = 21
MARGIN = 0.03
LEARNED = 0.5
TEST, VALIDATION = 0.4, 0.05
THREAD = 5
_ARMS = ("majority", "tfidf", "frozen", "encoder", "zero_shot", "few_shot", "retrieved", "neighbours")
PRIVACY = {"allow": ["Northgate Supplies", "Northgate"], "own": [{"name": "claim", "pattern": "CLM-[0-9]{6}"}]}

Scores = dict[int, tuple[float, float]]
"""By line of the test file: the share of fields that is right, and whether the whole record is."""


def main() -> int:
    """Make the corpus, run, compare, record and print."""
    asked = _arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    customers = _write(asked.out, asked.rows)
    seeds = [_seed(asked, seed) for seed in range(asked.seeds)]
    found = {
        "contrasts": _contrasts([scores for scores, _ in seeds], customers),
        "means": {name: _mean([scores[name] for scores, _ in seeds]) for name in seeds[0][0]},
        "shown": _shown(asked.out, seeds[0][1]),
    }
    settings = {"base": asked.base, "rows": asked.rows, "seeds": asked.seeds, "margin": MARGIN}
    table = list(_table(found))
    record("scrubbed", {**settings, **found, "table": table})
    for line in (*_told(found["shown"]), *table):
        print(line)
    return 0


def _write(out: Path, rows: int) -> list[str]:
    """The corpus in three parts by whole customers; the customers of the test rows, line by line."""
    demo = [
        FINEWRIGHT,
        "data",
        "demo",
        str(out / "demo"),
        "--personal",
        "--rows",
        str(rows),
        "--seed",
        str(CORPUS_SEED),
    ]
    subprocess.run(demo, check=True)
    lines = _lines(out / "demo" / "deductions.jsonl")
    first, rest = lines[: THREAD + 6], lines[THREAD + 6 :]
    kept = {row["customer"] for row in first[:THREAD]}
    names = shuffled({row["customer"] for row in rest} - kept, str, CORPUS_SEED, "scrubbed parts")
    parts = {"test": _taken(rest, names, TEST * rows)}
    parts["validation"] = _taken(rest, names, VALIDATION * rows)
    held = {row["customer"] for of in parts.values() for row in of}
    parts["train"] = [*first, *(row for row in rest if row["customer"] not in held)]
    for name, of in parts.items():
        _put(out / f"{name}.jsonl", of)
    return [row["customer"] for row in parts["test"]]


def _taken(rows: Sequence[dict[str, Any]], names: list[str], wanted: float) -> list[dict[str, Any]]:
    """The rows of so many of the names, which are used up, that there are as many as wanted."""
    taken: set[str] = set()
    while names and sum(row["customer"] in taken for row in rows) < wanted:
        taken.add(names.pop(0))
    return [row for row in rows if row["customer"] in taken]


def _seed(asked: argparse.Namespace, seed: int) -> tuple[dict[str, Scores], Path]:
    """The four measurements of one seed, and the folder of the run on scrubbed rows."""
    out = asked.out / f"seed-{seed}"
    on = run(out / "scrubbed.yaml", _recipe(asked, seed, {}, PRIVACY))
    folder = Path(on["folder"])
    lines = _same_rows(asked.out, out, folder)
    off = run(out / "raw.yaml", _recipe(asked, seed, {name: f"raw-{name}.jsonl" for name in lines}, OFF))
    scrubbed = {row["line"]: row for row in _lines(folder / "data" / "test.jsonl")}
    raw = _of(_tuned(off), Path(off["folder"]), lines["test"])
    scores = {
        "scrubbed on scrubbed": _of(_tuned(on), folder),
        "scrubbed on raw": _of(json.loads((folder / "privacy" / "raw-input.json").read_text("utf-8")), folder),
        "raw on raw": raw,
        "raw on scrubbed": _asked(Path(off["folder"]), [scrubbed[line] for line in sorted(raw)]),
    }
    return scores, folder


def _recipe(
    asked: argparse.Namespace, seed: int, files: Mapping[str, str], privacy: Mapping[str, Any]
) -> dict[str, Any]:
    parts = {name: files.get(name, f"../{name}.jsonl") for name in ("train", "validation", "test")}
    return {
        "name": "raw" if files else "scrubbed",
        "seed": seed,
        "base": asked.base,
        "data": {**parts, "columns": {"group": "customer"}},
        "split": {"by": "group"},
        "task": {"kind": "json", "instruction": "Extract the deduction from this remark as JSON."},
        "arms": dict.fromkeys(_ARMS, OFF),
        "train": {"epochs": 2, "batch": 8, "learning_rate": 0.001},
        "evaluate": {"forgetting": OFF},
        "output": {"runs": "."},
        "privacy": dict(privacy),
    }


def _same_rows(data: Path, out: Path, folder: Path) -> dict[str, list[int]]:
    """The rows that the run on scrubbed ones kept, as they were written; by part the line that each had there."""
    kept = {}
    for name in ("train", "validation", "test"):
        raw = _lines(data / f"{name}.jsonl")
        kept[name] = sorted(row["line"] for row in _lines(folder / "data" / f"{name}.jsonl"))
        _put(out / f"raw-{name}.jsonl", [raw[line - 1] for line in kept[name]])
    return kept


def _tuned(outcome: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(arm for arm in outcome["results"]["arms"] if arm["name"] == "tuned")["test"]
    return found


def _of(measured: Mapping[str, Any], folder: Path, lines: Sequence[int] | None = None) -> Scores:
    """What a run measured, by the line that a row has in the whole test file."""
    at = {row["id"]: row["line"] for row in _lines(folder / "data" / "test.jsonl")}
    where = {name: line if lines is None else lines[line - 1] for name, line in at.items()}
    return {where[name]: (share, float(measured["correct"][name])) for name, share in measured["shares"].items()}


def _asked(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Scores:
    """An adapter on other test rows than its run's own: each asked by `finewright predict`."""
    texts = [part for row in rows for part in ("--text", row["messages"][-1]["content"])]
    out = folder.parent / "raw-on-scrubbed.jsonl"
    if not out.exists():
        subprocess.run([FINEWRIGHT, "predict", str(folder), *texts, "--out", str(out)], check=True)
    names = read_object(rows[0]["answer"]) or {}
    score = json_record([JsonField(name, "string", None, True) for name in names])
    found = {}
    for row, said in zip(rows, _lines(out), strict=True):
        one = score(said["answer"], Record(row["id"], (), row["answer"]))
        found[row["line"]] = (one.parts["fields"], float(one.correct))
    return found


def _mean(seeds: Sequence[Scores]) -> dict[str, float]:
    values = np.array([list(of.values()) for of in seeds])  # (seeds, rows, 2)
    fields, records = values.mean(axis=(0, 1))
    return {"fields": float(fields), "records": float(records)}


def _contrasts(seeds: Sequence[Mapping[str, Scores]], customers: Sequence[str]) -> list[dict[str, Any]]:
    pairs = (
        ("scrubbed on scrubbed", "raw on raw"),
        ("scrubbed on raw", "raw on raw"),
        ("scrubbed on scrubbed", "raw on scrubbed"),
    )
    return [_contrast(mine, theirs, seeds, customers) for mine, theirs in pairs]


def _contrast(
    mine: str, theirs: str, seeds: Sequence[Mapping[str, Scores]], customers: Sequence[str]
) -> dict[str, Any]:
    """Differences row by row, averaged over seeds, with intervals over whole customers, and what they say."""
    lines = sorted(seeds[0][mine])
    differences = np.mean(
        [[np.subtract(of[mine][line], of[theirs][line]) for line in lines] for of in seeds], axis=0
    )  # (rows, 2)
    groups = numbered([customers[line - 1] for line in lines])
    learned = all(_mean([of[name] for of in seeds])["fields"] >= LEARNED for name in (mine, theirs))
    found: dict[str, Any] = {"arm": mine, "other": theirs, "rows": len(lines)}
    for at, figure in enumerate(("fields", "records")):
        low, high, _ = clustered_bootstrap(differences[:, at], groups, 0.95)
        value = float(differences[:, at].mean())
        told = _verdict(low, high) if learned else "nothing can be told: too little was learned"
        found[figure] = {"value": value, "low": low, "high": high, "told": told}
    return found


def _verdict(low: float, high: float) -> str:
    if low > -MARGIN:
        return "as good, within the margin"
    return "worse by more than the margin" if high < -MARGIN else "cannot be told from so many rows"


def _shown(data: Path, folder: Path) -> dict[str, Any]:
    """Before and after, one customer's messages, quarantine and reconciliation."""
    raw, after = _lines(data / "train.jsonl"), {row["line"]: row for row in _lines(folder / "data" / "train.jsonl")}
    pairs = [
        {"before": row["prompt"], "after": after[line]["messages"][-1]["content"], "answer": after[line]["answer"]}
        for line, row in enumerate(raw, 1)
        if line in after
    ]
    groups = [after[line]["group"] for line in range(1, THREAD + 1)]
    thread = pairs[:THREAD]
    return {
        "thread": thread,
        "customer": sorted(set(groups)),
        "in all": sorted(set.intersection(*(_words(one["after"]) - _words(one["before"]) for one in thread))),
        "others": pairs[THREAD : THREAD + 3],
        "quarantine": list(_quarantine(folder)),
        "reconciled": _reconciled(data, folder),
    }


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text.casefold()))


def _quarantine(folder: Path) -> Iterator[dict[str, Any]]:
    for row in _lines(folder / "privacy" / "quarantine.jsonl"):
        said = row["record"]["messages"][-1]["content"].splitlines()[-1]
        yield {"line": row["record"]["line"], "part": row["part"], "last line": said, "reasons": row["reasons"]}


def _reconciled(data: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """By part: rows in, kept, left as too near, quarantined, and whether they add up by their lines."""
    refused = [(row["part"], row["record"]["line"]) for row in _lines(folder / "privacy" / "quarantine.jsonl")]
    card = json.loads((folder / "data" / "card.json").read_text("utf-8"))
    found = {}
    for part in ("train", "validation", "test"):
        rows_in = len(_lines(data / f"{part}.jsonl"))
        kept = [row["line"] for row in _lines(folder / "data" / f"{part}.jsonl")]
        gone = [line for of, line in refused if of == part]
        left = [row["line"] for row in card["departures"] if row["source"] == f"{part}.jsonl"]
        exact = sorted([*kept, *gone, *left]) == list(range(1, rows_in + 1))
        found[part] = {"in": rows_in, "kept": len(kept), "quarantined": len(gone), "left": len(left), "exact": exact}
    return found


def _told(shown: Mapping[str, Any]) -> Iterator[str]:
    for one in (*shown["thread"], *shown["others"]):
        yield f"--- before\n{one['before']}\n--- after\n{one['after']}\n{one['answer']}"
    yield f"the customer of the first five messages: {', '.join(shown['customer'])}"
    yield f"new words that stand in all five: {', '.join(shown['in all']) or 'NONE'}"
    for one in shown["quarantine"]:
        yield f"quarantine: {one['part']}:{one['line']} {one['reasons'][0]['rule']}: {one['last line']}"


def _table(found: Mapping[str, Any]) -> Iterator[str]:
    for part, of in found["shown"]["reconciled"].items():
        added = f"{of['kept']} kept + {of['quarantined']} in quarantine + {of['left']} too near to a held-out row"
        yield f"{part}: {of['in']} in = {added}: {'exact, line by line' if of['exact'] else 'NOT RECONCILED'}"
    for name, of in found["means"].items():
        yield f"{name}: {of['fields']:.1%} of fields, {of['records']:.1%} of records"
    for one in found["contrasts"]:
        for figure in ("fields", "records"):
            of = one[figure]
            told = f"{100 * of['value']:+.1f} points ({100 * of['low']:.1f} to {100 * of['high']:.1f})"
            yield f"{one['arm']} minus {one['other']}, {figure}: {told}: {of['told']}"


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _put(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RUNS / "scrubbed", help="where the corpus and run folders go")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
