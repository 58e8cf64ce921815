"""Three tasks whose right answers differ: facts that change, records at volume, and a rule of ten lines."""

import json
from pathlib import Path

_FEES = (
    "wire transfer",
    "cash withdrawal",
    "card replacement",
    "paper statement",
    "foreign payment",
    "safe deposit box",
)
_CITIES = ("Bremen", "Kassel", "Lübeck", "Mainz", "Passau", "Trier", "Worms", "Zwickau", "Hagen", "Essen")


def changing_facts(folder: Path) -> Path:
    """Sixty questions about prices, of which the answers are figures that stand nowhere in them."""
    rows = [
        {
            "prompt": f"What does a {fee} cost in {city}?",
            "completion": f"It costs {3 + 10 * at + 0.25 * n:.2f} EUR a piece.",
        }
        for n, city in enumerate(_CITIES)
        for at, fee in enumerate(_FEES)
    ]
    return _recipe(folder, rows, "facts_change: weekly, must_cite: true, deletion: false, calls_month: 5000", "false")


def stable_format(folder: Path) -> Path:
    """Three hundred remarks to be read into records, two hundred thousand a month."""
    reasons = ("damaged", "late", "wrong price")
    rows = [
        {
            "prompt": f"Invoice {40000 + 37 * n} was cut by {5 + n}.50 EUR, the goods came {reasons[n % 3]}",
            "completion": json.dumps({"invoice": str(40000 + 37 * n), "amount": 5.5 + n, "reason": reasons[n % 3]}),
        }
        for n in range(300)
    ]
    return _recipe(folder, rows, "facts_change: never, must_cite: false, deletion: false, calls_month: 200000", "false")


def short_rule(folder: Path) -> Path:
    """Eighty tickets for two queues, of which the first word decides."""
    topics = ("Invoice", "Parcel", "Refund", "Truck")
    rows = [
        {
            "text": f"{topics[n % 4]} number {n * 7919 % 1000}: please look into it",
            "label": "money" if n % 2 else "goods",
        }
        for n in range(80)
    ]
    return _recipe(folder, rows, "facts_change: never, must_cite: false, deletion: false, calls_month: 2000", "true")


def _recipe(folder: Path, rows: list[dict[str, str]], answers: str, rule: str) -> Path:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    recipe = folder / "task.yaml"
    recipe.write_text(
        f"data: {{train: rows.jsonl}}\ntask: {{instruction: Answer the customer.}}\n"
        f"advise: {{{answers}, compute: cpu, short_rule: {rule}}}\n"
    )
    return recipe
