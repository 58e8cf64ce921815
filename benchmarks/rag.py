"""TAT-QA's development questions closed book and from passages: right, cited, borne out, and how surely.

    .venv/bin/python benchmarks/rag.py [--test-rows 150] [--out runs]

Questions whose answer is one span of words are asked of SmolLM2-135M twice: without anything, and with the four best of
all 1,634 passages of the reports, found by words and meaning. By `finewright corpus`, `finewright run` and its results
alone. Besides: the share wrong among the surest answers, where the score of the best passage says how sure. Finding
itself is measured in `retrieve.py`. Some ten minutes on two cores; a run that is done is read.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from as_user import FINEWRIGHT, OFF, run
from finewright.base.records import Prediction
from finewright.evaluate.coverage import at_coverage, best_scores
from finewright.evaluate.scorers.abstention import risk_coverage
from finewright.retrieve.hit import Hit
from record import RUNS, record
from workloads import SHARED

PARTS = (0.1, 0.25, 0.5, 1.0)
_ARMS = ("majority", "tfidf", "frozen", "encoder", "few_shot", "retrieved", "neighbours", "tuned")


def main() -> int:
    """Write corpus and questions, run, record and print."""
    asked = _arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    _write(asked.out)
    subprocess.run(
        [FINEWRIGHT, "corpus", "add", str(asked.out / "index"), str(asked.out / "passages.jsonl")], check=True
    )
    outcome = run(asked.out / "rag.yaml", _recipe(asked))
    found = _told(outcome)
    table = list(_table(found))
    record("rag", {"base": asked.base, **found, "table": table})
    for line in table:
        print(line)
    return 0


def _write(folder: Path) -> None:
    """The passages as they are published, and the questions with their report, so that a report is on one side."""
    passages = (SHARED / "tatqa-dev" / "tatqa_dev_corpus.jsonl").read_text(encoding="utf-8").splitlines()
    rows = ({"text": json.loads(line)["text"]} for line in passages)
    (folder / "passages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _questions())
    (folder / "questions.jsonl").write_text(text, encoding="utf-8")


def _questions() -> Iterator[dict[str, str]]:
    reports = json.loads((SHARED / "tatqa-dev" / "tatqa_dataset_dev.json").read_text(encoding="utf-8"))
    for report in reports:
        for one in report["questions"]:
            if one["answer_type"] == "span" and not one["scale"]:
                answer = one["answer"][0] if isinstance(one["answer"], list) else str(one["answer"])
                yield {"prompt": one["question"], "completion": answer, "report": report["table"]["uid"]}


def _recipe(asked: argparse.Namespace) -> dict[str, Any]:
    return {
        "base": asked.base,
        "data": {"train": "questions.jsonl", "columns": {"group": "report"}},
        "split": {"by": "group", "validation": 0.05, "test": 0.5},
        "task": {
            "kind": "text",
            "instruction": "Answer the question about a company's report in as few words as you can.",
        },
        "arms": {**dict.fromkeys(_ARMS, OFF), "rag": {"enabled": True, "index": "index"}},
        "train": OFF,
        "evaluate": {"test_rows": asked.test_rows, "max_tokens": 48, "forgetting": OFF},
        "output": {"runs": "."},
    }


def _told(outcome: dict[str, Any]) -> dict[str, Any]:
    folder, arms = Path(outcome["folder"]), {arm["name"]: arm for arm in outcome["results"]["arms"]}
    figures = {name: arms[name]["test"]["figures"] for name in ("zero_shot", "rag")}
    answers = json.loads((folder / "arms" / "rag" / "test.json").read_text(encoding="utf-8"))["rows"]
    kept = json.loads((folder / "arms" / "rag" / "passages.json").read_text(encoding="utf-8"))["rows"]
    hits = {name: [Hit(**hit) for hit in found] for name, found in kept.items()}
    scores = best_scores([Prediction(**row) for row in answers], hits)
    curve = risk_coverage(scores, [arms["rag"]["test"]["correct"][row["record"]] for row in answers])
    points = [{"coverage": coverage, "wrong": risk} for coverage, risk in (at_coverage(curve, part) for part in PARTS)]
    return {
        "figures": figures,
        "verdict": outcome["results"]["verdict"]["sentence"],
        "curve": points,
        "area": float(curve.area),
        "shown": [{**row, "passages": [hit["source"] for hit in kept[row["record"]]]} for row in answers[:5]],
    }


def _table(found: dict[str, Any]) -> Iterator[str]:
    for arm, name in (("zero_shot", "closed book"), ("rag", "with passages")):
        for figure, of in found["figures"][arm].items():
            yield f"{name}: {figure} {of['value']:.1%} ({of['low']:.1%} to {of['high']:.1%}) of {of['rows']}"
    for point in found["curve"]:
        yield f"the surest {point['coverage']:.0%} of all rows: {point['wrong']:.1%} wrong"
    yield f"area under the curve of risk and coverage: {found['area']:.3f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--test-rows", type=int, default=150)
    parser.add_argument("--out", type=Path, default=RUNS / "rag", help="where corpus, questions and run folders go")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
