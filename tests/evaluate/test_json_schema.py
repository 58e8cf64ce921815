"""Records by the team's schema: valid or not, and right by meaning; schemas that are none are told in a sentence."""

import json

import pytest

from finewright.base.errors import DataError, InputError, Place
from finewright.base.records import Message, Prediction, Record
from finewright.evaluate.json_schema import JsonSchema, check_records, constraint_of, read_schema
from finewright.evaluate.measure import measure
from finewright.evaluate.scorers import scorer_for
from finewright.evaluate.task import JsonField, Task

DOCUMENT = {
    "type": "object",
    "properties": {
        "currency": {"type": "string", "format": "currency"},
        "due": {"type": "string", "format": "date"},
        "total": {"type": "string", "format": "amount"},
        "net": {"type": "number"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    },
    "required": ["currency", "due", "total"],
    "additionalProperties": False,
    "$defs": {"line": {"type": "object", "properties": {"paid": {"type": "string", "format": "date"}}}},
}
SCHEMA = json.dumps(DOCUMENT)
WANTED = {"currency": "EUR", "due": "2024-03-01", "total": "1234.5", "net": 1000, "lines": [{"paid": "2024-03-02"}]}
FIELDS = (
    JsonField("due", "string"),
    JsonField("total", "number or string"),
    JsonField("note", "string", required=False),
)
TASK = Task("json", "", (), FIELDS, 64, schema=SCHEMA)


def record(value: object, name: str = "r") -> Record:
    return Record(name, (Message("user", "Read it."),), json.dumps(value), source="rows.jsonl", line=4)


@pytest.mark.parametrize(
    ("change", "correct", "valid", "wrong"),
    [
        ({}, True, True, []),
        ({"currency": "€", "due": "1 March 2024", "total": "1,234.50"}, True, True, []),
        ({"net": 1000.0, "lines": [{"paid": "March 2, 2024"}]}, True, True, []),
        ({"total": "EUR 1,234.50"}, True, True, []),
        ({"due": "3 January 2024"}, False, True, ["due"]),
        ({"currency": "$"}, False, True, ["currency"]),
        ({"total": "12345"}, False, True, ["total"]),
        ({"lines": []}, False, True, ["lines"]),
        ({"net": "1,000"}, False, False, []),
        ({"note": "x"}, False, False, []),
    ],
)
def test_values_are_compared_by_meaning_and_records_held_to_the_schema(change, correct, valid, wrong):
    score = scorer_for(TASK)(json.dumps(WANTED | change), record(WANTED))
    assert (score.correct, score.parts["validity"]) == (correct, float(valid))
    assert [name for name in WANTED if score.parts[f"field:{name}"] == 0] == wrong
    assert score.parts["fields"] == pytest.approx(1 - len(wrong) / len(WANTED))


def test_without_a_schema_values_are_compared_as_written():
    free = Task("json", "", (), FIELDS, 64)
    assert not scorer_for(free)('{"due": "1 March 2024"}', record({"due": "2024-03-01"})).correct


def test_no_answer_breaks_the_scorer():
    for said in ("", "[]", "null", '{"due": 7, "total": null, "lines": [[]]}', '{"due": {"a": []}}'):
        assert not scorer_for(TASK)(said, record(WANTED)).correct


def test_figures_of_records_by_a_schema():
    rows = [record(WANTED, "a"), record(WANTED, "b")]
    said = [json.dumps(WANTED | {"due": "1 March 2024"}), json.dumps(WANTED | {"net": "1000"})]
    found = measure(TASK, rows, [Prediction(row.id, text) for row, text in zip(rows, said, strict=True)], 1.0, 0.95)
    assert found.figures["records"].value == 0.5
    assert found.figures["validity"].value == 0.5
    assert found.figures["fields"].value == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "it is not JSON"),
        ("[]", "a schema of a record is a JSON object"),
        ('{"type": "objekt"}', "objekt"),
        ('{"type": "string"}', "must be object at the top"),
        ('{"type": "object", "properties": 5}', "properties"),
        ('{"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}}', "leads nowhere"),
        ('{"type": "object", "properties": {"a": {"$ref": "https://example.com/s"}}}', "leads nowhere"),
    ],
)
def test_a_schema_that_is_none_is_told_in_one_sentence(tmp_path, text, named):
    file = tmp_path / "record.json"
    file.write_text(text)
    with pytest.raises(InputError, match="no JSON Schema of a record") as caught:
        read_schema(file)
    assert named in str(caught.value)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_a_missing_schema_is_told_at_its_line_of_the_recipe(tmp_path):
    with pytest.raises(InputError, match=r"mail\.yaml:4: there is no JSON Schema to read in none\.json"):
        read_schema(tmp_path / "none.json", Place("mail.yaml", 4))


def test_a_reference_answer_that_breaks_the_schema_is_told_by_its_row():
    check_records(SCHEMA, [record(WANTED)])
    with pytest.raises(DataError, match=r"rows\.jsonl:4: the answer breaks `task.schema_file`: .*'due' is a required"):
        check_records(SCHEMA, [record(WANTED), record({"currency": "EUR", "total": "1"})])


def test_a_constraint_has_the_keys_in_the_order_of_the_examples_and_no_formats_of_our_own():
    made = json.loads(constraint_of(TASK))
    assert list(made["properties"])[:2] == ["due", "total"]
    assert set(made["properties"]) == set(DOCUMENT["properties"])
    assert made["properties"]["due"] == {"type": "string", "format": "date"}
    assert made["properties"]["total"] == {"type": "string"}
    assert JsonSchema(constraint_of(TASK)).allows(WANTED)


def test_without_a_schema_the_constraint_is_of_the_fields_that_training_showed():
    made = json.loads(constraint_of(Task("json", "", (), FIELDS, 64)))
    assert made["properties"]["total"] == {"type": ["number", "string"]}
    assert made["required"] == ["due", "total"]
    assert made["additionalProperties"] is False
