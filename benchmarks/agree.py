"""Best-first search against the full scan on Banking77 behind all its labels: same label, and does the bound hold?

    .venv/bin/python benchmarks/agree.py [--rows 300]

No peer: our fast way against our slow one, on the bare base, which hesitates more than a tuned one. Exits with 1 where
a label differs that is no tie, or a bound does not hold.
"""

import argparse
import math
import sys
import time

import torch

from finewright.base.records import Completion, CompletionRequest, Message
from finewright.engine.local import LocalCompleter
from finewright.model.chat import Chat
from finewright.model.hub import find, load_decoder, load_tokenizer
from record import record_parts
from workloads import banking, labels, long_instruction

ROUNDING = 1e-3  # relative: two orders of summation in fp32


def main() -> int:
    """Answer the rows both ways and compare them one by one."""
    asked = _arguments()
    torch.set_num_threads(asked.threads)
    base = find(asked.base)
    completer = LocalCompleter(
        load_decoder(base), Chat(load_tokenizer(base)), context=base.context, batch_tokens=asked.batch_tokens
    )
    searched, of_search = _answered(completer, asked.rows, scan=False)
    scanned, of_scan = _answered(completer, asked.rows, scan=True)
    same = sum(one.text == other.text for one, other in zip(searched, scanned, strict=True))
    holds = sum(_holds(one, other) for one, other in zip(searched, scanned, strict=True))
    found = {
        "rows": asked.rows,
        "same_label": same,
        "bound_holds": holds,
        "seconds": {"best_first": of_search, "scan": of_scan},
        "largest_rest": max(one.rest or 0.0 for one in searched),
    }
    print(found)
    record_parts("agreement", str(asked.rows), {"threads": asked.threads} | found)
    return 0 if same == holds == asked.rows else 1


def _answered(completer: LocalCompleter, rows: int, *, scan: bool) -> tuple[list[Completion], float]:
    requests = [
        CompletionRequest(
            (Message("system", long_instruction()), Message("user", text)), choices=tuple(labels()), probabilities=scan
        )
        for text, _ in banking("test")[:rows]
    ]
    began = time.perf_counter()
    return completer.complete(requests), time.perf_counter() - began


def _holds(search: Completion, scan: Completion) -> bool:
    """Whether the label's probability is the scan's, and no other label, nor all together, has more than the bound."""
    every = scan.probabilities or {}
    others = [value for label, value in every.items() if label != search.text]
    limit = (search.rest or 0.0) * (1 + ROUNDING)
    return math.isclose(search.probability or 0.0, every[search.text], rel_tol=ROUNDING) and sum(others) <= limit


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--batch-tokens", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--base", default="smollm2-135m")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
