"""The script of the proof of continued pretraining, from made-up files to its table, on a tiny random base."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.tiny import tiny_base

pytestmark = pytest.mark.slow

WORDS = ["committee", "members", "noted", "inflation", "growth", "policy", "markets", "credit", "housing", "labor"]


def text(number: int, words: int) -> str:
    return f"Meeting {number}. " + " ".join(
        WORDS[(number * number + place * (1 + number % 9) + place // 7) % 10] for place in range(words)
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as that of the published data."""
    folder = tmp_path_factory.mktemp("published")
    for name in ("fed-minutes", "wikitext2", "general-probe"):
        (folder / name).mkdir()
    for year in range(2008, 2022):
        for month in (1, 6):
            (folder / "fed-minutes" / f"{year}{month:02d}27.txt").write_text(text(year * 2 + month, 60))
    (folder / "wikitext2" / "valid.txt").write_text("Bees make honey, and rivers run to the sea. " * 60)
    frame = "### Instruction:\n{}\n\n### Response:\n"
    dolly = [{"prompt": frame.format(f"What is {n} and {n}?"), "response": f"It is {2 * n}."} for n in range(20)]
    asked = [
        {"query": f"Question: Which is it of {n}?\n", "choices": [f"this {n}", f"that {n}"], "gold": n % 2}
        for n in range(8)
    ]
    twice = {"query": "Question: Which?", "choices": ["same", "same"], "gold": 0}
    files = {"dolly_hhrlhf_train_small": dolly, "piqa": [twice, *asked], "arc_easy": asked}
    for name, rows in files.items():
        (folder / "general-probe" / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory, published: Path) -> list[str]:
    out = tmp_path_factory.mktemp("out")
    shutil.rmtree(out)
    sizes = {"tokens": 900, "held-out": 7, "held-out-tokens": 50, "wiki-tokens": 400, "questions": 6}
    given = {"base": tiny_base(out.parent / "proof-base"), "shared": published, "out": out} | sizes
    return [word for name, value in given.items() for word in (f"--{name}", str(value))]


@pytest.fixture
def proof(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module; what it records is kept instead of written."""
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    import pretraining

    kept: dict[str, Any] = {}
    monkeypatch.setattr(pretraining, "record", lambda name, found: kept.update({name: found}))
    monkeypatch.setattr(pretraining, "kept", kept, raising=False)
    monkeypatch.setattr(pretraining, "TRAIN", pretraining.TRAIN | {"max_length": 64, "threads": 1})
    return pretraining


def test_both_arms_are_measured(proof: Any, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert proof.main(command) == 0
    found = proof.kept["pretraining"]
    assert list(found["arms"]) == ["without replay", "with replay"]
    assert found["settings"]["tokens"] == 900
    plain, replayed = found["arms"].values()
    assert plain["perplexity"]["documents"] == 7
    assert plain["documents"]["parts"]["train"]["tokens"] >= 900
    assert (plain["training"]["general_examples"], replayed["training"]["general_examples"]) == (0, 20)
    assert {name: of["rows"] for name, of in plain["probes"].items()}["PIQA"] == 3
    assert plain["probes"]["own"]["before"] == replayed["probes"]["own"]["before"]
    assert plain["forgetting"]["perplexity"]["rows"] > 1
    printed = capsys.readouterr().out
    assert printed.count("held-out documents") == 2
    assert "ARC easy" in printed


def test_the_parts_are_of_their_years_and_sizes(command: list[str]) -> None:
    out = Path(command[command.index("--out") + 1])
    names = {part: sorted(path.name for path in (out / part).iterdir()) for part in ("train", "validation", "test")}
    assert {name[:4] for name in names["train"]} <= {f"{year}" for year in range(2009, 2016)}
    assert names["validation"] == ["20160127.txt", "20160627.txt"]
    assert len(names["test"]) == 7
    assert min(names["test"]) > "2017"


def test_rates_are_compared_on_the_year_between(
    proof: Any, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proof, "RATES", (5e-4,))
    assert proof.main([*command, "--tune"]) == 0
    assert proof.kept == {}
    assert "With 1 held-out document it cannot be told" in capsys.readouterr().out
