"""The demo's two files: the corpus and a recipe for it. Knows nothing of how remarks come about."""

from pathlib import Path

from finewright.base.files import write_jsonl, write_text
from finewright.data.deductions.remarks import remark

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


def recipe_text(seed: int = 0) -> str:
    """The demo's recipe as YAML, for a corpus in the same folder."""
    return _RECIPE.format(seed=seed)


def write_recipe(folder: Path, seed: int = 0) -> Path:
    """Write `recipe.yaml` in `folder`. Returns the file. Raises StorageError where it cannot be written."""
    path = folder / "recipe.yaml"
    write_text(path, recipe_text(seed))
    return path
