"""The teacher of a distillation: who it is, how it is asked, and what it said to a run's rows.

It is asked as a prompted arm is, and its answers are kept as an arm's are. Knows nothing of how they are learned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from finewright.base.errors import InputError, Place
from finewright.base.protocols import Completer, Predictor
from finewright.base.records import Message, Record
from finewright.evaluate.arms.prompted import prompted
from finewright.evaluate.prompt import build, check_template, choose_shots
from finewright.evaluate.scorers import scorer_for
from finewright.flows.answers import Answers, answered
from finewright.flows.examples import prompt_of
from finewright.flows.folder import RunFolder
from finewright.flows.prepare import Prepared
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.hub import Base, find, load_tokenizer


@dataclass(frozen=True, slots=True)
class Teacher:
    """A base with its chat, the system message that it answers with, and the examples that it is shown.

    `own` tells that it is the run's own base: then both have the same vocabulary and head.
    """

    base: Base
    chat: Chat
    prompt: str
    shots: tuple[Record, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """A row with the teacher's answer: what the teacher read and wrote, and what the student is to write."""

    record: Record
    asked: Example
    student: Example


@dataclass(frozen=True, slots=True)
class Told:
    """The teacher's answers to some rows: those that can be learned, and why the others cannot."""

    lessons: list[Lesson]
    answers: Answers
    right: int
    empty: int = 0
    cut: int = 0
    long: int = 0

    @property
    def tokens(self) -> int:
        """Tokens of all prompts and answers, as a caller counts them: those that are shared too."""
        return sum(one.prompt_tokens + one.completion_tokens for one in self.answers.predictions)


def teacher_of(prepared: Prepared) -> Teacher:
    """The recipe's teacher. Raises BaseError where its base is not stored or cannot be talked to."""
    settings = prepared.recipe.train.distil
    base = prepared.base if settings.teacher is None else find(settings.teacher)
    own = base.digests == prepared.base.digests
    shots = choose_shots(prepared.parts.train, prepared.task, settings.examples, prepared.recipe.seed)
    return Teacher(base, prepared.chat if own else Chat(load_tokenizer(base)), settings.prompt, shots, own)


def check_teacher(prepared: Prepared) -> None:
    """Raise InputError or BaseError where the recipe's teacher cannot teach, before anything is written.

    At fault are a prompt that names something unknown or is the student's own, a teacher of another vocabulary whose
    tokens are to be matched, a base that cannot be asked, and a row that does not fit behind the prompt.
    """
    check_template(prepared.recipe.train.distil.prompt, "train.distil.prompt")
    teacher, task = teacher_of(prepared), prepared.task
    if prepared.recipe.train.distil.match == "tokens" and not teacher.own:
        raise InputError(
            f"train.distil.match: tokens compares two models word piece by word piece, and `{teacher.base.name}` "
            f"is another base than `{prepared.base.name}`",
            remedy="set `train.distil.match: answers`, or leave `train.distil.teacher` out",
        )
    rows = [*learning_rows(prepared, teacher), *prepared.choosing]
    if teacher.own and all(_asked(prepared, teacher, row) == prompt_of(prepared.recipe, task, row) for row in rows):
        raise InputError(
            "the teacher's prompt is the student's own, so there is nothing to learn from it",
            remedy="write a longer `train.distil.prompt`, or show the teacher `train.distil.examples`",
        )
    longest = max(len(teacher.chat.encode_answer(label)) for label in _labels(prepared) or [""])
    room = teacher.base.context - (longest if _labels(prepared) else task.max_tokens)
    for row in rows:
        size = len(teacher.chat.encode_prompt(_asked(prepared, teacher, row)))
        if size > room:
            raise InputError(
                f"behind the teacher's prompt the row is {size} tokens long, {room} is the most that leaves room for "
                "an answer",
                place=Place(row.source, row.line),
                remedy="shorten `train.distil.prompt`, or show fewer `train.distil.examples`",
            )


def learning_rows(prepared: Prepared, teacher: Teacher) -> tuple[Record, ...]:
    """The training rows that the teacher is asked for: those that it was shown with their answers are none of them."""
    shown = {shot.id for shot in teacher.shots}
    return tuple(row for row in prepared.learning if row.id not in shown)


def told(
    prepared: Prepared, teacher: Teacher, folder: RunFolder, completer: Callable[[], Completer]
) -> tuple[Told, Told]:
    """What the teacher says to the training rows and to the validation rows; `completer` is it, if it must be asked."""

    def fitted() -> Predictor:
        return prompted(completer(), teacher.prompt, prepared.task, teacher.shots)

    def ask(arm: str, rows: str, records: Sequence[Record]) -> Told:
        return _told(prepared, teacher, records, answered(folder.answers(arm, rows), records, fitted))

    learning = ask("teacher", "training", learning_rows(prepared, teacher))
    return learning, ask(arm_alike(prepared, teacher) or "teacher", "validation", prepared.choosing)


def arm_alike(prepared: Prepared, teacher: Teacher) -> str | None:
    """The arm that is asked just as the teacher is, so that its answers are the teacher's; None where there is none."""
    arms, examples = prepared.recipe.arms, prepared.recipe.train.distil.examples
    name = "few_shot" if examples else "zero_shot"
    arm = arms.few_shot if examples else arms.zero_shot
    same = arm.enabled and arm.prompt == teacher.prompt and examples == (arms.few_shot.examples if examples else 0)
    return name if same and teacher.own else None


def _told(prepared: Prepared, teacher: Teacher, records: Sequence[Record], answers: Answers) -> Told:
    judge = scorer_for(prepared.task)
    pairs = list(zip(records, answers.predictions, strict=True))
    whole = [(row, said.answer) for row, said in pairs if said.answer.strip() and said.finish != "length"]
    lessons = [_lesson(prepared, teacher, row, answer) for row, answer in whole]
    fitting = [one for one in lessons if len(one.student.tokens) <= prepared.fitting.limit]
    return Told(
        lessons=fitting,
        answers=answers,
        right=sum(judge(said.answer, row).correct for row, said in pairs),
        empty=sum(not said.answer.strip() for _, said in pairs),
        cut=sum(bool(said.answer.strip()) and said.finish == "length" for _, said in pairs),
        long=len(lessons) - len(fitting),
    )


def _lesson(prepared: Prepared, teacher: Teacher, record: Record, answer: str) -> Lesson:
    short = prompt_of(prepared.recipe, prepared.task, record)
    return Lesson(
        record,
        asked=_answered(teacher.chat, record, _asked(prepared, teacher, record), answer),
        student=_answered(prepared.chat, record, short, answer),
    )


def _asked(prepared: Prepared, teacher: Teacher, record: Record) -> tuple[Message, ...]:
    return build(teacher.prompt, prepared.task, record, teacher.shots)


def _answered(chat: Chat, record: Record, messages: Sequence[Message], answer: str) -> Example:
    """The answer behind the messages, and nothing else, as what is learned: past answers are not the teacher's."""
    return chat.encode_example(record.id, [replace(one, weight=0) for one in messages], answer)


def _labels(prepared: Prepared) -> Sequence[str]:
    """The answers that the teacher chooses from; none where it writes freely."""
    return prepared.task.labels if prepared.task.kind == "classes" else ()
