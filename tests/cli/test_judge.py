"""`finewright judge` as a person calls it: words, a document, and exit codes."""

import json
import sys
from pathlib import Path

import pytest

from finewright.cli.main import main
from support.mail import write_mail_recipe
from support.tiny import tiny_base

ARMS = (
    "{frozen: {enabled: false}, encoder: {enabled: false}, few_shot: {enabled: false}, zero_shot: {enabled: false}, "
    "tuned: {enabled: false}}"
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two classifiers, which need no model."""
    from finewright.flows.run import run

    folder = tmp_path_factory.mktemp("run")
    recipe = write_mail_recipe(folder, tiny_base(folder / "base"), arms=ARMS, more="evaluate: {test_rows: 6}\n")
    return run(recipe, say=lambda line: None).folder


def test_a_judgement_is_told_in_words_and_given_as_a_document(
    finished: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*more: str) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["finewright", "judge", str(finished), *more])
        with pytest.raises(SystemExit) as leaving:
            main()
        return leaving.value.code or 0, *capsys.readouterr()

    code, out, told = call("--arms", "tfidf", "majority")
    assert (code, "questions are not answered yet" in told) == (0, True)
    assert "informs and does not decide" in out
    assert "tfidf less majority" in out
    code, out, _ = call("--arms", "tfidf", "majority", "--json")
    document = json.loads(out)
    assert (code, document["judgement"]["arms"], document["judgement"]["decides"]) == (0, ["tfidf", "majority"], False)
    assert Path(document["file"]).is_file()
    code, out, told = call("--arms", "tfidf", "tuned")
    assert (code, out) == (2, "")
    assert "has no measured arm 'tuned'" in told
