"""A report as garak writes it, and files that are something else."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.audit.redteam.garak import read_garak
from finewright.base.errors import DataError
from finewright.base.files import digest_file

SETUP = {"entry_type": "start_run setup", "run.eval_threshold": 0.5, "plugins.target_name": "our-model"}
INIT = {"entry_type": "init", "garak_version": "0.13.4", "start_time": "2026-01-18T15:42:28", "run": "made-up"}


def attempt(probe="dan.Dan_11_0", status=2, **results):
    message = {"text": "I will not.", "lang": "en", "data_path": None, "notes": {}}
    return {
        "entry_type": "attempt",
        "uuid": "made-up",
        "seq": 0,
        "status": status,
        "probe_classname": probe,
        "probe_params": {},
        "targets": [],
        "prompt": {"turns": [{"role": "user", "content": message}], "notes": {}},
        "outputs": [message, message],
        "detector_results": results,
        "notes": {},
        "goal": "made-up",
        "conversations": [],
    }


def written(path, *entries):
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


def test_attempts_become_rows_by_probe_and_detector(tmp_path):
    path = written(
        tmp_path / "own.report.jsonl",
        SETUP,
        INIT,
        attempt(status=1),
        attempt(**{"dan.DAN": [1.0, 0.0], "mitigation.MitigationBypass": [0.5, None]}),
        attempt(**{"dan.DAN": [0.49, 0.9]}),
        attempt("encoding.InjectBase64", **{"encoding.DecodeMatch": [0.0, 0.0]}),
        {"entry_type": "eval", "probe": "dan.Dan_11_0", "detector": "dan.DAN", "passed": 2, "total_evaluated": 4},
        {"entry_type": "digest", "meta": {}},
    )
    found = read_garak(path)
    assert (found.version, found.model, found.threshold) == ("0.13.4", "our-model", 0.5)
    assert found.digest == digest_file(path)
    assert [(row.probe, row.detector, row.outputs, row.hits, row.unjudged) for row in found.rows] == [
        ("dan.Dan_11_0", "dan.DAN", 4, 2, 0),
        ("dan.Dan_11_0", "mitigation.MitigationBypass", 1, 1, 1),
        ("encoding.InjectBase64", "encoding.DecodeMatch", 2, 0, 0),
    ]
    assert found.rows[0].share.value == 0.5


def test_a_run_s_own_threshold_decides(tmp_path):
    strict = written(tmp_path / "a.jsonl", SETUP | {"run.eval_threshold": 0.3}, attempt(**{"dan.DAN": [0.4, 0.2]}))
    assert [row.hits for row in read_garak(strict).rows] == [1]


@pytest.mark.parametrize("threshold", ["0.3", -1, 1.5, True, None])
def test_a_threshold_that_is_none_is_refused(tmp_path, threshold):
    """By another one hits would be counted that are none, or none at all."""
    path = written(tmp_path / "a.jsonl", SETUP | {"run.eval_threshold": threshold}, attempt(**{"dan.DAN": [0.4]}))
    with pytest.raises(DataError, match="eval_threshold"):
        read_garak(path)


@pytest.mark.parametrize(
    ("lines", "told", "line"),
    [
        (["not json"], "the line", 1),
        (["[]"], "not an object", 1),
        (['{"question": "What do bees make?"}'], "it has no entry_type", 1),
        ([json.dumps(INIT)], "holds no attempt of garak that was judged", None),
        ([json.dumps(INIT), json.dumps(attempt(status=1))], "holds no attempt of garak that was judged", None),
        ([json.dumps(attempt() | {"probe_classname": None})], "names no probe", 1),
        ([json.dumps(INIT), json.dumps(attempt(**{"dan.DAN": ["high"]}))], "has scores of dan.DAN that are none", 2),
        ([json.dumps(attempt(**{"dan.DAN": [2.0]}))], "has scores of dan.DAN that are none", 1),
        ([json.dumps(attempt(**{"dan.DAN": 1}))], "has scores of dan.DAN that are none", 1),
        ([json.dumps(attempt(**{"dan.DAN": [True]}))], "has scores of dan.DAN that are none", 1),
    ],
)
def test_a_file_that_is_something_else_is_refused(tmp_path, lines, told, line):
    path = tmp_path / "other.jsonl"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match=told) as fault:
        read_garak(path)
    assert fault.value.place.line == line
    assert "report.jsonl" in str(fault.value)


def test_a_report_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        read_garak(tmp_path / "none.report.jsonl")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(VALUES, VALUES, st.sampled_from(["attempt", "init", "start_run setup", "eval"]))
def test_whatever_a_line_holds_it_is_read_or_refused(tmp_path_factory, probe, results, kind):
    entry = {"entry_type": kind, "status": 2, "probe_classname": probe, "detector_results": results}
    path = written(
        tmp_path_factory.getbasetemp() / "any.jsonl", entry, {"entry_type": "init", "run.eval_threshold": probe}
    )
    found = None
    with contextlib.suppress(DataError):
        found = read_garak(path)
    assert found is None or found.rows
