"""The proof of what privacy costs: parts that share no customer, and a verdict that can go each way."""

import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def proof(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import scrubbed

    return scrubbed


def scores(share: float, rows: int = 200, wrong: int = 0) -> dict[int, tuple[float, float]]:
    return {line: (0.0, 0.0) if line <= wrong else (share, 1.0) for line in range(1, rows + 1)}


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (scores(1.0), scores(1.0), "as good, within the margin"),
        (scores(1.0), scores(1.0, wrong=20), "as good, within the margin"),
        (scores(1.0, wrong=60), scores(1.0), "worse by more than the margin"),
        (scores(1.0, wrong=6), scores(1.0), "cannot be told from so many rows"),
        (scores(0.2), scores(0.2), "nothing can be told: too little was learned"),
    ],
)
def test_each_verdict_is_reached(proof: Any, mine: dict[int, Any], theirs: dict[int, Any], told: str) -> None:
    customers = [f"customer {line % 40}" for line in range(200)]
    found = proof._contrast("a", "b", [{"a": mine, "b": theirs}], customers)
    assert found["fields"]["told"] == told
    assert found["rows"] == 200


def test_seeds_are_averaged_row_by_row(proof: Any) -> None:
    customers = [str(line) for line in range(200)]
    seeds = [{"a": scores(1.0), "b": scores(1.0, wrong=50)}, {"a": scores(1.0, wrong=50), "b": scores(1.0)}]
    found = proof._contrast("a", "b", seeds, customers)
    assert found["records"]["value"] == found["records"]["low"] == found["records"]["high"] == 0.0


def test_parts_share_no_customer_and_the_thread_is_trained_on(
    proof: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "FINEWRIGHT", str(Path(sys.executable).parent / "finewright"))
    customers = proof._write(tmp_path, 150)
    parts = {name: proof._lines(tmp_path / f"{name}.jsonl") for name in ("train", "validation", "test")}
    assert sum(map(len, parts.values())) == 150
    assert customers == [row["customer"] for row in parts["test"]]
    held = {row["customer"] for name in ("validation", "test") for row in parts[name]}
    learned = [row["customer"] for row in parts["train"][:5] + parts["train"][11:]]
    assert not held & set(learned)
    assert len(set(learned[:5])) == 1
    assert len(parts["test"]) >= 60
