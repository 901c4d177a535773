# SPDX-License-Identifier: Apache-2.0
"""The images that fuzzing starts from; make_seeds.py writes them."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, PngImagePlugin

RNG = np.random.default_rng(1)
Save = Callable[[str, str, bytes], None]


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


def jpegs(save: Save) -> None:
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
    # They have so many rows that the resize takes them in blocks, in either order of its passes.
    slope = Image.linear_gradient("L")
    for name, size in {"blocks": (520, 500), "tall": (190, 1300)}.items():
        save("image", f"{name}.jpg", encoded(slope.resize(size), format="JPEG", exif=turned))


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


def pngs(save: Save) -> None:
    """Write PNGs of every layout, plain and interlaced."""
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


def pngs_of_chunks(save: Save) -> None:
    """Write PNGs with every chunk that is looked into, and other formats."""
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
