"""General prompts that are shipped, and general examples that would give a held-out row away."""

from finewright.base.nearness import near_within
from finewright.base.records import Message, Record
from finewright.data.replay.overlap import overlaps
from finewright.data.replay.prompts import general_prompts


def record(name: str, text: str, system: str = "") -> Record:
    opening = (Message("system", system),) if system else ()
    return Record(name, (*opening, Message("user", text)), "answer", "file.jsonl", 1)


def test_a_hundred_prompts_are_shipped_and_none_is_like_another() -> None:
    prompts = general_prompts()
    assert len(prompts) >= 100
    assert near_within(prompts, 0.6) == []
    assert all(prompt.strip() == prompt and prompt for prompt in prompts)


LONG = "The parcel of order 4711 has not arrived although it was promised for Monday morning"


def test_equal_and_nearly_equal_inputs_overlap_whatever_their_system_message() -> None:
    rows = [
        record("same", LONG.upper() + "  "),
        record("other", "Why is the sky blue?"),
        record("near", LONG + "!", system="You are helpful."),
    ]
    held_out = [record("test-1", "Something else altogether"), record("test-2", LONG, system="Classify.")]
    found = overlaps(rows, held_out, 0.9)
    assert [(one.row.id, one.held_out.id) for one in found] == [("same", "test-2"), ("near", "test-2")]
    assert found[0].similarity == 1
    assert 0.9 < found[1].similarity < 1


def test_of_several_the_most_alike_is_named_and_below_the_threshold_none() -> None:
    held_out = [record("a", LONG + " or so"), record("b", LONG)]
    (found,) = overlaps([record("row", LONG)], held_out, 0.8)
    assert found.held_out.id == "b"
    assert overlaps([record("row", LONG[:40])], held_out, 0.9) == []
    assert overlaps([], held_out, 0.9) == overlaps([record("row", LONG)], [], 0.9) == []
