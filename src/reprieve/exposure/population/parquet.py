"""A table in Parquet; needs pyarrow. Units are metadata of the columns, everything else of the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray

_TYPES = {"i": pyarrow.int64(), "U": pyarrow.string()}


class ParquetWriter:
    """Rows by column, compressed; a row group for each chunk.

    Parameters
    ----------
    path : where to
    about : its ``columns`` with their units, and everything else, kept under the key ``reprieve``
    """

    def __init__(self, path: Path, about: dict[str, Any]) -> None:
        self._path, self._about = path, about
        self._writer: Any = None

    def write(self, columns: dict[str, NDArray[np.generic]]) -> None:
        """Add the rows of one chunk."""
        if self._writer is None:
            self._writer = self._opened(columns)
        arrays = [pyarrow.array(values) for values in columns.values()]
        self._writer.write_table(pyarrow.Table.from_arrays(arrays, schema=self._writer.schema))

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()

    def _opened(self, columns: dict[str, NDArray[np.generic]]) -> Any:
        fields = [
            pyarrow.field(
                name,
                _TYPES.get(values.dtype.kind) or pyarrow.from_numpy_dtype(values.dtype),
                nullable=False,
                metadata={"unit": self._about["columns"][name]},
            )
            for name, values in columns.items()
        ]
        schema = pyarrow.schema(fields, metadata={"reprieve": json.dumps(self._about, ensure_ascii=False)})
        return pyarrow.parquet.ParquetWriter(self._path, schema, compression="zstd")
