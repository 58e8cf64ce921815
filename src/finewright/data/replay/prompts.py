"""The general prompts that finewright ships, for a base to answer in its own words. Knows no model."""

import json
from importlib.resources import files


def general_prompts() -> list[str]:
    """A hundred everyday requests, none like another, in file order."""
    lines = (files(__package__) / "prompts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["prompt"] for line in lines]
