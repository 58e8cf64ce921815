"""`finewright advise`: prompt, retrieval or fine-tuning, with reasons, before anything is trained."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from finewright.cli.terminal import emit_json, examples, say, show

if TYPE_CHECKING:
    from finewright.base.recipe_advise import Advise
    from finewright.flows.advise import Advised

EXAMPLES = examples(
    "finewright advise recipe.yaml",
    "finewright advise recipe.yaml --answers answers.yaml --measure",
    "finewright advise recipe.yaml --export-facts facts.jsonl",
)


def advise(
    recipe: Annotated[Path, typer.Argument(help="The recipe: a YAML file that names your examples.")],
    answers: Annotated[
        Path | None,
        typer.Option(help="YAML file with a section `advise`: your answers, before those in the recipe."),
    ] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Ask small arms without training on validation rows; that replaces rules.")
    ] = False,
    export_facts: Annotated[
        Path | None,
        typer.Option(help="Write rows that carry facts here, as a corpus; the others go beside it, as examples."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the advice as one JSON document.")] = False,
) -> None:
    """Rank prompt, retrieval and fine-tuning for a task, each reason with its rule and its number.

    What only you know is asked in a terminal, and otherwise taken from the section `advise` of the recipe or of a
    file. Nothing is trained, and no look at the test rows is spent.
    """
    from finewright.base.recipe_file import read_recipe

    known = read_recipe(recipe).recipe.advise  # A faulty recipe is told at once: what follows takes seconds to import.
    from finewright.flows.advise import advise_on, answers_of, check_export
    from finewright.flows.advise import export_facts as write_facts

    if answers is not None:
        known = answers_of(recipe, answers)
    if export_facts is not None:
        check_export(export_facts)
    found = advise_on(recipe, _completed(known), measure=measure, say=say)
    if export_facts is not None:
        write_facts(found, export_facts)
        say(f"Wrote {len(found.facts):,} rows with facts to {export_facts}, {len(found.behaviour):,} others beside it")
    if as_json:
        emit_json(_document(found))
        return
    from finewright.cli.show_advice import advice_parts

    show(advice_parts(found))


def _completed(known: "Advise") -> "Advise":
    """The answers, with those that are missing asked for where somebody is there to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return known
    open_ones = [name for name in type(known).model_fields if getattr(known, name) is None]
    given = {name: value for name in open_ones if (value := ask(name)) is not None}
    return type(known).model_validate(known.model_dump() | given)


def ask(name: str) -> Any:
    """An answer from the terminal; None where the person does not know. Asks again until it is one."""
    from pydantic import ValidationError

    from finewright.base.recipe_advise import Advise
    from finewright.base.recipe_keys import KEYS, choices, expected

    field = KEYS["advise", name]
    takes = ", ".join(choices(field)) or expected(field).replace("true or false", "yes or no")
    question = f"{(field.description or '').rstrip('.')}? ({takes}; enter: not known)"
    while True:
        said = typer.prompt(question, default="", show_default=False, err=True).strip()
        try:
            return getattr(Advise.model_validate({name: said or None}), name)
        except ValidationError:
            say(f"Please answer with {takes}, or enter where it is not known.")


def _document(found: "Advised") -> dict[str, Any]:
    rows = [
        {"source": row.record.source, "line": row.record.line, "fact": row.fact, "reason": row.reason}
        for row in (*found.facts, *found.behaviour)
    ]
    known = found.situation
    return {
        "sentence": found.sentence,
        "outcome": found.advice.outcome,
        "ranking": found.advice.ranking,
        "open": found.advice.open,
        "situation": {name: getattr(known, name) for name in known.__dataclass_fields__ if name != "answers"}
        | {"answers": known.answers.model_dump()},
        "evidence": found.evidence,
        "left_out": found.left_out,
        "rows": rows,
    }
