"""The page of results: a section for each file there is, its figures where they belong."""

import json
from pathlib import Path
from typing import Any

import pytest

MACHINE = {"processor": "Made", "cores": 2} | dict.fromkeys(
    ("python", "finewright", "torch", "transformers", "peft"), "1.0"
)


def figure(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.01, "high": value + 0.01}


def spread(median: float) -> dict[str, float]:
    return {"median": median, "smallest": median / 2, "largest": median * 2}


def side(rate: float) -> dict[str, Any]:
    return {"rows": 1, "rows_per_second": spread(rate), "peak_bytes": 2_500_000_000}


CHOICES = {
    "machine": MACHINE,
    "versions": {"lm_eval": "0.4.13"},
    "threads": 2,
    "labels": 77,
    "batch_size": 8,
    "sides": {"scan": side(0.5), "best": side(0.8), "lm-eval": side(0.01)},
    "ratio": {"scan": spread(50.0), "best": spread(80.0)},
    "agreement": {"rows": 3, "same_label": {"scan": 3, "best": 2}, "largest_difference": 2.7e-5, "close": True},
}
TATQA = {
    "machine": MACHINE,
    "questions": 1668,
    "passages": 1634,
    "reports": 278,
    "figures": {mode: {"ndcg@10": figure(at)} for mode, at in (("bm25", 0.4), ("dense", 0.5), ("fused", 0.6))},
    "gains": {"fused - bm25": {"ndcg@10": figure(0.2)}, "fused - dense": {"ndcg@10": figure(-0.005)}},
}
SCALE = {
    "machine": MACHINE,
    "chunks": 100000,
    "queries": 1000,
    "skipped": {},
    "runs": {name: [{"bytes": 3e8}, {"bytes": most}] for name, most in (("ours", 6e8), ("faiss", 4e8), ("bm25s", 2e8))},
    "seconds": {"ours": spread(1.0), "faiss": spread(0.4), "bm25s": spread(0.6)},
    "ratio": spread(1.08),
}
LABELS = {
    "machine": MACHINE,
    "rows": 10003,
    "curve": {
        "half": {"doubled": figure(0.92)},
        "whole": {"points": [[50, figure(0.5)], [8000, figure(0.93)]]},
        "inside": False,
    },
    "errors": {"planted": 30, "found_among_first": {"30": 21, "100": 28}, "suspects": 412},
}
NONE = {"place": 0, "length": 0, "anything": 0}
JUDGE = {
    "machine": MACHINE,
    "rows": 40,
    "repeats": 200,
    "most_false_alarms": 18,
    "accused": {
        "first_lover": NONE | {"place": 199, "anything": 199},
        "mute": NONE,
        "fair, longer answers more often right": NONE | {"length": 3, "anything": 3},
    },
}
RAG = {"machine": MACHINE, "table": ["closed book: containment 1.0% (0.1% to 3.0%) of 150"]}


@pytest.fixture
def table(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module, reading and writing in a folder of its own."""
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    import record
    import results_table

    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(results_table, "PAGE", tmp_path / "RESULTS.md")
    return results_table


def put(folder: Path, name: str, found: dict[str, Any], date: str = "2026-01-02") -> None:
    (folder / f"{date}-{name}.json").write_text(json.dumps({"name": name, "date": date, "machine": MACHINE} | found))


def page(table: Any) -> str:
    table.main()
    return str(table.PAGE.read_text())


def rows(text: str, of: str) -> list[list[str]]:
    """The cells of each line of the first table under the heading that begins so, without its head."""
    section = text.partition(f"## {of}")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_a_section_stands_only_where_its_file_does(table: Any, tmp_path: Path) -> None:
    assert "## " not in page(table)
    put(tmp_path, "judge", JUDGE)
    assert page(table).count("## ") == 1
    put(tmp_path, "rag", RAG)
    put(tmp_path, "labels", {"parts": {"frozen": LABELS}})
    put(tmp_path, "retrieve", {"parts": {"scale": SCALE}})
    put(tmp_path, "choices", {"parts": {"77 labels": CHOICES}})
    text = page(table)
    assert text.count("## ") == 5
    assert "- closed book: containment 1.0% (0.1% to 3.0%) of 150" in text


def test_the_newest_file_counts(table: Any, tmp_path: Path) -> None:
    put(tmp_path, "judge", JUDGE)
    put(tmp_path, "judge", JUDGE | {"repeats": 7}, date="2026-01-03")
    assert "before 7 made-up sets" in page(table)
    assert "(2026-01-03)" in page(table)


def test_choices_name_each_side(table: Any, tmp_path: Path) -> None:
    put(tmp_path, "choices", {"parts": {"77 labels": CHOICES}})
    text = page(table)
    assert rows(text, "Choices beside lm-eval") == [
        ["77", "ours, every label", "0.5 (0.25 to 1)", "**50** (25 to 100)", "2.5", "3 of 3", "2.7e-05", ""],
        ["77", "ours, the best label", "0.8 (0.4 to 1.6)", "**80** (40 to 160)", "2.5", "2 of 3", "", ""],
        ["77", "lm-eval, every label", "0.01 (0.005 to 0.02)", "", "2.5", "", "", "batches of 8"],
    ]
    assert "2 torch threads" in text
    assert "lm_eval 0.4.13" in text


def test_passages_found_and_what_finding_costs(table: Any, tmp_path: Path) -> None:
    put(tmp_path, "retrieve", {"parts": {"scale": SCALE, "tatqa": TATQA}})
    text = page(table)
    found = rows(text, "Passages found")
    assert found[:3] == [
        ["words (BM25)", "0.400 (0.390 to 0.410)"],
        ["meaning (MiniLM)", "0.500 (0.490 to 0.510)"],
        ["both, fused", "0.600 (0.590 to 0.610)"],
    ]
    assert "- fused - dense: ndcg@10 -0.005 (-0.015 to +0.005)" in text
    assert ["ours, both rankings fused", "1 (0.5 to 2)", "0.6"] in found
    assert "Ours takes **1.08** (0.54 to 2.16) times what the two peers take together." in text


def test_one_part_of_two_is_enough(table: Any, tmp_path: Path) -> None:
    put(tmp_path, "retrieve", {"parts": {"tatqa": TATQA | {"gains": {}}}})
    text = page(table)
    assert "1,668 questions over 1,634 passages of 278 reports" in text
    assert "made chunks" not in text


def test_a_peer_that_was_skipped_says_why(table: Any, tmp_path: Path) -> None:
    seconds = {name: SCALE["seconds"][name] for name in ("ours", "bm25s")}
    kept = {key: value for key, value in SCALE.items() if key != "ratio"}
    put(tmp_path, "retrieve", {"parts": {"scale": kept | {"seconds": seconds, "skipped": {"faiss": "not here"}}}})
    text = page(table)
    assert ["faiss, vectors alone", "not here", ""] in rows(text, "Passages found")
    assert "together" not in text


def test_labels_show_the_forecast_beside_what_was_measured(table: Any, tmp_path: Path) -> None:
    put(tmp_path, "labels", {"parts": {"frozen": LABELS}})
    assert rows(page(table), "Advice on labels") == [
        [
            "frozen MiniLM",
            "10,003",
            "92.0% (91.0% to 93.0%)",
            "93.0% (92.0% to 94.0%)",
            "no",
            "21 of 30",
            "28 of 30",
            "412",
        ]
    ]


def test_judges_show_every_accusation(table: Any, tmp_path: Path) -> None:
    put(tmp_path, "judge", JUDGE)
    text = page(table)
    assert "| judge | place | length | anything |" in text
    assert rows(text, "Judges with planted faults") == [
        ["prefers the first answer", "199", "0", "199"],
        ["gives nothing that can be read", "0", "0", "0"],
        ["fair, errs one time in ten; longer answers more often right", "0", "3", "3"],
    ]
    assert "at most 18 of them" in text


def test_the_files_there_are_make_a_page(
    table: Any, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import record

    monkeypatch.setattr(record, "RESULTS", repository / "benchmarks" / "results")
    text = page(table)
    assert text.count("\n## ") == sum(record.newest(name) is not None for name in table.SECTIONS)
