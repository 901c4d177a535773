# SPDX-License-Identifier: Apache-2.0
"""Write the inputs that the fuzz targets start from: tests/fuzz/<target>/corpus/.

usage: .venv/parity/bin/python tests/fuzz/make_seeds.py

Small and synthetic, one file a form. The files are committed; make them anew when a format changes.
"""

import hashlib
import io
import json
import struct
import tarfile
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from answer_seeds import forms, s3_answers
from crew_seeds import crew_messages
from familiarity_seeds import familiarities
from image_seeds import jpegs, pngs, pngs_of_chunks
from inventory_seeds import inventories
from onnx_seeds import onnx_models

HERE = Path(__file__).parent
RNG = np.random.default_rng(1)


def save(target: str, name: str, data: bytes) -> None:
    """Write one input."""
    folder = HERE / target / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def sha256(data: bytes) -> str:
    """Return the SHA-256 as the formats hold it."""
    return hashlib.sha256(data).hexdigest()


def hdf5(name: str, fill, **options: object) -> None:
    """Write an HDF5 file that `fill` puts arrays into."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as file:
        fill(file)
    save("weights", name, buffer.getvalue())


def network_shapes() -> list[tuple[str, tuple[int, ...], int]]:
    """Return class, kernel shape and output channels of each convolution of MobileNetV2 1.0."""
    layers = [("conv2d", (3, 3, 3, 32), 32)]
    stages = [(1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1)]
    channels = 32
    for expansion, out, repeats in stages:
        for _ in range(repeats):
            inner = expansion * channels
            if expansion != 1:
                layers.append(("conv2d", (1, 1, channels, inner), inner))
            layers.append(("depthwise_conv2d", (3, 3, inner, 1), inner))
            layers.append(("conv2d", (1, 1, inner, out), out))
            channels = out
    return [*layers, ("conv2d", (1, 1, channels, 1280), 1280)]


def fill_network(file: h5py.File) -> None:
    """Put the whole network there as Keras 3 names it; no data, which reads as zeros.

    The layers lie eight to a group: more would go into a heap, in this form of the format.
    """
    counts: dict[str, int] = {}

    def place(kind: str) -> str:
        layers, number = sum(counts.values()), counts.get(kind, 0)
        counts[kind] = number + 1
        group = f"layers/{layers // 64}/{layers // 8 % 8}/"
        return group + f"{kind}{f'_{number}' if number else ''}/vars/"

    for kind, shape, out in network_shapes():
        file.create_dataset(place(kind) + "0", shape, "<f4", track_times=False)
        norm = place("batch_normalization")
        for i in range(4):
            file.create_dataset(norm + str(i), (out,), "<f4", track_times=False)


def weights() -> None:
    """Write HDF5 files as Keras does, and in the library's other ways of storing."""

    def plain(file):
        file["Conv1/Conv1/kernel:0"] = np.ones((3, 3, 3, 2), np.float32)
        file["bn_Conv1/bn_Conv1/gamma:0"] = np.arange(2, dtype=np.float64)

    def attributes(file):
        plain(file)
        file.attrs["layer_names"] = ["Conv1", "bn_Conv1"]
        file.attrs["backend"] = "tensorflow"

    def kinds(file):
        file.create_dataset("half", (4,), "<f2", track_times=False)
        file.create_dataset("big", (4,), ">f4", track_times=False)[:] = 1
        file.create_dataset("integers", (4,), "<i4", track_times=False)
        file.create_dataset("chunks", (8,), "<f4", chunks=(4,), compression="gzip")[:] = 2
        file.create_dataset("text", (2,), h5py.string_dtype())
        file["scalar"] = np.float32(3)
        file["soft"] = h5py.SoftLink("/half")
        file["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
        file["loop/to"] = file["/"]

    def many(file):
        for i in range(12):
            file.create_dataset(f"layers/conv2d_{i}/vars/0", (2,), "<f4", track_times=False)[:] = i

    for version, options in {"earliest": {}, "latest": {"libver": "latest"}}.items():
        for fill in (plain, attributes, kinds, many):
            hdf5(f"{fill.__name__}_{version}.h5", fill, **options)
    hdf5("network.h5", fill_network, libver="latest")


def part(name: str) -> dict[str, object]:
    """Return what a manifest says of a file."""
    return {"name": name, "rows": 9, "bytes": 123, "sha256": sha256(name.encode())}


def manifests() -> None:
    """Write the JSON files of a run."""
    counts = {"listed": 10, "features": 9, "rejected": 1, "rejected_by_reason": {"truncated": 1}}
    shard = {"format": "verger-shard", "version": 1, "shard": 7, "begin": 70, "end": 80}
    shard |= {"counts": counts, "inputs_sha256": "aa", "options_sha256": "bb", "model_sha256": ""}
    shard |= {"features": part("features/p"), "rejected": part("rejected/p")}
    shard |= {"moments": None, "pca": None}
    options = {"pattern": "*.jpg", "recursive": True, "max_pixels": 178_956_970}
    options |= {"exif_orientation": False, "precision": "f32", "variance": 0.95, "components": 0}
    options |= {"layout": "tables", "parts": 24, "strict": False, "threads": 2}
    options |= {"s3_endpoint": "", "s3_region": "", "s3_addressing": "", "s3_anonymous": False}
    model = {"name": "Net", "weights": "w.h5", "weights_sha256": "ee", "engine": "Engine 1"}
    model |= {"precision": "bf16", "width": 1280, "untrained": True}
    run = {"format": "verger-run", "version": 1, "verger_version": "0.1.0", "command": "run"}
    run |= {"state": "done", "started": "2025-01-31T12:00:00Z", "input": "file:/in"}
    run |= {"output": "file:/out", "options": options, "model": model, "counts": counts}
    run |= {"shards": {"total": 24, "resumed": 3, "resumed_images": 30}, "width": 1280}
    ratios = {"cumulative_below": 0.94, "cumulative": 0.95, "cumulative_above": 0.96}
    run |= {"reduction": {"k": 2, "count": 9, **ratios}}
    run |= {"precision_check": {"images": 3, "lowest_cosine": 0.99, "median_cosine": 0.999}}
    run |= {"seconds": {"extract": 1.5}, "cpu_seconds": {"extract": 2.5, "read": 0.5}}
    reduction = {"format": "verger-reduction", "version": 1}
    reduction |= {"parts": [part("pca/p")], "model": [part("model/model.json")]}
    lease = {"format": "verger-lease", "version": 1, "token": "t", "command": "run"}
    lease |= {"state": "held", "host": "h", "machine": "m", "pid": 7, "process_started": 1}
    lease |= {"lapses": "2025-01-31T12:00:00Z", "lapses_ms": 1_738_324_800_000}
    documents = {"shard": shard, "run": run, "reduction": reduction, "lease": lease}
    documents |= crew_messages(part("m"))
    for name, document in documents.items():
        save("manifest", f"{name}.json", json.dumps(document).encode())


def moments() -> None:
    """Write moments of narrow tables."""
    for name, rows in {"one": (1, 3), "two": (2, 3), "some": (9, 5), "none": (0, 2)}.items():
        table = RNG.random(rows)
        count, width = rows
        mean = table.mean(axis=0) if count else np.zeros(width)
        second = (table - mean).T @ (table - mean) if count > 1 else np.zeros((width, width))
        head = struct.pack("<16sIIq", b"verger moments\r\n", 1, width, count)
        data = head + mean.tobytes() + second[np.triu_indices(width)].tobytes()
        save("moments", name, data + sha256(data).encode())


def npy(array: np.ndarray) -> bytes:
    """Return NumPy's own form of the array."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=(1, 0))
    return buffer.getvalue()


def pca_models() -> None:
    """Write the files of models in a row, as pca_model.cc parts them."""
    for name, (width, k) in {"narrow": (1, 1), "square": (3, 3), "wide": (6, 2)}.items():
        arrays = {
            "mean.npy": np.arange(width) + 0.5,
            "deviation.npy": np.arange(width) + 0.25,
            "eigenvalues.npy": np.arange(width, 0, -1) + 0.0,
            "components.npy": np.eye(width)[:k].copy(),
        }
        files = {file: npy(array) for file, array in arrays.items()}
        model = {"format": "verger-pca", "version": 1, "width": width, "k": k, "count": 50}
        provenance = {"verger_version": "0.1.0", "model_name": "Net", "weights": "w.h5"}
        provenance |= {"weights_sha256": "ab", "precision": "f32", "untrained": True}
        model |= {"variance": 0.8, "provenance": provenance}
        model["arrays"] = {file: {"sha256": sha256(data)} for file, data in files.items()}
        pieces = [json.dumps(model).encode(), *files.values()]
        save("pca_model", name, b"\n--\n".join(pieces))


def parquet_files() -> None:
    """Write features tables as Spark, pandas and others may."""
    rows = 5
    text = pa.array([f"file:/é{i}" for i in range(rows)])
    values = [[float(i), 0.0, 1e-40] for i in range(rows)]
    kinds = {
        "snappy": (pa.list_(pa.float32()), {"compression": "snappy"}),
        "plain": (pa.list_(pa.float64()), {"compression": "none", "use_dictionary": False}),
        "large_list": (pa.large_list(pa.float32()), {"compression": "zstd", "row_group_size": 2}),
        "version2": (pa.list_(pa.float32()), {"data_page_version": "2.0"}),
        "checksums": (pa.list_(pa.float32()), {"write_page_checksum": True}),
        "integers": (pa.list_(pa.int32()), {}),
    }
    for name, (kind, options) in kinds.items():
        cast = [[int(v) for v in row] for row in values] if name == "integers" else values
        table = pa.table({"path": text, "label": text, "features": pa.array(cast, kind)})
        buffer = io.BytesIO()
        pq.write_table(table, buffer, store_schema=False, **options)
        save("features", f"{name}.parquet", buffer.getvalue())


def packed_tables() -> None:
    """Write tables of images, as Spark, Hugging Face and others lay them out."""
    content = [b"\xff\xd8 one", b"", None, b"\x89PNG four"]
    binary_file = pa.table(
        {
            "path": [f"file:/Test/Pear/{i}.jpg" for i in range(4)],
            "length": pa.array([7, 0, 0, 9], pa.int64()),
            "content": pa.array(content, pa.binary()),
        }
    )
    nested = pa.table(
        {
            "image": pa.array([{"bytes": b, "path": "1.jpg"} for b in content]),
            "label": pa.array([1, 2, None, 4], pa.int32()),
        }
    )
    classes = {"label": {"_type": "ClassLabel", "names": ["Apple", "Pear", "Fig"]}}
    metadata = {"huggingface": json.dumps({"info": {"features": classes}})}
    named = nested.replace_schema_metadata(metadata)
    tables = {"binary_file": binary_file, "hugging_face": nested, "named_classes": named}
    for name, table in tables.items():
        for compression in ("none", "snappy", "zstd"):
            buffer = io.BytesIO()
            pq.write_table(table, buffer, row_group_size=2, compression=compression)
            save("packed", f"{name}_{compression}.parquet", buffer.getvalue())


def tars() -> None:
    """Write tars in the three formats, with names long and strange."""
    names = ["Pear/1.jpg", "Pear/1.cls", "../up.png", "long/" * 30 + "2.jpg", "é/3.jpg"]
    for name, form in (
        ("ustar", tarfile.USTAR_FORMAT),
        ("gnu", tarfile.GNU_FORMAT),
        ("pax", tarfile.PAX_FORMAT),
    ):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
            for member in names:
                info = tarfile.TarInfo(member)
                info.size = 5
                tar.addfile(info, io.BytesIO(b"bytes"))
            link = tarfile.TarInfo("link.jpg")
            link.type, link.linkname = tarfile.SYMTYPE, "Pear/1.jpg"
            tar.addfile(link)
        save("tar", f"{name}.tar", buffer.getvalue())
        save("tar", f"{name}_unmarked.tar", buffer.getvalue()[: tar.offset - 1024])


def texts() -> None:
    """Write globs with names, and the files of AWS' settings."""
    names = {
        "brace": "*.{jpg,p{n,ng}}\na/1.png",
        "hidden": "_MG_*\n_k=v/_MG_1.JPG",
        "hive": "kind\nfile:/t/kind=Apple%20Red/../1.jpg",
        "latin": "*\nP\udceache/c\x1b[31m\udce9.jpg\0",
        "secret": "x\ns3://KEY:SE/CRET@bucket/Test",
        "log": "{a,b\nt/metadata/v1.metadata.json",
    }
    for name, text in names.items():
        save("names", name, text.encode(errors="surrogateescape"))
    credentials = "[default]\naws_access_key_id = A\n[lab]\naws_secret_access_key=b\n\0"
    config = "[profile lab]\nservices = near\n[services near]\ns3 =\n  endpoint_url = http://h:1\n"
    save("aws_profile", "both", (credentials + config).encode())
    save("aws_profile", "odd", b"\0[profile lab\n= x\n  s3 = \n[]\n[services \n; c\nendpoint_url")


def main() -> None:
    """Write the inputs of every target."""
    for make_with in (inventories, jpegs, pngs, pngs_of_chunks, onnx_models, s3_answers, forms):
        make_with(save)
    familiarities(save)
    for make in (
        weights,
        manifests,
        moments,
        pca_models,
        parquet_files,
        packed_tables,
        tars,
        texts,
    ):
        make()


if __name__ == "__main__":
    main()
