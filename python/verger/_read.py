# SPDX-License-Identifier: Apache-2.0
"""The tables of an output as data frames: one row an image, in either layout."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from verger._fetch import read_whole
from verger._places import Storage, is_s3, local_path, open_place
from verger._result import Places
from verger._storage_errors import io_error

if TYPE_CHECKING:
    import pyarrow as pa

    from verger._program import Place

_COLUMNS = {
    "features": ["path", "label", "features"],
    "pca": ["path", "label", "pca"],
    "rejected": ["path", "label", "reason", "message", "length"],
}
_VECTOR = "features_pca.values"  # The notebook layout has vectors as Spark ML's structs.


def read(
    output: Place,
    table: Literal["features", "pca", "rejected"] | None = None,
    *,
    as_: Literal["pandas", "pyarrow", "polars"] = "pandas",
    **storage: Any,
) -> Any:
    """Return a table of an output, one row an image, in the order of the sorted photographs.

        frame = verger.read("Results")                    # path, label, pca
        components = np.stack(frame["pca"])               # [n, k]

    `output` is what `verger run` or `verger.run` wrote, on this machine or on S3, in either layout.
    `table` is "features" (path, label, features), "pca" (path, label, pca) or "rejected" (path,
    label, reason, message, length); None is pca, or features where nothing was reduced. A cell of
    `features` or `pca` is an array of numbers. `as_` is the kind of table: a pandas or Polars
    DataFrame, or a pyarrow Table. `storage` are options as of `verger run`, such as `s3_endpoint`
    and `s3_region`.

    Needs pyarrow, and pandas or polars for their tables. Raises ModuleNotFoundError when one is not
    installed, ValueError for an unknown table, kind or option and for a table that the output does
    not have, and OSError when there is no finished output, or it cannot be read.
    """
    if as_ not in ("pandas", "pyarrow", "polars"):
        raise ValueError(f"as_ must be 'pandas', 'pyarrow' or 'polars', not {as_!r}.")
    if table is not None and table not in _COLUMNS:
        raise ValueError(f"table must be one of {', '.join(_COLUMNS)}, not {table!r}.")
    _check_installed(as_)
    place = os.fsdecode(output)
    record = read_record(place, **storage)
    if record["state"] != "done":
        raise OSError(f"The output {place} is not finished: go on with it by resume=True.")
    read_table = _table_of(place, record, table, storage)
    if as_ == "pandas":
        return read_table.to_pandas()
    if as_ == "polars":
        import polars as pl  # noqa: PLC0415 - optional

        return pl.from_arrow(read_table)
    return read_table


def read_record(output: str, **storage: Any) -> dict[str, Any]:
    """Return _verger/run.json of an output. OSError when there is none or it cannot be read.

    ModuleNotFoundError when it is on S3, and pyarrow is not installed.
    """
    place = f"{output.rstrip('/')}/_verger/run.json"
    if is_s3(place):
        _check_installed("pyarrow")
    try:
        if is_s3(place):
            text = read_whole(place, Storage.of(storage))
        else:
            text = Path(local_path(place)).read_bytes()
        record: dict[str, Any] = json.loads(text)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"There is no output of 'verger run' in {output}.") from error
    except OSError as error:
        raise io_error("read", place, error) from error
    except ValueError as error:
        raise OSError(f"{place} is damaged: it is no JSON document.") from error
    return record


def _check_installed(kind: str) -> None:
    """ModuleNotFoundError when what a kind of table needs is not installed, with the mend."""
    needed = ["pyarrow"] if kind == "pyarrow" else ["pyarrow", kind]
    for package in needed:
        if find_spec(package) is None:
            raise ModuleNotFoundError(
                f"Reading this needs {package}: pip install {' '.join(needed)}.", name=package
            )


def _table_of(
    place: str, record: dict[str, Any], table: str | None, storage: dict[str, Any]
) -> pa.Table:
    """Read a table's files in the order of their names, which is that of the shards."""
    from pyarrow import parquet  # noqa: PLC0415 - optional

    layout = record["options"]["layout"]
    wanted = table or ("pca" if record["reduction"] else "features")
    filesystem, folder = open_place(getattr(Places.of(place, layout), wanted), storage)
    files = _parts(filesystem, folder)
    if not files:
        raise ValueError(
            f"The output {place} has no table '{wanted}': it was made by 'verger "
            f"{record['command']}'."
        )
    columns = _COLUMNS[wanted]
    if wanted == "pca" and layout == "notebook":
        columns = ["path", "label", _VECTOR]
    rows = parquet.read_table(
        files, filesystem=filesystem, columns=columns, page_checksum_verification=True
    )
    return rows.rename_columns(_COLUMNS[wanted]).replace_schema_metadata(None)


def _parts(filesystem: Any, folder: str) -> list[str]:
    """Return a table's files: those of the folder itself, since tables lie within others."""
    from pyarrow import fs  # noqa: PLC0415 - optional

    listed = filesystem.get_file_info(fs.FileSelector(folder, allow_not_found=True))
    names = [file.path for file in listed if file.base_name.startswith("part-")]
    return sorted(names)
