"""benchmarks/RESULTS.md from the newest result files: every figure with its machine, versions and date.

make table
"""

from collections.abc import Callable, Iterable
from typing import Any

from record import HERE, newest

PAGE = HERE / "RESULTS.md"
OPENING = """# Results

Written by `make table` from the newest files in `results/`; how each was measured is in [protocol.md](protocol.md).
Rates are medians, with the smallest and the largest in brackets. A figure holds for the machine and versions named
under its table.
"""
WORKLOADS = {
    "a": "Banking77, 77 labels in the prompt, batch 32",
    "b": "Banking77, 77 labels in the prompt, batch 128",
    "c": "Banking77, one-line prompt, batch 32",
    "d": "general instructions, nothing shared, batch 16",
}
SIDES = {
    "ours": "ours",
    "row": "transformers, a cache per row",
    "shared": "transformers, a cache of the shared prefix",
}
Row = list[str]


def main() -> None:
    """Write the page; a part that was never measured is left out."""
    parts = [_part(name, section) for name, section in SECTIONS.items()]
    PAGE.write_text("\n".join([OPENING, *filter(None, parts)]), encoding="utf-8")
    print(f"wrote {PAGE}")


def _part(name: str, section: Callable[[dict[str, Any]], str]) -> str:
    found = newest(name)
    return section(found) if found else ""


def training(found: dict[str, Any]) -> str:
    """Rows per second of both sides, memory, and what the machine could have done."""
    rows = [
        [
            WORKLOADS[name],
            _rate(part["ours"]["rows_per_second"]),
            _rate(part["trl"]["rows_per_second"]),
            f"**{part['ratio']:.1f}**",
            f"{_gigabytes(part['ours'])} / {_gigabytes(part['trl'])}",
            f"{part['share_of_peak']['median']:.0%}",
            f"{part['first_loss']['ours']:.5f} / {part['first_loss']['trl']:.5f}",
            _settings(part),
        ]
        for name, part in found["parts"].items()
    ]
    head = ["workload", "ours, rows/s", "TRL, rows/s", "times", "peak GB", "of peak", "first loss", "TRL's settings"]
    return _section("Training beside TRL's SFTTrainer with PEFT", found, [_table(head, rows), _machines(found)])


def full_steps(found: dict[str, Any]) -> str:
    """Whether TRL's rate on a micro-batch is that of a whole step."""
    rows = [
        [WORKLOADS[name], f"{part['rows_per_second']['whole']:.3f}", _rate(part["rows_per_second"]["micro_batches"])]
        for name, part in found["parts"].items()
    ]
    head = ["workload", "one step of 32, rows/s", "its micro-batches, rows/s"]
    return _section("Linearity of TRL's rate", found, [_table(head, rows), _machines(found)])


def scoring(found: dict[str, Any]) -> str:
    """Rows per second of every side, and how often they name the same label."""
    rows = [
        [
            {"best": "best label", "scan": "every label's probability"}[part["mode"]],
            SIDES[side],
            str(figures["rows"]),
            _rate(figures["rows_per_second"]),
            _times(part, side),
            _gigabytes(figures),
            _agreement(part, side),
        ]
        for part in found["parts"].values()
        for side, figures in part["sides"].items()
    ]
    head = ["task", "side", "rows", "rows/s", "ours is times", "peak GB", "same label"]
    return _section("The best of 77 labels behind a long prompt", found, [_table(head, rows), _machines(found)])


def agreement(found: dict[str, Any]) -> str:
    """Best-first search against the full scan."""
    rows = [
        [
            str(part["rows"]),
            str(part["same_label"]),
            str(part["bound_holds"]),
            f"{part['seconds']['best_first']:.0f}",
            f"{part['seconds']['scan']:.0f}",
        ]
        for part in found["parts"].values()
    ]
    head = ["rows", "same label", "bound holds", "best-first, s", "full scan, s"]
    return _section("Best-first search against the full scan", found, [_table(head, rows), _machines(found)])


def spine(found: dict[str, Any]) -> str:
    """Our own parts, with no peer."""
    rows = [
        [
            part["part"],
            f"{part['median']:,.0f} {part['unit']}",
            f"{part['slowest']:,.0f} to {part['fastest']:,.0f}",
        ]
        for part in found["parts"]
    ]
    machine = _machine(found["machine"], {}, found["threads"])
    return _section("Parts of the spine", found, [_table(["part", "median", "range"], rows), machine])


SECTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "sft": training,
    "sft-full-check": full_steps,
    "score": scoring,
    "agreement": agreement,
    "spine": spine,
}


def _section(title: str, found: dict[str, Any], blocks: Iterable[str]) -> str:
    return "\n\n".join([f"## {title} ({found['date']})", *blocks]) + "\n"


def _table(head: Row, rows: list[Row]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rate(figures: dict[str, float]) -> str:
    return f"{figures['median']:.3g} ({figures['smallest']:.3g} to {figures['largest']:.3g})"


def _gigabytes(side: dict[str, Any]) -> str:
    return f"{side['peak_bytes'] / 1e9:.1f}"


def _settings(part: dict[str, Any]) -> str:
    told = part["settings"]["trl"]
    return f"{told['per_device_train_batch_size']} a device, {told['layout']}, timed on {told['unit']} rows"


def _times(part: dict[str, Any], side: str) -> str:
    beside = part.get(f"beside_{side}")
    return f"**{beside['ratio']:.1f}**" if beside else ""


def _agreement(part: dict[str, Any], side: str) -> str:
    beside = part.get(f"beside_{side}")
    return f"{beside['same_label']} of {beside['of']}" if beside else ""


def _machines(found: dict[str, Any]) -> str:
    """One sentence for each different machine or set of versions among the parts."""
    told = {
        _machine(part["machine"], part.get("versions", {}), part.get("threads")): None
        for part in found["parts"].values()
    }
    return "\n".join(told)


def _machine(machine: dict[str, Any], peers: dict[str, str], threads: int | None) -> str:
    versions = [f"{name} {machine[name]}" for name in ("python", "finewright", "torch", "transformers", "peft")]
    versions += [f"{name} {peers[name]}" for name in ("trl", "datasets") if name in peers]
    running = f", {threads} torch threads" if threads else ""
    return f"{machine['processor'].strip()}, {machine['cores']} cores{running}; {', '.join(versions)}."


if __name__ == "__main__":
    main()
