"""Policies are data: faults are told all at once with their lines, and every shipped one reads with the same reader."""

from pathlib import Path

import pytest

from finewright.audit.policy_file import EVIDENCE, policy_path, read_policy, shipped
from finewright.base.errors import InputError, PolicyError

BAD = """name: ours
checks:
  membershp: {tpr: 0.1}
  lift: {smallest: high, requird: true}
  age: {days: 0}
  outputs: {doubt: pass}
headings:
  - title: One
    cheks: [lift]
  - reference: Two
frm: 3
"""


def faults(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(PolicyError) as raised:
        read_policy(path)
    return [str(fault).removeprefix(f"{path}:") for fault in raised.value.faults]


def test_all_faults_are_told_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    told = faults(tmp_path / "ours.yaml", BAD)
    assert [one.partition(":")[0] for one in told] == ["3", "4", "4", "5", "6", "9", "10", "11"]
    assert "'membershp' is not a key of checks; write membership." in told[0]
    assert "checks.lift.smallest must be a number, not 'high'" in told[1]
    assert "write doubt: passes" in told[4]
    assert "'frm' is not a key of the policy" in told[7]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; start from a copy"),
        ("name: ours\n", "'checks' is missing"),
        ("name: ours\nchecks: {}\n", "asks no check"),
        ("name: ours\nchecks:\n  lift: {required: false}\n", "2: the policy requires no check"),
        ("name: ours\nchecks:\n  lift: {}\n  lift: {}\n", "written twice"),
        ("name: ours\nchecks:\n  redteam: {overall_change: null, category_change: null}\n", "redteam bounds nothing"),
        (
            "name: ours\nchecks:\n  extraction: {difference: null, identifiers: null}\n",
            "extraction bounds nothing",
        ),
        ("name: ours\nchecks: {lift: {}}\nheadings:\n  - title: A\n    checks: [age]\n", "'age' is no check that"),
        ("name: ours\nchecks: {lift: {}}\nheadings:\n  - title: A\n    evidence: [modelcard]\n", "write model card"),
        ("name: ours\nchecks: {lift: {smallest: 1.5}}\n", "must be at most 1"),
        ("name: ours\nchecks: {lift: {smallest: '0.1'}}\n", "without quotes"),
    ],
)
def test_what_a_policy_may_not_be(tmp_path: Path, text: str, said: str) -> None:
    assert said in " ".join(faults(tmp_path / "ours.yaml", text))


def test_a_policy_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean gdpr"):
        policy_path("gpdr")
    with pytest.raises(PolicyError, match="there is no such policy"):
        read_policy(tmp_path / "none.yaml")


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_policy_reads_and_so_does_a_copy_with_other_headings(tmp_path: Path, name: str) -> None:
    found = read_policy(name)
    assert found.policy.name == name
    assert found.policy.checks.asked
    copy = tmp_path / "ours.yaml"
    copy.write_text(found.text.replace("name: ", "name: our-", 1) + OURS[bool(found.policy.headings)])
    ours = read_policy(copy).policy
    assert ours.headings[-1].asks == ["What only we can say."]
    assert ours.digest != found.policy.digest


OUR_OWN = "\n  - title: Our own\n    reference: Section 1\n    asks: [What only we can say.]\n"
OURS = {True: OUR_OWN, False: f"headings:{OUR_OWN}"}


@pytest.mark.parametrize("name", ["eu-ai-act", "gdpr", "model-risk"])
def test_a_pack_points_every_check_somewhere_and_asks_people(name: str) -> None:
    policy = read_policy(name).policy
    pointed = {check for heading in policy.headings for check in heading.checks}
    assert pointed == set(policy.checks.asked)
    assert all(heading.checks or heading.evidence or heading.asks for heading in policy.headings)
    assert {part for heading in policy.headings for part in heading.evidence} <= set(EVIDENCE)
    assert policy.state
    assert sum(len(heading.asks) for heading in policy.headings) >= 8


def test_the_digest_is_of_what_is_asked_and_not_of_how_it_is_written(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        path = tmp_path / "ours.yaml"
        path.write_text(text)
        return read_policy(path).policy.digest

    plain = digest("name: ours\nchecks:\n  lift: {}\n  age: {}\n")
    assert digest("# A comment.\nchecks: {age: {days: 90}, lift: {required: true}}\nname: ours\n") == plain
    assert digest("name: ours\nchecks:\n  lift: {}\n") != plain
    assert digest("name: ours\nchecks:\n  lift: {}\n  age: {days: 91}\n") != plain
