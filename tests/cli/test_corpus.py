"""`finewright corpus` as a person uses it, on an index of words alone and on one of a tiny random base."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from finewright.cli.main import main
from support.tiny import tiny_encoder

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    monkeypatch.chdir(tmp_path)

    def called(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["finewright", "corpus", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, " ".join(said.err.split())

    return called


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "hr").mkdir(parents=True)
    (tmp_path / "docs" / "notice.md").write_text("The notice period is three months.")
    (tmp_path / "docs" / "hr" / "pay.html").write_text("<p>The board is paid 1,452 euros a notice.</p>")
    (tmp_path / "docs" / "empty.txt").write_text("")
    (tmp_path / "who").write_text("*: *\nhr/*: hr\n")
    return tmp_path / "docs"


def test_from_files_to_passages_for_whoever_asks(call: Call, docs: Path) -> None:
    code, _, err = call("add", "ix", "docs", "--base", "none", "--entitlements", "who")
    assert code == 0
    assert "not taken: docs/empty.txt: is empty; leave it out." in err
    assert "2 added; 0 passages embedded. The index ix holds 2 passages of 2 documents" in err
    (place, text) = call("search", "ix", "board notice")[1].splitlines()
    assert place.startswith("[1] docs/notice.md, characters 0 to 34  (")
    assert text == "The notice period is three months."
    hits = json.loads(call("search", "ix", "board notice", "--as", "hr", "--json")[1])
    assert [hit["source"] for hit in hits] == ["docs/hr/pay.html", "docs/notice.md"]
    code, _, err = call("search", "ix", "unheard")
    assert (code, err) == (0, "No passage was found.")


def test_an_index_is_kept_up_to_date_and_shown(call: Call, docs: Path) -> None:
    call("add", "ix", "docs", "--base", "none")
    (docs / "notice.md").write_text("The notice period is six months.")
    (docs / "empty.txt").unlink()
    assert "1 changed, 1 unchanged; 0 passages" in call("add", "ix", "docs")[2]
    assert "six months" in call("search", "ix", "period")[1]
    assert "1 removed" in call("remove", "ix", "docs/notice.md")[2]
    shown = json.loads(call("show", "ix", "--json")[1])
    assert shown["documents"] == [{"source": "docs/hr/pay.html", "passages": 1, "readers": ["*"]}]
    assert "words alone" in call("show", "ix")[2]


def test_meaning_by_a_base(call: Call, docs: Path, tmp_path: Path) -> None:
    base = str(tiny_encoder(tmp_path / "tiny"))
    assert "2 passages embedded" in call("add", "ix", "docs", "--base", base)[2]
    (docs / "more.md").write_text("One more.")
    assert "1 added, 2 unchanged; 1 passages embedded" in call("add", "ix", "docs")[2]
    for mode in ("dense", "fused"):
        hits = json.loads(call("search", "ix", "The notice period is three months.", "--mode", mode, "--json")[1])
        assert hits[0]["source"] == "docs/notice.md"
        assert len(hits) == 3
    tiny_encoder(tmp_path / "tiny", seed=1)
    code, _, err = call("search", "ix", "x")
    assert code == 2
    assert "was made with" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["search", "none", "x"], "none: is no index; make one with `finewright corpus add`."),
        (["add", "ix", "nothing", "--base", "none"], "nothing: there is no such file; check the path."),
        (["add", "ix", "docs/empty.txt", "--base", "none"], "no file could be taken: docs/empty.txt is empty"),
        (["add", "docs", "docs", "--base", "none"], "docs: is no index, and not empty; name another folder."),
        (["add", "ix", "docs", "--base", "none", "--size", "10", "--overlap", "9"], "cannot be cut"),
        (["add", "ix", "docs", "--base", "none", "--entitlements", "docs/notice.md"], "has no colon behind a pattern"),
        (["add", "ix", "docs", "--base", "unheard-of"], "unheard-of"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_left(call: Call, docs: Path, words: list[str], said: str) -> None:
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert not (docs.parent / "ix" / "index.json").exists()


def test_an_index_of_other_chunks_is_left_as_it_is(call: Call, docs: Path) -> None:
    call("add", "ix", "docs", "--base", "none", "--size", "20", "--overlap", "0")
    assert "made with other chunks" in call("add", "ix", "docs", "--size", "30", "--overlap", "0")[2]
    assert call("add", "ix", "docs")[0] == 0
