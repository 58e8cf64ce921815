"""The house has one generator, `engine/decode.py`: what is measured is what is served. A second one fails here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import finewright

SOURCE = Path(finewright.__file__).parent
THE_GENERATOR = {
    "engine/decode.py: argmax in a loop",
    "engine/decode.py: sample in a loop",
    "engine/forward.py: past_key_values handed to a model",
    "engine/forward.py: use_cache handed to a model",
}
CHOOSERS = {"argmax", "topk", "multinomial", "argsort", "categorical", "sample", "searchsorted"}
CACHES = {"past_key_values", "use_cache"}


def second_generators(tree: ast.Module) -> Iterator[str]:
    """Where a module generates: `.generate(`, a key-value cache handed to a model, or tokens chosen over and over."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".generate", "pipeline")):
            yield f"line {node.lineno}: a call of {_name(node.func)}"
        if isinstance(node, ast.keyword) and node.arg in CACHES and not _is_off(node.value):
            yield f"line {node.value.lineno}: {node.arg} handed to a model"
    if "torch" in _imports(tree):
        yield from _choosing_loops(tree)


def _choosing_loops(tree: ast.Module) -> Iterator[str]:
    for loop in ast.walk(tree):
        if isinstance(loop, ast.While | ast.For):
            for node in ast.walk(loop):
                if isinstance(node, ast.Call) and _name(node.func) in CHOOSERS:
                    yield f"line {node.lineno}: {_name(node.func)} in a loop"


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_off(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (False, None)


def _imports(tree: ast.Module) -> set[str]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [getattr(node, "module", None) or node.names[0].name for node in nodes]
    return {name.split(".")[0] for name in names}


def test_nothing_else_in_the_house_generates():
    found = {
        f"{path.relative_to(SOURCE).as_posix()}: {what.partition(': ')[2]}"
        for path in sorted(SOURCE.rglob("*.py"))
        for what in second_generators(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == THE_GENERATOR


@pytest.mark.parametrize(
    "planted",
    [
        "model.generate(ids, max_new_tokens=5)",
        "from transformers import pipeline\nask = pipeline('text-generation')",
        "model(input_ids=ids, past_key_values=cache)",
        "model(input_ids=ids, use_cache=True)",
        "import torch\nwhile True:\n    ids.append(int(model(ids).logits[0, -1].argmax()))",
        "import torch\nfor _ in range(9):\n    ids.append(int(torch.searchsorted(p(ids).cumsum(-1), u())))",
        "from torch import multinomial\nfor _ in range(9):\n    ids.append(multinomial(p(ids), 1))",
    ],
)
def test_a_second_generator_is_seen(planted):
    assert list(second_generators(ast.parse(planted)))


@pytest.mark.parametrize(
    "innocent",
    [
        "model(input_ids=ids, use_cache=False)",
        "import numpy\nfor row in rows:\n    best = numpy.argmax(row)",
        "import torch\nlabels = logits.argmax(-1)",
        "rows = generate(seed)",
    ],
)
def test_ordinary_code_is_not(innocent):
    assert not list(second_generators(ast.parse(innocent)))
