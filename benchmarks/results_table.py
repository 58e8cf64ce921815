"""benchmarks/RESULTS.md from the newest result files: every figure with its machine, versions and date.

make table
"""

from collections.abc import Callable, Iterable
from statistics import median as _median
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
PAIRED = {
    "labels": "Banking77, a right label and a confusable one, 77 labels in the prompt, batch 32",
    "dialogues": "hh-rlhf, two answers to a dialogue, batch 16",
}
REFERENCES = {
    "each-step": "TRL, reference in each step",
    "precomputed": "TRL, reference precomputed",
}
SIDES = {
    "ours": "ours",
    "row": "transformers, a cache per row",
    "shared": "transformers, a cache of the shared prefix",
}
CHOICES = {"scan": "ours, every label", "best": "ours, the best label", "lm-eval": "lm-eval, every label"}
MODES = {"bm25": "words (BM25)", "dense": "meaning (MiniLM)", "fused": "both, fused"}
FINDERS = {"ours": "ours, both rankings fused", "faiss": "faiss, vectors alone", "bm25s": "bm25s, words alone"}
GRADES = {"frozen": "frozen MiniLM", "tfidf": "TF-IDF"}
JUDGES = {
    "first_lover": "prefers the first answer",
    "length_lover": "prefers the longer answer",
    "mute": "gives nothing that can be read",
    "fair": "fair, errs one time in ten",
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


def encoder(found: dict[str, Any]) -> str:
    """Rows per second of a classification head's training beside transformers.Trainer."""
    names = {"ours": "ours", "trainer": "Trainer, as it comes", "trainer-by-length": "Trainer, group_by_length"}
    rows = [
        [
            name,
            _rate(part[side]["rows_per_second"]),
            f"**{part['ratio'][side]['median']:.2f}**" if side in part["ratio"] else "",
            f"{_gigabytes(part[side])}",
            f"{part[side]['accuracy']:.1%}",
        ]
        for part in found["parts"].values()
        for side, name in names.items()
    ]
    head = ["side", "rows/s", "ours is times", "peak GB", "right of held-out rows"]
    return _section("A classification head on MiniLM, Banking77", found, [_table(head, rows), _machines(found)])


def frozen(found: dict[str, Any]) -> str:
    """Seconds of a whole training with the frozen layers computed once, and without."""
    rows = [
        [
            name,
            _rate(of["seconds"]["on"]),
            _rate(of["seconds"]["off"]),
            f"**{of['times']['median']:.2f}**",
            f"{of['runs']['on'][0]['disk'] / 1e6:.0f}",
        ]
        for name, of in found["workloads"].items()
    ]
    head = ["prompt", "computed once, s", "computed every time, s", "times", "MB on disk"]
    title = f"Frozen layers computed once: the top {found['layers']} of 30 learn, {found['rows']} rows, three epochs"
    return _section(title, found, [_table(head, rows), _machine(found["machine"], {}, None)])


def methods(found: dict[str, Any]) -> str:
    """Accuracy and cost of each way of learning Banking77."""
    blocks = []
    for part in found["parts"].values():
        rows = [[name, *_method(of)] for name, of in part["rows"].items()]
        head = ["way", "accuracy", "weights trained", "MB", "minutes", "peak GB"]
        blocks += [_table(head, rows), _compared(part)]
    return _section("Ways to learn Banking77", found, [*blocks, _machines(found)])


def _method(of: dict[str, Any]) -> Row:
    figure = of["accuracy"]
    shown = f"{_share(figure)} of {figure['rows']:,}"
    if "trained_weights" not in of:
        return [shown, "", "", "", ""]
    return [shown, f"{of['trained_weights']:,}", f"{of['megabytes']}", f"{of['minutes']}", f"{of['peak_gigabytes']}"]


def _compared(part: dict[str, Any]) -> str:
    """The paired differences, in points."""
    told = dict(part.get("against_all_weights", {}))
    if "against_frozen" in part:
        told[f"mean of three seeds, {part['mean_of_seeds']:.2%}, against frozen embeddings"] = part["against_frozen"]
    return "\n".join(
        f"- {name}: {100 * of['difference']:+.1f} points ({100 * of['low']:+.1f} to {100 * of['high']:+.1f}), "
        f"p = {of['p']:.2g}" + (f"; not inferior by three points: {of['not_inferior']}" if "not_inferior" in of else "")
        for name, of in told.items()
    )


def sweep(found: dict[str, Any]) -> str:
    """The combinations, best first."""
    rows = [
        [
            ", ".join(f"{key.rpartition('.')[2]} {value}" for key, value in one["values"].items()),
            ", ".join(f"{trial['figure']:.1%}" for trial in one["trials"]),
            ", ".join(f"{trial['loss']:.3f}" for trial in one["trials"]),
        ]
        for one in found["sweep"]["combinations"]
    ]
    head = ["combination", "right on validation, by seed", "loss, by seed"]
    return _section("A sweep of the encoder arm", found, [_table(head, rows), found["sweep"]["sentence"]])


def pairs(found: dict[str, Any]) -> str:
    """Pairs per second of DPO, for one epoch and for three."""
    rows = [
        [
            PAIRED[name],
            title,
            _rate(part[side]["pairs_per_second"]),
            f"**{part['ratio'][side]['pairs_per_second']:.1f}**" if side in part["ratio"] else "",
            f"{part['ratio'][side]['of_epochs']:.1f}" if side in part["ratio"] else "",
            _gigabytes(part[side]),
            f"{part[side]['losses'][-1]:.5f}",
            _of_peer(part["settings"][side]) if side in part["ratio"] else "",
        ]
        for name, part in found["parts"].items()
        for side, title in ({"ours": "ours"} | REFERENCES).items()
    ]
    head = ["pairs", "side", "pairs/s", "ours is times", "in three epochs", "peak GB", "last loss", "settings"]
    return _section("DPO beside TRL's DPOTrainer with PEFT", found, [_table(head, rows), _machines(found)])


def full_pairs(found: dict[str, Any]) -> str:
    """Whether TRL's rate on a micro-batch of pairs is that of a whole step."""
    rows = [
        [PAIRED[name], f"{part['pairs_per_second']['whole']:.3f}", _rate(part["pairs_per_second"]["micro_batches"])]
        for name, part in found["parts"].items()
    ]
    head = ["pairs", "one whole step, pairs/s", "its micro-batches, pairs/s"]
    return _section("Linearity of TRL's rate in DPO", found, [_table(head, rows), _machines(found)])


def rollouts(found: dict[str, Any]) -> str:
    """Seconds of an optimizer step of GRPO, generation included."""
    rows = [
        [
            _prompts(name, part),
            {"ours": "ours", "trl": "TRL"}[side],
            _rate(part[side]["step_seconds"]),
            f"{_median(part[side]['generation']):.3g}",
            f"**{part['ratio']['step']:.2f}**" if side == "trl" else "",
            f"{part['ratio']['tokens']:.2f}" if side == "trl" else "",
            f"{_median(part[side]['lengths']):.0f}",
            _gigabytes(part[side]),
            f"{part['settings']['trl']['per_device_train_batch_size']} a device, {part['settings']['trl']['cache']}"
            if side == "trl"
            else "",
        ]
        for name, part in found["parts"].items()
        for side in ("ours", "trl")
    ]
    head = [
        "prompts",
        "side",
        "step, s",
        "of it generation",
        "ours is times",
        "per token",
        "length",
        "peak GB",
        "settings",
    ]
    return _section("GRPO beside TRL's GRPOTrainer with PEFT", found, [_table(head, rows), _machines(found)])


def told(title: str) -> Callable[[dict[str, Any]], str]:
    """A proof that says its figures in sentences of its own."""

    def section(found: dict[str, Any]) -> str:
        said = "\n".join(f"- {line.strip()}" for line in found["table"])
        return _section(title, found, [said, _machine(found["machine"], {}, None)])

    return section


def distillation(found: dict[str, Any]) -> str:
    """What each way of distilling the list of labels came to."""
    said = [f"- {match}: {line.strip()}" for match, part in found["parts"].items() for line in part["table"]]
    return _section("Banking77's 77 labels distilled into the weights", found, ["\n".join(said), _machines(found)])


def choices(found: dict[str, Any]) -> str:
    """Rows per second of scoring all labels, ours both ways, and how far log-probabilities lie apart."""
    rows = [
        [
            str(part["labels"]),
            title,
            _rate(part["sides"][side]["rows_per_second"]),
            _ratio(part["ratio"][side]) if side in part["ratio"] else "",
            _gigabytes(part["sides"][side]),
            _same_label(part, side),
            f"{part['agreement']['largest_difference']:.1e}" if side == "scan" else "",
            f"batches of {part['batch_size']}" if side == "lm-eval" else "",
        ]
        for part in found["parts"].values()
        for side, title in CHOICES.items()
    ]
    head = ["labels", "side", "rows/s", "lm-eval takes times", "peak GB", "same label", "apart, nats", "settings"]
    return _section("Choices beside lm-eval, one long prompt at a time", found, [_table(head, rows), _machines(found)])


def _same_label(part: dict[str, Any], side: str) -> str:
    agreed = part["agreement"]
    return f"{agreed['same_label'][side]} of {agreed['rows']}" if side in agreed["same_label"] else ""


def retrieval(found: dict[str, Any]) -> str:
    """How well passages are found, and what finding costs; either may not have been measured."""
    told = {"tatqa": _found_passages, "scale": _cost_of_finding}
    blocks = [block for name, tell in told.items() if name in found["parts"] for block in tell(found["parts"][name])]
    return _section("Passages found for questions", found, [*blocks, _machines(found)])


def _found_passages(part: dict[str, Any]) -> list[str]:
    """Figures of each mode, and in points what fusing gains over each of its parts."""
    head = ["by", *next(iter(part["figures"].values()))]
    rows = [
        [MODES[mode], *(f"{of['value']:.3f} ({of['low']:.3f} to {of['high']:.3f})" for of in figures.values())]
        for mode, figures in part["figures"].items()
    ]
    gains = [
        f"- {name}: "
        + ", ".join(f"{key} {of['value']:+.3f} ({of['low']:+.3f} to {of['high']:+.3f})" for key, of in figures.items())
        for name, figures in part["gains"].items()
    ]
    asked = (
        f"{part['questions']:,} questions over {part['passages']:,} passages of {part['reports']:,} reports of TAT-QA."
    )
    return [asked, _table(head, rows), *(["\n".join(gains)] if gains else [])]


def _cost_of_finding(part: dict[str, Any]) -> list[str]:
    """Seconds and memory of each side; what was skipped says why."""
    rows = [
        [title, _rate(part["seconds"][side]), f"{max(run['bytes'] for run in part['runs'][side]) / 1e9:.1f}"]
        if side in part["seconds"]
        else [title, part["skipped"][side], ""]
        for side, title in FINDERS.items()
    ]
    asked = f"{part['queries']:,} queries over {part['chunks']:,} made chunks."
    if "ratio" in part:
        asked += f" Ours takes {_ratio(part['ratio'])} times what the two peers take together."
    return [asked, _table(["side", "seconds", "peak GB"], rows)]


def label_advice(found: dict[str, Any]) -> str:
    """The accuracy that the learning curve foretold and what was measured; planted errors found."""
    rows = [
        [
            GRADES[by],
            f"{part['rows']:,}",
            _share(part["curve"]["half"]["doubled"]),
            _share(part["curve"]["whole"]["points"][-1][1]),
            "yes" if part["curve"]["inside"] else "no",
            *(f"{hits} of {part['errors']['planted']}" for hits in _first_hits(part["errors"])),
            f"{part['errors']['suspects']:,}",
        ]
        for by, part in found["parts"].items()
    ]
    head = ["graded by", "rows", "foretold by half of them", "measured with all", "inside"]
    head += ["planted among as many first suspects", "among the first 100", "suspects in all"]
    title = "Advice on labels, Banking77's training rows"
    return _section(title, found, [_table(head, rows), _machines(found)])


def _first_hits(errors: dict[str, Any]) -> list[int]:
    """Planted errors among as many first suspects as were planted, and among the first hundred."""
    return [errors["found_among_first"][first] for first in (str(errors["planted"]), "100")]


def judges(found: dict[str, Any]) -> str:
    """In how many repeats each simulated judge was accused of what."""
    effects = list(next(iter(found["accused"].values())))
    rows = [[_judge(name), *(str(counts[effect]) for effect in effects)] for name, counts in found["accused"].items()]
    asked = (
        f"Each judge stands before {found['repeats']} made-up sets of {found['rows']} pairs. A fair one may be accused "
        f"in at most {found['most_false_alarms']} of them."
    )
    machine = _machine(found["machine"], {}, None)
    return _section("Judges with planted faults", found, [asked, _table(["judge", *effects], rows), machine])


def detection(found: dict[str, Any]) -> str:
    """Personal data found: quickness beside Presidio, both halves of presidio-research, the made finance set."""
    parts = found["parts"]
    blocks = [_detection_rates(parts["throughput"])] if "throughput" in parts else []
    for half in ("development", "final"):
        if part := parts.get(f"presidio-{half}"):
            blocks += [f"presidio-research, the {half} half: {part['rows']} texts.", _detection_figures(part)]
    if part := parts.get("finance"):
        sums = part["checksum"]
        blocks.append(
            f"Made finance set, {part['rows']:,} rows: of {sums['there']:,} identifiers with a checksum "
            f"{sums['found']:,} found; {sums['given'] - sums['right']:,} wrong."
        )
    return _section("Personal data found, beside Presidio", found, [*blocks, _machines(found)])


def _detection_rates(part: dict[str, Any]) -> str:
    rows = [
        [
            name,
            *(_rate(texts["characters_per_second"][side]) for side in ("ours", "presidio")),
            _ratio(texts["ratio"]),
            *(f"{texts['peak_bytes'][side] / 1e9:.1f}" for side in ("ours", "presidio")),
        ]
        for name, texts in part.items()
        if isinstance(texts, dict) and "ratio" in texts
    ]
    return _table(["texts", "characters a second, ours", "Presidio", "times", "GB, ours", "Presidio"], rows)


def _detection_figures(part: dict[str, Any]) -> str:
    """Ours by type, and every way of the peer over all of them."""
    sides = {name: side for name, side in part.items() if isinstance(side, dict) and "all" in side}
    rows = [
        [name, kind, str(of["there"]), *(_share(of[figure]) for figure in ("recall", "precision", "f2"))]
        for name, side in sides.items()
        for kind, of in side.items()
        if of["there"] and of["precision"] and (name == "ours" or kind == "all")
    ]
    return _table(["side", "type", "spans", "recall", "precision", "F2"], rows)


def rows_in_memory(found: dict[str, Any]) -> str:
    """The data room's peak, by how many rows."""
    said = [
        f"- {part['rows']:,} rows: {part['peak_bytes'] / 1e6:,.0f} MB at the peak, "
        f"{part['allowed_bytes'] / 1e6:,.0f} allowed; "
        f"{sum(stage.get('seconds', 0) for stage in part['stages'].values()):,.0f} seconds"
        for part in found["parts"].values()
    ]
    return _section("Short rows from their file to their card, in memory", found, ["\n".join(said), _machines(found)])


def attacks(found: dict[str, Any]) -> str:
    """What the audit finds, part by part, in the proof's own lines."""
    blocks = [
        f"{name.capitalize()}:\n\n" + "\n".join(f"- {line.strip()}" for line in part["table"])
        for name, part in found["parts"].items()
    ]
    return _section("What the audit finds where there is something to find", found, [*blocks, _machines(found)])


def _judge(name: str) -> str:
    known, _, rest = name.partition(", ")
    return JUDGES[known] + (f"; {rest}" if rest else "")


SECTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "encoder": encoder,
    "methods": methods,
    "frozen": frozen,
    "pretraining": told("Continued pretraining on minutes of 2009 to 2015"),
    "sweep": sweep,
    "sft": training,
    "sft-full-check": full_steps,
    "dpo": pairs,
    "dpo-full-check": full_pairs,
    "grpo": rollouts,
    "preferences": told("Preferences that were held out: hh-rlhf, 600 pairs learned"),
    "reinforce": told("A reward that rises: records of the demo, GRPO"),
    "distil": distillation,
    "retrieve": retrieval,
    "rag": told("TAT-QA closed book and from passages"),
    "privacy": detection,
    "scrubbed": told("Learned from scrubbed data and from the same as they were: the demo with personal data"),
    "rows": rows_in_memory,
    "audit": attacks,
    "redteam": told("The red team's probes on a bare base, behind a weak and a stronger system prompt"),
    "labels": label_advice,
    "judge": judges,
    "score": scoring,
    "choices": choices,
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


def _share(figure: dict[str, float]) -> str:
    return f"{figure['value']:.1%} ({figure['low']:.1%} to {figure['high']:.1%})"


def _ratio(figures: dict[str, float]) -> str:
    return f"**{figures['median']:.3g}** ({figures['smallest']:.3g} to {figures['largest']:.3g})"


def _gigabytes(side: dict[str, Any]) -> str:
    return f"{side['peak_bytes'] / 1e9:.1f}"


def _prompts(name: str, part: dict[str, Any]) -> str:
    tokens = f"{part['prompt_tokens']['median']:.0f}"
    return f"{name}: {part['prompts']} prompts of {tokens} tokens, groups of {part['group']}"


def _of_peer(told: dict[str, Any]) -> str:
    return f"{told['per_device_train_batch_size']} a device, timed on {told['unit']} pairs"


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
    versions += [f"{name} {peers[name]}" for name in ("trl", "datasets", "lm_eval") if name in peers]
    running = f", {threads} torch threads" if threads else ""
    return f"{machine['processor'].strip()}, {machine['cores']} cores{running}; {', '.join(versions)}."


if __name__ == "__main__":
    main()
