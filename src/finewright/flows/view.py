"""What the report of any run shows besides its results, read from the run folder. Knows no models."""

import json
from collections.abc import Mapping
from typing import Any

from finewright.base.files import read_json
from finewright.flows.folder import RunFolder
from finewright.flows.report.page import RunView


def view_of(folder: RunFolder, card: Mapping[str, Any], **shown: Any) -> RunView:
    """The run's log, data card and settings; `shown` are the further fields of the view, by the kind of the run."""
    log = folder.metrics.read_text(encoding="utf-8").splitlines() if folder.metrics.exists() else []
    return RunView(
        metrics=[json.loads(line) for line in log],
        card=card,
        recipe=[(row["key"], row["value"], row["origin"]) for row in read_json(folder.resolved)],
        **({"records": (), "predictions": {}} | shown),
    )
