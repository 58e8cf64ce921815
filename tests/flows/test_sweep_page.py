"""The page of a sweep: every figure where the table says, the chart's dots at their values, texts escaped."""

import re
from xml.etree import ElementTree

import pytest

from finewright.evaluate.trials import Combination, Trial, ranked
from finewright.flows.report.sweep import SweepView, page
from finewright.flows.report.sweep_chart import drawn_key, series, sweep_chart


def trial(values: dict[str, object], seed: int, right: int) -> Trial:
    correct = {f"r{row}": row < right for row in range(20)}
    return Trial(values, seed, 2.0 - right / 20, right / 20, correct, 61.0, 4096, 25_600)


def found() -> tuple[Combination, ...]:
    return ranked(
        [
            trial({"train.learning_rate": rate, "train.lora.rank": rank}, seed, right + seed)
            for rank, base in ((4, 8), (16, 11))
            for rate, right in ((1e-4, base), (1e-3, base + 4), (1e-2, base + 1))
            for seed in range(3)
        ],
        0.95,
    )


def view(**changes: object) -> SweepView:
    given = {
        "name": "mail",
        "figure": "accuracy",
        "rows": 20,
        "combinations": found(),
        "sentence": "S.",
        "advice": "A.",
    }
    return SweepView(**(given | changes))  # type: ignore[arg-type]


def dots(svg: str, style: str) -> list[tuple[float, float]]:
    circles = ElementTree.fromstring(svg).iter("circle")
    return [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in circles if one.attrib["class"] == style]


def test_the_learning_rate_runs_across_and_the_rank_makes_the_lines() -> None:
    assert drawn_key(found()) == "train.learning_rate"
    assert [one.name for one in series(found())] == ["rank 16", "rank 4"]


def test_dots_stand_at_their_values() -> None:
    svg = str(sweep_chart(found(), "Right answers"))
    means = dots(svg, "s0")
    across = [x for x, _ in means]
    assert across[1] - across[0] == pytest.approx(across[2] - across[1], abs=0.2), "tenfold each: equal steps of logs"
    shares = [12 / 20, 16 / 20, 13 / 20]
    heights = [y for _, y in means]
    per_share = (heights[0] - heights[1]) / (shares[1] - shares[0])
    assert heights[0] - heights[2] == pytest.approx(per_share * (shares[2] - shares[0]), abs=0.2)
    assert len(dots(svg, "seed s0")) == len(dots(svg, "seed s1")) == 9
    assert dots(svg, "ring") == [means[1]]


@pytest.mark.parametrize(
    "values",
    [
        [{"train.method": "lora"}, {"train.method": "full"}],
        [{"train.layers": None}, {"train.layers": [0, 1]}],
        [{"train.method": "lora", "train.lora.rank": 4}, {"train.method": "full"}],
        [{"train.learning_rate": 1e-3}],
        [{"train.epochs": 1}, {"train.epochs": 2}],
        [{"train.weight_decay": 0.0}, {"train.weight_decay": 0.1}],
    ],
)
def test_settings_of_any_kind_are_drawn(values: list[dict[str, object]]) -> None:
    made = ranked([trial(of, seed, 10) for of in values for seed in range(3)], 0.95)
    svg = str(sweep_chart(made, "Right answers", 360))
    places = [float(circle.attrib["cx"]) for circle in ElementTree.fromstring(svg).iter("circle")]
    assert all(0 <= place <= 360 for place in places)
    assert len({*places}) == len(values)
    assert "nan" not in svg
    assert page(view(combinations=made))


def test_the_table_says_every_figure() -> None:
    html = page(view())
    rows = re.findall(r"<tr[^>]*>(<td>.*?)</tr>", html)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    assert cells[0] == ["0.001", "16", "80.0% ± 5.0", "–", "1.200 ± 0.050", "1 min 1 s", "4,096", "25.6 kB"]
    assert len(cells) == 6
    assert cells[-1][3].startswith("−")


def test_text_is_escaped() -> None:
    html = page(view(name="<script>x</script>", sentence="<b>"))
    assert "<script>" not in html
    assert "&lt;b&gt;" in html


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = page(view())
    assert not re.search(r"""(src|href)=["']""", html)
    assert "http" not in html.replace("http://www.w3.org", "")
