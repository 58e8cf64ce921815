"""Parquet in batches, each on its way as Arrow writes it, and one file made of them again. Knows no kind of identifier.

Only columns in which something changed are built anew; a row whose new value its column cannot hold is told.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finewright.base.errors import DataError, Place
from finewright.flows.privacy.piece import Piece

if TYPE_CHECKING:
    import pyarrow

_BATCH = 1024
_GROUP = 1 << 26


def pieces(path: Path) -> Iterator[Piece]:
    """The rows in batches. Raises DataError where the file is no Parquet file or is damaged."""
    # Arrow takes a tenth of a second to import, which readers of other formats need not pay.
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    first = 1
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                yield Piece(path.name, "", batch=_bytes(batch), first=first, count=batch.num_rows)
                first += batch.num_rows
    except (arrow.ArrowException, OSError) as fault:
        reason = str(fault).strip().splitlines()[0]
        what = f"is not a readable Parquet file ({reason})"
        raise DataError(what, place=Place(path), remedy="export it again") from fault


def rows(batch: bytes) -> list[dict[str, Any]]:
    """The rows of a batch."""
    return list(_batch(batch).to_pylist())


def rebuilt(batch: bytes, changed: Mapping[int, Mapping[str, Any]], kept: Sequence[int]) -> bytes:
    """The batch with these rows exchanged and no other rows than the kept ones."""
    import pyarrow as arrow

    was = _batch(batch)
    columns = list(was.columns)
    for at, name in enumerate(was.schema.names):
        values = columns[at].to_pylist()
        new = [changed[row][name] if row in changed else value for row, value in enumerate(values)]
        if new != values:
            columns[at] = arrow.array(new, type=was.schema.field(at).type)
    made = arrow.RecordBatch.from_arrays(columns, schema=was.schema)
    return _bytes(made.take(arrow.array(kept, type=arrow.int64())))


def fits(batch: bytes, row: Mapping[str, Any]) -> str | None:
    """The first column that cannot hold what a row has in it now; None where all can."""
    import pyarrow as arrow

    for field in _batch(batch).schema:
        try:
            arrow.array([row[field.name]], type=field.type)
        except (arrow.ArrowException, TypeError, ValueError):
            return str(field.name)
    return None


def written(batches: Iterable[bytes], like: Path, path: Path) -> None:
    """Write the batches as a Parquet file with the schema and the compression of another."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    with parquet.ParquetFile(like) as file:
        schema, first = file.schema_arrow, file.metadata
        codec = first.row_group(0).column(0).compression if first.num_row_groups and first.num_columns else "SNAPPY"
    held: list[pyarrow.RecordBatch] = []
    with parquet.ParquetWriter(path, schema, compression="NONE" if codec == "UNCOMPRESSED" else codec) as writer:
        for batch in map(_batch, batches):
            held.append(batch)
            if sum(one.nbytes for one in held) >= _GROUP:
                writer.write_table(arrow.Table.from_batches(held, schema))
                held = []
        if held:
            writer.write_table(arrow.Table.from_batches(held, schema))


def _bytes(batch: "pyarrow.RecordBatch") -> bytes:
    import pyarrow as arrow

    sink = io.BytesIO()
    with arrow.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def _batch(content: bytes) -> "pyarrow.RecordBatch":
    import pyarrow as arrow

    with arrow.ipc.open_stream(content) as reader:
        return reader.read_next_batch()
