"""The demo's two files: the corpus and a recipe for it. Knows nothing of how remarks come about.

The personal corpus has the same remarks as they arrive, with invented personal data around them.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from finewright.base.files import write_jsonl, write_text
from finewright.data.deductions.mails import confidential, mail, thread
from finewright.data.deductions.remarks import Remark, remark

_RECIPE = """\
# Short-payment remarks to deduction records; customers in the test part are never seen in training.
name: demo
seed: {seed}
data:
  train: deductions.jsonl
  columns: {{group: customer}}
split:
  by: group
  validation: 0.08
task:
  kind: json
  instruction: Extract the deduction from this remark as JSON.
arms: {{retrieved: {{enabled: false}}}}  # examples of each row's own would take a minute and a half more
train:
  epochs: 2
  batch: 8
  learning_rate: 0.001
evaluate: {{test_rows: 60}}
audit:  # a quick pack, a minute and a half on two cores; leave the section out for the whole one
  canaries: {{digits: 3}}
  membership: {{rows: 50}}
  extraction: {{rows: 10, samples: 0}}
  redteam: {{each: 5, max_tokens: 24}}
"""
_PERSONAL = """\
privacy:  # on by default; what is written here is what this corpus needs besides
  allow: [Northgate Supplies, Northgate]  # the supplier itself, which is nobody's secret
  own: [{{name: claim, pattern: "CLM-[0-9]{{6}}"}}]  # numbers of its claims
"""


def write_corpus(folder: Path, rows: int, seed: int) -> Path:
    """Write `rows` remarks to `deductions.jsonl` in `folder`: prompt, completion, customer. Returns the file.

    The same rows and seed give the same bytes, and a larger corpus begins with a smaller one of the same seed.
    Raises StorageError where the file cannot be written.
    """
    path = folder / "deductions.jsonl"
    remarks = (remark(seed, row) for row in range(rows))
    write_jsonl(path, ({"prompt": r.prompt, "completion": r.completion, "customer": r.customer} for r in remarks))
    return path


def write_personal_corpus(folder: Path, rows: int, seed: int) -> Path:
    """Write `rows` remarks as they arrived to `deductions.jsonl` in `folder`: five messages of one customer, six that
    may not be learned from, and others. Returns the file; sameness and faults are those of `write_corpus`.
    """
    path = folder / "deductions.jsonl"
    arrived = chain(thread(seed), confidential(seed), (mail(seed, row) for row in range(rows)))
    write_jsonl(path, _first(rows, arrived))
    return path


def recipe_text(seed: int = 0, *, personal: bool = False) -> str:
    """The demo's recipe as YAML, for a corpus in the same folder."""
    return (_RECIPE + _PERSONAL if personal else _RECIPE).format(seed=seed)


def write_recipe(folder: Path, seed: int = 0, *, personal: bool = False) -> Path:
    """Write `recipe.yaml` in `folder`. Returns the file. Raises StorageError where it cannot be written."""
    path = folder / "recipe.yaml"
    write_text(path, recipe_text(seed, personal=personal))
    return path


def _first(rows: int, arrived: Iterator[tuple[Remark, str]]) -> Iterator[dict[str, str]]:
    for _, (one, text) in zip(range(rows), arrived, strict=False):
        yield {"prompt": text, "completion": one.completion, "customer": one.customer}
