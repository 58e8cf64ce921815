"""Prompt distillation in a run: the tuned arm learns to answer with its short prompt as a teacher does with a long one.

What the teacher said lies in the run folder with the arms' answers; where its distributions are matched, the states
behind its tokens lie with the checkpoints while training runs. Joins the teacher to the training room; knows no report.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.errors import InputError
from finewright.base.files import digest_json, write_json
from finewright.engine.local import LocalCompleter
from finewright.flows.folder import RunFolder
from finewright.flows.learning import versions
from finewright.flows.method import Material, Method, Teach
from finewright.flows.prepare import Prepared
from finewright.flows.teacher import Lesson, Teacher, Told, teacher_of, told
from finewright.model.batch import Batches
from finewright.model.hub import load_decoder
from finewright.model.teacher import TeacherHead, TeacherStates, keep_teacher
from finewright.train.distil import teacher_loss
from finewright.train.epochs import Epochs
from finewright.train.loop import Loss
from finewright.train.preflight import check_step
from finewright.train.sft import token_loss
from finewright.train.validation import validation_loss


def states_folder(folder: RunFolder) -> Path:
    """Where the states behind the teacher's tokens are, beside what else a stopped training goes on from."""
    return folder.checkpoints / "teacher"


def reading_file(folder: RunFolder) -> Path:
    """How many tokens those states took, and how many seconds."""
    return folder.root / "arms" / "teacher" / "reading.json"


def taught(prepared: Prepared, folder: RunFolder, say: Callable[[str], None]) -> Material:
    """The student's prompts with the teacher's answers, for which it is asked now where the run folder lacks them.

    Raises InputError where no answer can be learned from, and what answering raises.
    """
    teacher = teacher_of(prepared)
    model = lru_cache(maxsize=1)(lambda: load_decoder(teacher.base).requires_grad_(False))

    @lru_cache(maxsize=1)
    def completer() -> LocalCompleter:
        say(f"The teacher ({teacher.base.name}) answers training and validation rows")
        batch_tokens = prepared.recipe.evaluate.batch_tokens
        return LocalCompleter(model(), teacher.chat, context=teacher.base.context, batch_tokens=batch_tokens)

    learning, choosing = told(prepared, teacher, folder, completer)
    for part, rows in (("training", learning), ("validation", choosing)):
        if not rows.lessons:
            raise InputError(
                f"none of the teacher's answers to the {part} rows can be learned from",
                remedy="raise `evaluate.max_tokens`, or give the teacher a prompt or a base with which it answers",
            )
    if prepared.recipe.train.distil.match == "tokens":
        _keep(prepared, teacher, folder, model, [*learning.lessons, *choosing.lessons])
    return Material(
        learning=[one.student for one in learning.lessons],
        choosing=[one.student for one in choosing.lessons],
        limit=prepared.fitting.limit,
        pad=prepared.chat.pad,
        notes=list(_notes(learning, choosing)),
    )


def distilled(prepared: Prepared, folder: RunFolder, say: Callable[[str], None]) -> Teach:
    """What `taught` gave as a way to learn: by the teacher's distribution at each token, or by its answers alone."""

    def teach(model: PreTrainedModel | PeftModel, given: Material, batches: Batches) -> Method:
        settings, learning = prepared.recipe.train, given.learning
        source = Epochs(learning, settings, prepared.recipe.seed, batches)
        check_step(source.step(0), learning)
        loss = _matching(model, folder, say) if settings.distil.match == "tokens" else token_loss
        return Method(
            source,
            loss,
            validate=lambda: validation_loss(model, given.choosing, batches, loss),
            said=f"Training on {len(learning)} answers of the teacher's: {source.total} steps of {settings.batch}",
            identity={"teacher": digest_json([[one.id, one.tokens] for one in [*learning, *given.choosing]])},
        )

    return teach


def _matching(model: PreTrainedModel | PeftModel, folder: RunFolder, say: Callable[[str], None]) -> Loss:
    states = TeacherStates(states_folder(folder))
    say(f"The teacher's distributions are matched; its prompts and answers took {states.tokens:,} tokens to read")
    return teacher_loss(states.behind, TeacherHead(model))


def _keep(
    prepared: Prepared,
    teacher: Teacher,
    folder: RunFolder,
    model: Callable[[], PreTrainedModel],
    lessons: Sequence[Lesson],
) -> None:
    """Compute the states behind the teacher's tokens, where they are not kept already, and note what that took."""
    states = keep_teacher(
        model,
        [one.asked for one in lessons],
        prepared.recipe.evaluate.batch_tokens,
        teacher.chat.pad,
        states_folder(folder),
        {"base": teacher.base.digests.combined} | versions(),
    )
    write_json(reading_file(folder), {"tokens": states.tokens, "seconds": states.seconds})


def _notes(learning: Told, choosing: Told) -> Iterator[str]:
    """How good the teacher is, and what it said that is not learned."""
    asked = len(learning.answers.predictions)
    yield f"The teacher is right on {learning.right} of {asked} training rows; a perfect student would be as often"
    left = {
        "empty": learning.empty + choosing.empty,
        "cut at their length": learning.cut + choosing.cut,
        "too long to learn": learning.long + choosing.long,
    }
    if any(left.values()):
        yield "Answers of the teacher's left out: " + ", ".join(f"{n} {why}" for why, n in left.items() if n)
