"""The spine on the real base: peft and transformers alone, given the stored adapter, say what finewright serves."""

import json

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from finewright.data.deductions import write_corpus
from finewright.flows.predict import predict
from finewright.flows.run import run
from finewright.model.hub import find

RECIPE = """\
data: {train: deductions.jsonl, columns: {group: customer}}
task: {instruction: Extract the deduction from this remark as JSON.}
train: {epochs: 1, batch: 2, rows: 4, evaluations: 1, learning_rate: 0.005}
evaluate: {test_rows: 1, validation_rows: 2, max_tokens: 12, forgetting: {text: general.txt, probes: probes.jsonl}}
arms: {zero_shot: {enabled: false}, few_shot: {enabled: false}, retrieved: {enabled: false}}
"""

pytestmark = [
    pytest.mark.base,
    # peft asks transformers by a name that transformers renames.
    pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning"),
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("task")
    write_corpus(folder, 60, 0)
    (folder / "tiny.yaml").write_text(RECIPE)
    (folder / "general.txt").write_text("Bees make honey, and rivers run to the sea. " * 40)
    probes = [
        {"question": f"What is {n} and {n}?", "choices": [f"{2 * n}", "a fish"], "answer": f"{2 * n}"} for n in range(4)
    ]
    (folder / "probes.jsonl").write_text("".join(json.dumps(probe) + "\n" for probe in probes))
    return folder


def test_peft_alone_says_what_finewright_serves(trained):
    outcome = run(trained / "tiny.yaml", say=lambda line: None)
    base, adapter = find("smollm2-135m"), outcome.folder / "adapter"
    text = "short 12.40 EUR on inv 4711-22, price diff"
    served = next(iter(predict(adapter, [text]))).answer

    tokenizer = AutoTokenizer.from_pretrained(base.folder)
    model = AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32)
    manifest = json.loads((adapter / "finewright.json").read_text())
    messages = [{"role": "system", "content": manifest["task"]["instruction"]}, {"role": "user", "content": text}]
    rendered = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    prompt = tokenizer(rendered, return_tensors="pt", add_special_tokens=False)
    bare = model(**prompt).logits
    alone = PeftModel.from_pretrained(model, str(adapter)).eval()
    written = alone.generate(**prompt, max_new_tokens=manifest["task"]["max_tokens"], do_sample=False)
    said = tokenizer.decode(written[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)

    assert said.strip() == served.strip()
    assert not torch.allclose(alone(**prompt).logits, bare, atol=0.1)
    assert outcome.results.training["adapter_bytes"] < 25_000_000
