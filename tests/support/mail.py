"""Sixty short texts with three labels, whose words give the label away, and a recipe for them: for small runs."""

from pathlib import Path

TOPICS = {"invoice": "bill due amount", "delivery": "parcel truck dock", "password": "login reset locked"}
FEW_ARMS = "{frozen: {enabled: false}, encoder: {enabled: false}, few_shot: {examples: 2}}"


def write_mail(file: Path, *more: str) -> Path:
    """The texts as CSV, every one its own; `more` are lines behind them."""
    lines = [
        f"case {n} about {words.split()[n % 3]} ref {n * 7919 % 1000:03d},{label}"
        for n in range(20)
        for label, words in TOPICS.items()
    ]
    file.write_text("\n".join(["text,label", *lines, *more]) + "\n")
    return file


def write_mail_recipe(
    folder: Path, base: Path, *lines: str, train: str = "epochs: 1", arms: str = FEW_ARMS, more: str = ""
) -> Path:
    """The texts, `lines` behind them, and a recipe on one thread; `more` are further sections of it."""
    write_mail(folder / "mail.csv", *lines)
    recipe = folder / "mail.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: mail.csv}}\nsplit: {{near: 1.0}}\narms: {arms}\n"
        f"train: {{batch: 8, threads: 1, evaluations: 1, {train}}}\n{more}"
    )
    return recipe
