# SPDX-License-Identifier: Apache-2.0
"""Writes PNGs of every depth, colour type and filter, sound or not."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def chunks_of(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and body of each chunk."""
    at = 8
    while at + 8 <= len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2))  # fmt: skip


def packed(rows: np.ndarray, depth: int) -> list[bytes]:
    """Pack samples (height x width x bands) into PNG rows."""
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in rows]
    if depth == 8:
        return [row.astype(np.uint8).tobytes() for row in rows]
    bits = (rows[:, :, :1] >> np.arange(depth - 1, -1, -1)) & 1
    return [np.packbits(row.reshape(-1).astype(np.uint8)).tobytes() for row in bits]


def filtered(rows: list[bytes], pixel_size: int, first_type: int) -> bytes:
    """Filter rows, cycling through the five types."""
    out, previous = b"", bytes(len(rows[0]) if rows else 0)
    for number, row in enumerate(rows):
        kind = (first_type + number) % 5
        shift = bytes(min(pixel_size, len(row)))
        a = np.frombuffer(shift + row[: len(row) - pixel_size], np.uint8)[: len(row)].astype(int)
        b = np.frombuffer(previous, np.uint8).astype(int)
        c = np.frombuffer(shift + previous[: len(row) - pixel_size], np.uint8)[: len(row)]
        c = c.astype(int)
        p = a + b - c
        near = np.where(abs(p - b) <= abs(p - c), b, c)
        paeth = np.where((abs(p - a) <= abs(p - b)) & (abs(p - a) <= abs(p - c)), a, near)
        guess = (np.zeros_like(a), a, b, (a + b) // 2, paeth)[kind]
        out += (
            bytes([kind])
            + ((np.frombuffer(row, np.uint8) - guess) & 255).astype(np.uint8).tobytes()
        )
        previous = row
    return out


def png(samples: np.ndarray, depth: int, colour: int, **options) -> bytes:
    """Write a PNG; samples are height x width x bands of `depth` bits.

    Options: interlaced, palette, extra (chunks before the data), pieces (number of IDAT chunks).
    """
    height, width, bands = samples.shape
    pixel_size = max(1, depth * bands // 8)
    interlaced = options.get("interlaced", False)
    data = b""
    for x, y, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = samples[y::dy, x::dx]
        if part.size:
            data += filtered(packed(part, depth), pixel_size, x + y)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    body = zlib.compress(data)
    step = -(-len(body) // options.get("pieces", 1))
    palette = options.get("palette")
    return (
        PNG_MAGIC
        + chunk(b"IHDR", header)
        + (chunk(b"PLTE", palette) if palette is not None else b"")
        + options.get("extra", b"")
        + b"".join(chunk(b"IDAT", body[i : i + step]) for i in range(0, len(body), step))
        + chunk(b"IEND", b"")
    )
