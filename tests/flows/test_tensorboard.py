"""Event files read back by a reader of their own: record lengths, checksums, and every number of the log."""

import math
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorboardX.proto.event_pb2 import Event

from finewright.base.errors import InputError, StorageError
from finewright.flows.tensorboard import export
from finewright.train.metrics import Metrics

ROWS = [
    {"step": 0, "epoch": 0.0, "validation_loss": 2.5, "best": False},
    {"step": 1, "epoch": 0.5, "loss": 2.25, "learning_rate": 5e-4, "gradient_norm": 1.3, "tokens": 70, "seconds": 0.4},
    {"step": 2, "epoch": 1.0, "loss": 1.1, "learning_rate": 3e-5, "gradient_norm": 0.7, "tokens": 71, "seconds": 0.9},
    {"step": 2, "epoch": 1.0, "validation_loss": 1.9, "best": True},
]
WANTED = {
    ("loss/validation", 0): (2.5, 0.0),
    ("loss/training", 1): (2.25, 0.4),
    ("learning_rate", 1): (5e-4, 0.4),
    ("gradient_norm", 1): (1.3, 0.4),
    ("tokens", 1): (70.0, 0.4),
    ("loss/training", 2): (1.1, 0.9),
    ("learning_rate", 2): (3e-5, 0.9),
    ("gradient_norm", 2): (0.7, 0.9),
    ("tokens", 2): (71.0, 0.9),
    ("loss/validation", 2): (1.9, 0.9),
}


def crc32c(data: bytes) -> int:
    """CRC-32C bit by bit: the reflected polynomial of Castagnoli 1993."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    """As TFRecord files hold a checksum: rotated right by 15 bits, plus a constant."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(content: bytes) -> Iterator[bytes]:
    """The payloads of a TFRecord file, both checksums of each held against their bytes."""
    at = 0
    while at < len(content):
        head = content[at : at + 8]
        (length,) = struct.unpack("<Q", head)
        data = content[at + 12 : at + 12 + length]
        assert struct.unpack("<I", content[at + 8 : at + 12]) == (masked(head),)
        assert struct.unpack("<I", content[at + 12 + length : at + 16 + length]) == (masked(data),)
        yield data
        at += 16 + length


def points(file: Path) -> dict[tuple[str, int], tuple[float, float]]:
    """(tag, step) to (value, wall time) of everything in an event file, which begins with its version."""
    events = [Event.FromString(data) for data in records(file.read_bytes())]
    assert events[0].file_version == "brain.Event:2"
    found = [
        ((value.tag, event.step), (value.simple_value, event.wall_time))
        for event in events[1:]
        for value in event.summary.value
    ]
    assert len(dict(found)) == len(found)
    return dict(found)


def write_log(folder: Path, rows: list[dict[str, float]] = ROWS) -> Path:
    with Metrics(folder / "metrics.jsonl") as metrics:
        for row in rows:
            metrics.append(row)
    return folder


def test_the_checksum_is_the_published_one() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_every_number_comes_back_at_its_step(tmp_path: Path) -> None:
    (made,) = export(write_log(tmp_path / "runs" / "mail-1"), tmp_path / "events")
    assert made.file.parent == tmp_path / "events" / "mail-1"
    assert "tfevents" in made.file.name
    found = points(made.file)
    assert found.keys() == WANTED.keys()
    assert made.points == len(WANTED)
    for place, (value, seconds) in WANTED.items():
        assert math.isclose(found[place][0], value, rel_tol=2**-24)
        assert found[place][1] == seconds


def test_the_log_stays_and_an_export_again_is_the_same_file(tmp_path: Path) -> None:
    run = write_log(tmp_path / "mail")
    log = (run / "metrics.jsonl").read_bytes()
    (first,) = export(run, tmp_path / "events")
    content = first.file.read_bytes()
    (again,) = export(run, tmp_path / "events")
    assert (again, again.file.read_bytes()) == (first, content)
    assert (run / "metrics.jsonl").read_bytes() == log
    assert len(list((tmp_path / "events").rglob("*"))) == 2


def test_every_log_below_a_folder_is_a_run_of_its_own(tmp_path: Path) -> None:
    for trial in ("a", "b"):
        write_log(tmp_path / "sweep" / "trials" / trial)
    made = export(tmp_path / "sweep", tmp_path / "events")
    assert [str(one.file.parent.relative_to(tmp_path / "events")) for one in made] == [
        "sweep/trials/a",
        "sweep/trials/b",
    ]


def test_a_row_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    run = write_log(tmp_path / "mail")
    with (run / "metrics.jsonl").open("a") as stream:
        stream.write('{"step": 3, "lo')
    (made,) = export(run, tmp_path / "events")
    assert points(made.file).keys() == WANTED.keys()


def test_a_damaged_row_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    run = write_log(tmp_path / "mail")
    log = run / "metrics.jsonl"
    log.write_text(log.read_text().replace('{"best":false', "{best", 1))
    with pytest.raises(StorageError, match=r"metrics\.jsonl:1"):
        export(run, tmp_path / "events")
    assert [path for path in (tmp_path / "events").rglob("*") if path.is_file()] == []


def test_a_folder_without_a_log_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"metrics\.jsonl.*run that trains"):
        export(tmp_path, tmp_path / "events")
    assert not (tmp_path / "events").exists()


def test_neither_tensorflow_nor_a_client_of_a_service_is_loaded() -> None:
    program = (
        "import sys, finewright.flows.tensorboard\n"
        "sys.exit(' '.join({'tensorflow', 'tensorboard', 'boto3', 'comet_ml', 'visdom'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
