"""`finewright scrub`: the same file but for what was found, whole or absent, stopped anywhere, at any size."""

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.base.errors import DataError, FinewrightError, InputError
from finewright.base.recipe import Data
from finewright.base.recipe_privacy import Admission, Privacy
from finewright.flows.privacy import delimited, elements, texts, whole_file
from finewright.flows.privacy.ledger import Ledger
from finewright.flows.privacy.output import Targets
from finewright.flows.privacy.whole_file import Asked, Scrubbed, scrub_file
from finewright.flows.report.scrubbed import card_in
from finewright.privacy.encrypted import Unlocking
from finewright.privacy.finding import Finding
from finewright.privacy.vault import Vault

IBAN = "DE89370400440532013000"
MAIL = "ann@example.com"
ROWS = ("in", "kept", "quarantined", "changed")


def scrub(path: Path, content: bytes | None = None, out: Path | None = None, **asked: Any) -> tuple[bytes, Scrubbed]:
    """The bytes of the scrubbed file, and what was told."""
    if content is not None:
        path.write_bytes(content)
    out = out or path.with_name("out-" + path.name)
    targets = Targets(out, asked.pop("quarantine", None), asked.pop("report", None))
    done = scrub_file(Asked(path, targets, asked.pop("privacy", Privacy()), Data(train=path), **asked))
    return out.read_bytes(), done


def counts(done: Scrubbed) -> tuple[int, ...]:
    return tuple(done.card["rows"][name] for name in ROWS)


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.csv", b'a,b\r\n1,"x, ""y"""\r\n\r\n2,z', 2),
        ("bom.csv", b'\xef\xbb\xbfa;b\n1;"q\nr"\n;\n\n', 2),
        ("sep.csv", b"sep=;\r\na;b\r\n1,5;x\r\n", 1),
        ("pipe.csv", b'a|b\n5" wide|x\n', 1),
        ("wide.csv", "a\tb\nc\té\n".encode("utf-16"), 1),
        ("big-endian.csv", b"\xfe\xff" + "a\tb\nc\td\n".encode("utf-16-be"), 1),
        ("a.jsonl", b'{"a": 1.10,  "b":"\\u00e9"}\n\n{"a":[1,2]}', 3),
        ("a.json", b'\n[\n {"a": 1},\n {"b": "x,]y\\""} ]\n', 2),
        ("empty.json", b"[ ]", 0),
        ("object.json", b'{"a": [1]}', 1),
        ("a.txt", "hello world\r\n\x00second line\n\n last: 5 € and more".encode(), 4),
        ("a.log", b"no ending that is known\n", 1),
    ],
)
def test_what_holds_nothing_comes_back_byte_for_byte(tmp_path: Path, name: str, content: bytes, rows: int) -> None:
    made, done = scrub(tmp_path / name, content)
    assert made == content
    assert counts(done) == (rows, rows, 0, 0)
    assert {path.name for path in tmp_path.iterdir()} == {name, "out-" + name}


@given(st.lists(st.lists(st.sampled_from(["a", 'q"q', "x,y", "two\nlines", "", " s "]), min_size=2, max_size=2)))
def test_rows_of_csv_joined_are_the_file(rows: list[list[str]]) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerows([["head", "er"], *rows])
    found = list(delimited.rows(io.StringIO(stream.getvalue(), newline=""), ","))
    assert "".join(raw for _, raw in found) == stream.getvalue()
    assert [delimited.cells_of(raw, ",") for _, raw in found] == [["head", "er"], *rows]


@given(
    st.lists(st.sampled_from(["a", 'q"q', "x,y", "l\nl", ""]), min_size=2, max_size=3),
    st.integers(0, 2),
    st.text('a",\n'),
)
def test_one_cell_changed_leaves_the_others_as_they_were(cells: list[str], at: int, new: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL if len(new) % 2 else csv.QUOTE_MINIMAL).writerow(cells)
    after = [new if place == at % len(cells) else cell for place, cell in enumerate(cells)]
    made = delimited.rewritten(stream.getvalue(), cells, after, ",")
    assert delimited.cells_of(made, ",") == after


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.text('a,[]{}"\\é '), lambda inner: st.lists(inner) | st.dictionaries(st.text("k"), inner)
    )
)
def test_elements_of_a_json_array_are_those_that_a_parser_sees(value: Any) -> None:
    rows = value if isinstance(value, list) else [value]
    whole = " " + json.dumps(rows, indent=len(rows) % 3 or None, ensure_ascii=False) + "\n"
    head, *found = [text for _, text in elements.rows(io.StringIO(whole), Path("a.json"))]
    assert head + ",".join(found[:-1]) + found[-1] == whole
    assert [json.loads(text) for text in found[:-1]] == rows


def test_an_array_without_an_end_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no end"):
        scrub(tmp_path / "a.json", b'[{"a": 1}, {"b": "x]"}')
    assert not (tmp_path / "out-a.json").exists()


@settings(max_examples=10)
@given(st.integers(0, 400), st.sampled_from([" ", "\n", "\n\n", ""]))
def test_no_piece_of_a_text_tears_what_is_found(shift: int, between: str) -> None:
    """A token of 12 letters every so often; without any space there is but the rule that none is torn."""
    token = "<secret-42->"
    text = ("x" * shift) + (token + between + "y" * 37 + between) * 6200
    there = text.count(token)

    def find(part: str, header: str = "") -> list[Finding]:
        at, found = part.find(token), []
        while at >= 0:
            found.append(Finding(at, at + len(token), "own:token", token, 0.9))
            at = part.find(token, at + 1)
        return found

    parts = [part for _, part in texts.parts(io.StringIO(text), find)]
    assert "".join(parts) == text
    assert len(parts) > 1
    assert sum(part.count(token) for part in parts) == there


def test_values_are_replaced_alike_in_every_column(tmp_path: Path) -> None:
    content = f'sep=;\niban;note\n{IBAN};"to ""{MAIL}"" and {IBAN}"\n"{IBAN}";-\n'.encode("utf-8-sig")
    made, done = scrub(tmp_path / "a.csv", content)
    first, head, one, two = made.decode("utf-8").splitlines()
    assert (first, head) == ("\ufeffsep=;", "iban;note")
    new = one.split(";")[0]
    assert new != IBAN
    assert one.endswith(f' and {new}"')
    assert two == f'"{new}";-'
    assert MAIL not in one
    assert counts(done) == (2, 2, 0, 2)
    found = {one["kind"]: one for one in done.card["found"]}
    assert found["iban"]["identifiers"] == 3
    assert IBAN not in json.dumps(done.card)


def test_a_first_row_with_identifiers_is_no_header(tmp_path: Path) -> None:
    made, done = scrub(tmp_path / "a.csv", f"{MAIL},1\nbob@example.com,2\n".encode())
    assert MAIL.encode() not in made
    assert counts(done) == (2, 2, 0, 2)


def test_refused_and_unreadable_rows_wait_in_quarantine(tmp_path: Path) -> None:
    content = b'[{"t": "MNPI, inside information"}, {"t": broken}, {"t": "fine"} ]'
    made, done = scrub(tmp_path / "a.json", content, report=tmp_path / "r.html")
    assert json.loads(made) == [{"t": "fine"}]
    assert counts(done) == (3, 1, 2, 0)
    assert done.quarantine is not None
    rows = [json.loads(line) for line in done.quarantine.read_text().splitlines()]
    assert [row["row"] for row in rows] == ['{"t": "MNPI, inside information"}', ' {"t": broken}']
    assert [row["reasons"][0]["rule"] for row in rows] == [
        "unreadable" if "broken" in r["row"] else "unreported_results" for r in rows
    ]
    assert stat.S_IMODE(done.quarantine.stat().st_mode) == 0o600
    assert card_in(tmp_path / "r.html")["rows"] == done.card["rows"]


def test_a_quotation_mark_that_is_never_closed_goes_to_quarantine(tmp_path: Path) -> None:
    made, done = scrub(tmp_path / "a.csv", f'a,b\n1,2\n3,"{MAIL}\n5,6\n'.encode())
    assert made == b"a,b\n1,2\n"
    assert counts(done) == (2, 1, 1, 0)


def test_a_column_that_decides_must_be_there(tmp_path: Path) -> None:
    privacy = Privacy(policy=Admission(licence="licence", licences=["mit"]))
    made, done = scrub(tmp_path / "a.jsonl", b'{"licence": "MIT"}\n{"licence": "other"}\n', privacy=privacy)
    assert made == b'{"licence": "MIT"}\n'
    assert done.card["refused"][0]["rule"] == "licence"
    with pytest.raises(InputError, match="no column 'licence'"):
        scrub(tmp_path / "b.jsonl", b'{"a": "MIT"}\n', privacy=privacy)
    assert not (tmp_path / "out-b.jsonl").exists()


def test_parquet_keeps_schema_and_other_columns(tmp_path: Path) -> None:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    table = arrow.table({"mail": [MAIL, None, "x"], "n": arrow.array([1, 2, 3], arrow.int8()), "l": [[1], [], None]})
    parquet.write_table(table, tmp_path / "a.parquet", compression="zstd")
    _, done = scrub(tmp_path / "a.parquet")
    made = parquet.read_table(tmp_path / "out-a.parquet")
    assert made.schema == table.schema
    assert made.drop_columns(["mail"]) == table.drop_columns(["mail"])
    assert made["mail"].to_pylist()[0] not in (MAIL, None)
    assert counts(done) == (3, 3, 0, 1)
    parquet.write_table(table.drop_columns(["mail"]), tmp_path / "b.parquet")
    assert scrub(tmp_path / "b.parquet")[0] == (tmp_path / "b.parquet").read_bytes()


def test_a_folder_of_texts_becomes_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(f"write to {MAIL}\nnow", encoding="utf-8")
    (folder / "b.txt").write_bytes("\ufeffnichts für uns".encode("utf-16-le"))
    scrub_file(Asked(folder, Targets(tmp_path / "out"), Privacy(), Data(train=folder)))
    assert (tmp_path / "out" / "b.txt").read_bytes() == (folder / "b.txt").read_bytes()
    assert MAIL not in (tmp_path / "out" / "a.txt").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="is there already"):
        scrub_file(Asked(folder, Targets(tmp_path / "out"), Privacy(), Data(train=folder)))


def test_files_of_a_scope_share_one_world_and_twice_is_once(tmp_path: Path) -> None:
    rows = "".join(f"order,{1000 + 7 * number % 9000},x{number}@example.com\n" for number in range(150))
    content = f"what,order no,mail\n{rows}".encode()
    scope = tmp_path / "world"
    once, _ = scrub(tmp_path / "a.csv", content, scope=scope)
    other, _ = scrub(tmp_path / "b.csv", content, scope=scope)
    twice, again = scrub(tmp_path / "out-a.csv", scope=scope)
    assert once == other == twice != content
    assert counts(again) == (150, 150, 0, 0)
    apart, _ = scrub(tmp_path / "c.csv", content)
    assert apart != once
    _, done = scrub(tmp_path / "d.csv", content, scope=scope, seal=True)
    assert done.sealed
    assert not (scope / "scope.key").exists()
    with pytest.raises(InputError, match="sealed"):
        scrub(tmp_path / "e.csv", content, scope=scope)


def test_processes_and_stops_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: with processes that see what others issue meanwhile, dense numbers differ from run to run."""
    rows = "".join(f'{number},order {1000 + number % 97},"{MAIL[:-4]}{number}.com"\n' for number in range(400))
    path = tmp_path / "a.csv"
    path.write_bytes(f"n,what,mail\n{rows}".encode())
    monkeypatch.setattr("finewright.flows.privacy.reading.SIZE", 1 << 11)
    scope = tmp_path / "world"
    whole, _ = scrub(path, scope=scope, processes=1)
    (scope / "issued.sqlite").unlink()
    both, done = scrub(path, scope=scope, processes=2, out=tmp_path / "both.csv")
    assert both == whole
    assert counts(done)[0] == 400
    (scope / "issued.sqlite").unlink()
    out = tmp_path / "stopped.csv"
    keep, calls = Ledger.keep, []

    def stops(ledger: Ledger, *asked: Any, **named: Any) -> Any:
        entry = keep(ledger, *asked, **named)
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return entry

    monkeypatch.setattr(Ledger, "keep", stops)
    with pytest.raises(KeyboardInterrupt):
        scrub(path, scope=scope, processes=1, out=out)
    assert not out.exists()
    work = tmp_path / ".stopped.csv.scrub"
    with (work / "journal.jsonl").open("ab") as journal, (work / "content").open("ab") as content:
        journal.write(b'{"torn')
        content.write(b"torn")
    resumed, done = scrub(path, scope=scope, processes=1, out=out)
    assert resumed == whole
    assert done.resumed == 4
    assert counts(done) == (400, 400, 0, 400)
    assert not work.exists()


def test_a_killed_run_goes_on_with_the_same_bytes(tmp_path: Path) -> None:
    path, scope = tmp_path / "a.csv", tmp_path / "world"
    filler = "x" * 20_000
    path.write_text("n,mail\n" + "".join(f"{filler},x{number}@example.com\n" for number in range(60)))
    whole, _ = scrub(path, scope=scope, processes=1)
    (scope / "issued.sqlite").unlink()
    out = tmp_path / "killed.csv"
    command = [sys.executable, "-m", "finewright", "scrub", str(path), "--out", str(out), "--scope", str(scope)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = tmp_path / ".killed.csv.scrub" / "journal.jsonl"
    until = time.monotonic() + 60
    while (
        time.monotonic() < until
        and running.poll() is None
        and not (journal.exists() and journal.read_bytes().count(b"\n") > 1)
    ):
        time.sleep(0.005)
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert not out.exists()
    made, done = scrub(path, scope=scope, out=out)
    assert made == whole
    assert done.resumed > 0


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """30 MB, in lines and on one line, in 20 MB beyond what little takes: read whole, the text alone would take 30."""
    for name, end, count in (("few.txt", b"\n", 200), ("lines.txt", b"\n", 15_000), ("one.txt", b" ", 15_000)):
        (tmp_path / name).write_bytes((b"-" * 2000 + end) * count)
    program = (
        "import resource, sys; from finewright.flows.privacy import replacer, whole_file as w;"
        "from finewright.privacy.detector import Detector; from pathlib import Path;"
        "w.detector = replacer.detector = lambda privacy: Detector(());"
        "from finewright.flows.privacy.output import Targets; from finewright.base.recipe import Data;"
        "from finewright.base.recipe_privacy import Privacy, Admission; q = Privacy(policy=Admission(sets=[]))\n"
        "for p in map(Path, sys.argv[1:]):\n"
        "    w.scrub_file(w.Asked(p, Targets(p.with_suffix('.out')), q, Data(train=p), processes=1))\n"
        "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    paths = [tmp_path / name for name in ("few.txt", "lines.txt", "one.txt")]
    command = [sys.executable, "-c", program, *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    few, lines, one = map(int, ran.stdout.split())
    assert max(lines, one) - few < 20 * 1024
    assert all(path.with_suffix(".out").read_bytes() == path.read_bytes() for path in paths)


def test_rows_that_do_not_add_up_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = whole_file.worker

    def loses(work: Any) -> Any:
        done = worker(work)
        return lambda piece: replace(done(piece), kept=max(0, done(piece).kept - 1))

    monkeypatch.setattr(whole_file, "worker", loses)
    with pytest.raises(FinewrightError, match="2 rows went in, but 1 are kept and 0 in quarantine"):
        scrub(tmp_path / "a.jsonl", b'{"a": 1}\n{"a": 2}\n')
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_a_vault_knows_what_surrogates_stand_for(tmp_path: Path) -> None:
    unlocking = Unlocking(key=b"k" * 32)
    made, _ = scrub(tmp_path / "a.csv", f"mail\n{MAIL}\n".encode(), vault=(tmp_path / "v", unlocking))
    surrogate = made.decode().splitlines()[1]
    assert Vault(tmp_path / "v", unlocking).originals("email", surrogate, "Ann") == [MAIL]
    assert MAIL.encode() not in (tmp_path / "v").read_bytes()


def test_looking_alone_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"mail\n{MAIL}\n")
    done = scrub_file(Asked(path, Targets(None), Privacy(), Data(train=path)))
    assert counts(done) == (1, 1, 0, 1)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.txt", b"", "empty"),
        ("gone.csv", None, "no such file"),
        ("a.csv", b"PK\x03\x04" + b"x" * 50, "spreadsheet or ZIP"),
        ("a.bin", b"\xff\xfe\x00\xd8\x80\x81", "is not utf-16 text"),
        ("a.parquet", b"PAR1 no", "not a readable Parquet"),
        ("a.jsonl", b'{"a": "\xe9"}\n', "is not utf-8 text"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    with pytest.raises(InputError, match=said) as told:
        scrub(tmp_path / name, content)
    assert "\n" not in str(told.value)
    assert {path.name for path in tmp_path.iterdir()} <= {name}


def test_the_input_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"mail\n{MAIL}\n")
    (tmp_path / "link.csv").hardlink_to(path)
    for targets in (Targets(path), Targets(tmp_path / "link.csv"), Targets(tmp_path / "o", quarantine=path)):
        with pytest.raises(InputError, match="is the input"):
            scrub_file(Asked(path, targets, Privacy(), Data(train=path)))
    with pytest.raises(InputError, match="is named twice"):
        scrub_file(Asked(path, Targets(tmp_path / "o", tmp_path / "o"), Privacy(), Data(train=path)))
    assert MAIL in path.read_text()
