"""Parquet, batch by batch. A row's line is its 1-based number in the file. Knows nothing of what columns mean."""

from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.base.recipe import Data
from finewright.data.sources.row import Row, Rows

_BATCH = 1024


def rows(path: Path, settings: Data) -> Rows:  # noqa: ARG001 - every source has this signature; Parquet needs no settings
    """Rows in file order. Raises DataError where the file is no Parquet file or is damaged."""
    # Arrow takes a tenth of a second to import, which readers of other formats need not pay.
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                for number, values in enumerate(batch.to_pylist(), number + 1):  # noqa: B020
                    yield Row(number, values)
    except (arrow.ArrowException, OSError) as fault:
        reason = str(fault).strip().splitlines()[0]
        raise DataError(
            f"is not a readable Parquet file ({reason})", place=Place(path), remedy="export it again"
        ) from fault
