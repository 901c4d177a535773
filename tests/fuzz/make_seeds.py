"""Write the inputs that the fuzz targets start from: tests/fuzz/<target>/corpus/.

usage: .venv/parity/bin/python tests/fuzz/make_seeds.py

Small and synthetic, one file a form. The files are committed; make them anew when a format changes.
"""

import hashlib
import io
import json
import struct
import zlib
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, PngImagePlugin

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


def picture(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Return slopes and an edge."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([5 * x + 2 * y, x * y // 3, (x // 5 + y // 3) % 2 * 200], axis=-1)
    return Image.fromarray(rgb.astype(np.uint8)).convert(mode)


def encoded(image: Image.Image, **options: object) -> bytes:
    """Return the file that Pillow makes of the image."""
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


def jpegs() -> None:
    """Write JPEGs of every kind that Pillow makes."""
    turned = Image.Exif()
    turned[0x0112] = 6
    kinds = {
        "baseline": ("RGB", {"quality": 80}),
        "444": ("RGB", {"subsampling": 0}),
        "progressive": ("RGB", {"progressive": True}),
        "grey": ("L", {}),
        "cmyk": ("CMYK", {}),
        "restarts": ("RGB", {"restart_marker_blocks": 1}),
        "turned": ("RGB", {"exif": turned}),
        "profile": ("RGB", {"icc_profile": b"profile" * 9, "comment": b"a comment"}),
    }
    for name, (mode, options) in kinds.items():
        save("image", f"{name}.jpg", encoded(picture(21, 13, mode), format="JPEG", **options))


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(header: tuple[int, int, int, int, int], rows: bytes, *before: bytes) -> bytes:
    """Return a PNG whose rows are stored as they are, so that changing a byte changes a pixel."""
    width, height, depth, colour, interlaced = header
    ihdr = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    chunks = [chunk(b"IHDR", ihdr), *before, chunk(b"IDAT", zlib.compress(rows, 0))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


# The passes of an interlaced PNG: column step, row step, first column, first row.
ADAM7 = [(8, 8, 0, 0), (8, 8, 4, 0), (4, 8, 0, 4), (4, 4, 2, 0), (2, 4, 0, 2), (2, 2, 1, 0)]
ADAM7.append((1, 2, 0, 1))


def png_rows(bits: int, interlaced: bool) -> bytes:
    """Return random rows of a 9 by 6 image, of every filter type in turn."""
    rows = b""
    for step_x, step_y, first_x, first_y in ADAM7 if interlaced else [(1, 1, 0, 0)]:
        size = (len(range(first_x, 9, step_x)) * bits + 7) // 8
        rows += b"".join(bytes([y % 5]) + RNG.bytes(size) for y in range(first_y, 6, step_y))
    return rows


def pngs() -> None:
    """Write PNGs of every layout, plain and interlaced, with every chunk that is looked into."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
    palette = chunk(b"PLTE", bytes(range(48)))
    for colour, depth in [
        (0, 1),
        (0, 4),
        (0, 16),
        (2, 8),
        (2, 16),
        (3, 2),
        (3, 8),
        (4, 8),
        (6, 16),
    ]:
        for interlaced in (0, 1):
            rows = png_rows(samples[colour] * depth, interlaced == 1)
            before = [palette] if colour == 3 else []
            name = f"type{colour}_{depth}{'_interlaced' if interlaced else ''}.png"
            save("image", name, png((9, 6, depth, colour, interlaced), rows, *before))
    rows = b"".join(b"\x00" + RNG.bytes(3 * 4) for _ in range(4))
    text = zlib.compress(b"text")
    raw_exif = b"\nexif\n 14\n" + b"Exif\0\0MM\0*\0\0\0\x08".hex().encode() + b"\n"
    metadata = [
        chunk(b"gAMA", struct.pack(">I", 45455)),
        chunk(b"iCCP", b"name\0\0" + text),
        chunk(b"tRNS", bytes(6)),
        chunk(b"tEXt", b"Raw profile type exif\0" + raw_exif),
        chunk(b"zTXt", b"key\0\0" + text),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0en\0key\0" + text),
        chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"),
    ]
    save("image", "metadata.png", png((4, 4, 8, 2, 0), rows, *metadata))
    frame = struct.pack(">IIIIIHHBB", 0, 4, 4, 0, 0, 1, 1, 0, 0)
    animation = [chunk(b"acTL", struct.pack(">II", 2, 0)), chunk(b"fcTL", frame)]
    save("image", "animated.png", png((8, 8, 8, 2, 0), rows, *animation))
    info = PngImagePlugin.PngInfo()
    info.add_text("key", "text", zip=True)
    save("image", "pillow.png", encoded(picture(21, 13), format="PNG", pnginfo=info))
    save("image", "other.gif", encoded(picture(5, 5, "P"), format="GIF"))
    save("image", "other.svg", b"<?xml version='1.0'?><svg></svg>")


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
    options = {"pattern": "*.jpg", "recursive": True, "max_pixels": 178956970}
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
    lease |= {"lapses": "2025-01-31T12:00:00Z", "lapses_ms": 1738324800000}
    documents = {"shard": shard, "run": run, "reduction": reduction, "lease": lease}
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


def main() -> None:
    """Write the inputs of every target."""
    for make in (jpegs, pngs, weights, manifests, moments, pca_models, parquet_files):
        make()


if __name__ == "__main__":
    main()
