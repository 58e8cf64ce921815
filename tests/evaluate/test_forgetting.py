"""Probes, windows and the verdict on them: shipped data that is sound, bounds that can rule a loss out and in."""

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError, InputError
from finewright.engine.fake import FakeCompleter
from finewright.evaluate.forgetting.probes import ask, conversation, probes_digest, read_probes
from finewright.evaluate.forgetting.text import WINDOW, read_text, windows
from finewright.evaluate.forgetting.verdict import accuracy_change, perplexity_change
from finewright.evaluate.perplexity import Likelihood

# the shipped probes and text


def test_the_shipped_probes_are_sound() -> None:
    probes = read_probes()
    assert len(probes) >= 120
    assert len({probe.question for probe in probes}) == len(probes)
    assert all(len(set(probe.choices)) == 4 and probe.answer in probe.choices for probe in probes)
    assert all(len(choice.split()) <= 3 for probe in probes for choice in probe.choices)
    # no place in the list gives the answer away
    places = Counter(probe.choices.index(probe.answer) for probe in probes)
    assert max(places.values()) < 0.4 * len(probes)


def test_the_shipped_text_is_some_pages_of_varied_prose() -> None:
    paragraphs = read_text().strip().split("\n\n")
    assert len(paragraphs) >= 10
    assert 2000 < sum(len(paragraph.split()) for paragraph in paragraphs) < 3500


# files of one's own


def written(folder: Path, *lines: object) -> Path:
    path = folder / "probes.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


GOOD = {"question": "2 + 2?", "choices": ["4", "5"], "answer": "4"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not valid JSON"),
        ([1], "not an object"),
        ({"choices": ["a", "b"], "answer": "a"}, "no question"),
        (GOOD | {"choices": "4 5"}, "no list of choices"),
        (GOOD | {"choices": ["4", " "]}, "no list of choices"),
        (GOOD | {"choices": ["4"]}, "two or more choices"),
        (GOOD | {"choices": ["4", "4"]}, "two or more choices, each another"),
        (GOOD | {"answer": "6"}, "'6', which is not among its choices"),
        (GOOD | {"answer": 0}, "which is not among its choices"),
    ],
)
def test_a_line_that_is_no_probe_is_named(tmp_path: Path, line: object, said: str) -> None:
    with pytest.raises(DataError, match=rf"probes\.jsonl:2: .*{said}"):
        read_probes(written(tmp_path, GOOD, line))


def test_files_that_are_missing_or_empty_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"evaluate\.forgetting\.probes"):
        read_probes(tmp_path / "none.jsonl")
    with pytest.raises(DataError, match="no probes"):
        read_probes(written(tmp_path))
    with pytest.raises(DataError, match=r"evaluate\.forgetting\.text"):
        read_text(tmp_path / "none.txt")
    (tmp_path / "blank.txt").write_text(" \n")
    with pytest.raises(DataError, match="no text"):
        read_text(tmp_path / "blank.txt")
    (tmp_path / "other.txt").write_bytes("Größe".encode("latin-1"))
    with pytest.raises(DataError, match="not utf-8 text"):
        read_text(tmp_path / "other.txt")


# asking


def test_every_probe_is_asked_of_the_adapter_with_its_choices() -> None:
    probes = read_probes()[:20]
    right = {probe.question: probe.answer for probe in probes[::2]}
    known = {conversation(probe)[0].content: right.get(probe.question, probe.choices[0]) for probe in probes}
    completer = FakeCompleter(known)
    found = ask(completer, probes, "digest")
    assert found == [known[conversation(probe)[0].content] == probe.answer for probe in probes]
    assert all(found[::2])
    assert not all(found)
    assert {request.adapter for request in completer.requests} == {"digest"}
    assert [request.choices for request in completer.requests] == [probe.choices for probe in probes]


def test_the_digest_tells_other_probes() -> None:
    probes = read_probes()
    assert probes_digest(probes) != probes_digest(probes[1:])


# windows


@given(st.integers(0, 700), st.integers(1, 300))
def test_windows_hold_every_token_once_and_fit(count: int, context: int) -> None:
    tokens = list(range(count))
    found = windows(tokens, context)
    if count < 16 or context < 16:
        assert found == []
        return
    assert [token for window in found for token in window.tokens] == tokens
    sizes = [len(window.tokens) for window in found]
    assert max(sizes) <= min(WINDOW, context)
    assert max(sizes) - min(sizes) <= 1
    assert all(window.targets == len(window.tokens) - 1 for window in found)
    assert [window.id for window in found] == sorted(window.id for window in found)


# accuracy


def answers(both: int, gained: int, lost: int, neither: int) -> tuple[list[bool], list[bool]]:
    before = [True] * both + [False] * gained + [True] * lost + [False] * neither
    after = [True] * both + [True] * gained + [False] * lost + [False] * neither
    return before, after


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ((70, 0, 0, 50), "kept"),
        ((60, 20, 2, 38), "kept"),
        ((62, 4, 5, 49), "cannot tell"),
        ((40, 1, 30, 49), "lost"),
        ((3, 0, 0, 0), "cannot tell"),
    ],
)
def test_accuracy_is_kept_lost_or_cannot_be_told(counts: tuple[int, int, int, int], outcome: str) -> None:
    found = accuracy_change(*answers(*counts), 0.03, 0.95)
    rows = sum(counts)
    assert found.outcome == outcome
    assert found.before == pytest.approx((counts[0] + counts[2]) / rows)
    assert found.after == pytest.approx((counts[0] + counts[1]) / rows)
    assert found.difference == pytest.approx(found.after - found.before)
    assert found.low <= found.difference <= found.high
    assert (found.low > -0.03) == (outcome == "kept")
    assert (found.high < -0.03) == (outcome == "lost")


def test_the_sentence_says_figures_bounds_margin_and_what_would_tell() -> None:
    found = accuracy_change(*answers(46, 3, 4, 67), 0.03, 0.95)
    assert found.sentence.startswith(
        "Accuracy on 120 general questions was 41.7% before and 40.8% after (-0.8 points, "
    )
    assert "whether more than the accepted 3 points are lost cannot be told" in found.sentence
    assert found.rows_needed is not None
    assert f"some {found.rows_needed:,} questions would tell" in found.sentence
    kept = accuracy_change(*answers(70, 0, 0, 50), 0.03, 0.95)
    assert kept.sentence.endswith("no more than the accepted 3 points are lost.")
    assert kept.rows_needed is None


def test_as_many_probes_as_it_asks_for_would_indeed_tell() -> None:
    # Simulated: at the number asked for, keeping shows in about eight of ten repetitions.
    before, after = answers(46, 3, 4, 67)
    needed = accuracy_change(before, after, 0.03, 0.95).rows_needed
    assert needed is not None
    draws = np.random.default_rng(0)
    rows = np.array([before, after]).T
    kept = 0
    for _ in range(200):
        picked = rows[draws.integers(0, len(rows), needed)]
        kept += accuracy_change(picked[:, 0].tolist(), picked[:, 1].tolist(), 0.03, 0.95).outcome == "kept"
    assert 140 < kept < 190


def test_a_true_loss_of_the_margin_is_seldom_called_kept() -> None:
    # At a true loss of exactly the margin, "kept" may be said in one of twenty repetitions.
    draws = np.random.default_rng(1)
    wrong = 0
    for _ in range(400):
        kinds = draws.choice(4, 400, p=[0.5, 0.05, 0.08, 0.37])
        before, after = np.isin(kinds, [0, 2]).tolist(), np.isin(kinds, [0, 1]).tolist()
        wrong += accuracy_change(before, after, 0.03, 0.95).outcome == "kept"
    assert wrong / 400 < 0.08


def test_other_probes_before_and_after_are_refused() -> None:
    with pytest.raises(InputError, match="not the same"):
        accuracy_change([True], [True, False], 0.03, 0.95)
    with pytest.raises(InputError, match="not the same"):
        accuracy_change([], [], 0.03, 0.95)


# perplexity


def read(means: list[float], tokens: int = 127) -> dict[str, Likelihood]:
    return {
        f"{number:06d}": Likelihood(-mean * (tokens - number % 2), tokens - number % 2)
        for number, mean in enumerate(means)
    }


BEFORE = [3.0 + 0.1 * (number % 7) for number in range(22)]


@pytest.mark.parametrize(
    ("rise", "outcome"),
    [
        ([0.0] * 22, "kept"),
        ([0.01, 0.02] * 11, "kept"),
        ([-0.3, -0.1] * 11, "kept"),
        ([0.0, 0.1] * 11, "cannot tell"),
        ([0.3, 0.2] * 11, "lost"),
    ],
)
def test_perplexity_is_kept_lost_or_cannot_be_told(rise: list[float], outcome: str) -> None:
    after = [mean + up for mean, up in zip(BEFORE, rise, strict=True)]
    found = perplexity_change(read(BEFORE), read(after), 0.05, 0.95)
    assert found.outcome == outcome
    # per token, by hand
    weights = [127 - number % 2 for number in range(22)]
    first = math.exp(sum(m * w for m, w in zip(BEFORE, weights, strict=True)) / sum(weights))
    second = math.exp(sum(m * w for m, w in zip(after, weights, strict=True)) / sum(weights))
    assert (found.before, found.after) == (pytest.approx(first), pytest.approx(second))
    assert found.difference == pytest.approx(second / first - 1)
    assert found.low <= found.difference + 1e-12
    assert found.high >= found.difference - 1e-12


def test_the_interval_is_paired_and_near_that_of_students_t() -> None:
    draws = np.random.default_rng(2)
    rise = draws.normal(0.04, 0.05, 22)
    found = perplexity_change(read(BEFORE), read([m + u for m, u in zip(BEFORE, rise, strict=True)]), 0.05, 0.95)
    half = 1.717 * rise.std(ddof=1) / math.sqrt(22)  # t with 22 windows, one-sided 95 %
    assert math.log1p(found.low) == pytest.approx(rise.mean() - half, abs=0.006)
    assert math.log1p(found.high) == pytest.approx(rise.mean() + half, abs=0.006)


def test_few_windows_tell_nothing() -> None:
    found = perplexity_change(read([3.0] * 3), read([9.0] * 3), 0.05, 0.95)
    assert found.outcome == "cannot tell"
    assert found.sentence.endswith("cannot be told; a longer text would tell.")


def test_other_windows_before_and_after_are_refused() -> None:
    with pytest.raises(InputError, match="not the same"):
        perplexity_change(read([3.0] * 8), read([3.0] * 9), 0.05, 0.95)
    with pytest.raises(InputError, match="not the same"):
        perplexity_change(read([3.0] * 8), read([3.0] * 8, tokens=100), 0.05, 0.95)


@given(st.floats(0.05, 0.99), st.lists(st.sampled_from([(0, 0), (0, 1), (1, 0), (1, 1)]), min_size=1, max_size=60))
def test_never_both_and_always_a_sentence(confidence: float, pairs: list[tuple[int, int]]) -> None:
    found = accuracy_change([bool(a) for a, _ in pairs], [bool(b) for _, b in pairs], 0.03, confidence)
    assert found.outcome in ("kept", "lost", "cannot tell")
    assert found.low <= found.high
    assert found.sentence.endswith(".")
