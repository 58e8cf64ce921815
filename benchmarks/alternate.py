"""Two worker processes, set up once each and then asked in turn, so that both meet the same machine. Knows no workload.

A worker reads a JSON line and answers with one; the other waits for its own line meanwhile. What the waiting one burns
is measured with every answer (`idle`), since a thread that spins while it waits would slow the one that works.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from record import HERE

OURS = Path(sys.executable)
PEERS = HERE.parent / ".venv-peers" / "bin" / "python"
SILENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "DO_NOT_TRACK": "1",
    "WANDB_MODE": "disabled",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What every worker runs under: no network, nothing reported anywhere."""

Answer = dict[str, Any]


class Worker:
    """A process of one side: `python script *arguments`, ready when this returns."""

    def __init__(self, python: Path, script: str, *arguments: str, threads: int) -> None:
        if not python.exists():
            raise SystemExit(f"there is no {python}; run `make {python.parent.parent.name}/.ready`")
        self._process = subprocess.Popen(
            [str(python), str(HERE / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | SILENT | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)},
        )
        self.ready = self._answer()

    def ask(self, question: Answer) -> Answer:
        """The answer to one question."""
        stdin: IO[str] = self._process.stdin  # type: ignore[assignment]
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        return self._answer()

    def burnt(self) -> float:
        """Processor seconds that the process has taken since it began."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the process: without more questions it stops by itself, and is stopped where it does not."""
        self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr]

    def _answer(self) -> Answer:
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise SystemExit(f"a worker ended with {self._process.wait()}: {self._process.args}")
        answer: Answer = json.loads(line)
        return answer


def alternate(
    workers: dict[str, Worker], questions: Sequence[Answer], between: Callable[[], None] = lambda: None
) -> dict[str, list[Answer]]:
    """Each question to each worker in turn; the first is the warm-up, and its answer comes first."""
    answers: dict[str, list[Answer]] = {name: [] for name in workers}
    for question in questions:
        between()
        for name, worker in workers.items():
            others = [other for other in workers.values() if other is not worker]
            before = sum(other.burnt() for other in others)
            answer = worker.ask(question)
            answer["idle"] = sum(other.burnt() for other in others) - before
            answers[name].append(answer)
            print(f"  {name:8} {json.dumps({key: _short(value) for key, value in answer.items()})}", flush=True)
    return answers


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and range."""
    return {"median": statistics.median(values), "smallest": min(values), "largest": max(values)}


def _short(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return f"{len(value)} values" if isinstance(value, list | dict) else value
