# SPDX-License-Identifier: Apache-2.0
"""Seeded damage to images: what a differential fuzz feeds to both sides."""

import random
import struct
import zlib
from collections.abc import Iterator

from parity.pixels.png_writer import PNG_MAGIC, chunk, chunks_of

INTERESTING = (0, 1, 2, 3, 4, 7, 8, 16, 127, 128, 217, 218, 224, 254, 255)


def flip_bits(file: bytes, rng: random.Random) -> bytes:
    """Flip a few bits."""
    out = bytearray(file)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def set_bytes(file: bytes, rng: random.Random) -> bytes:
    """Overwrite a few bytes, near the beginning more often than elsewhere."""
    out = bytearray(file)
    for _ in range(rng.choice((1, 1, 2, 4))):
        end = rng.choice((len(out), min(len(out), 200), min(len(out), 700)))
        out[rng.randrange(end)] = rng.choice((*INTERESTING, rng.randrange(256)))
    return bytes(out)


def truncate(file: bytes, rng: random.Random) -> bytes:
    """Cut the end off, often only a little of it."""
    longest = rng.choice((len(file), min(40, len(file))))
    return file[: len(file) - rng.randint(1, longest)]


def delete(file: bytes, rng: random.Random) -> bytes:
    """Take some bytes out."""
    at = rng.randrange(len(file))
    return file[:at] + file[at + rng.choice((1, 2, 3, 10, 100)) :]


def insert(file: bytes, rng: random.Random) -> bytes:
    """Put some bytes in."""
    at = rng.randrange(len(file))
    length = rng.choice((1, 2, 4, 50))
    filling = rng.choice((rng.randbytes(length), b"\xff" * length, b"\0" * length))
    marker = bytes([0xFF, rng.randrange(256)])
    return file[:at] + rng.choice((filling, marker)) + file[at:]


def splice(file: bytes, rng: random.Random) -> bytes:
    """Repeat one part of the file at another place."""
    start = rng.randrange(len(file))
    part = file[start : start + rng.randrange(1, 200)]
    at = rng.randrange(len(file))
    return file[:at] + part + file[at + rng.choice((0, len(part))) :]


def segments_of(jpeg: bytes) -> Iterator[bytes]:
    """Yield the marker segments of a JPEG; the first scan and the rest are the last piece."""
    at = 2
    yield jpeg[:2]
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA:
        (length,) = struct.unpack(">H", jpeg[at + 2 : at + 4])
        yield jpeg[at : at + 2 + length]
        at += 2 + length
    yield jpeg[at:]


def shuffle_pieces(pieces: list[bytes], rng: random.Random) -> list[bytes]:
    """Drop, repeat, move or damage one of the pieces."""
    pieces = list(pieces)
    at = rng.randrange(len(pieces))
    action = rng.randrange(4)
    if action == 0:
        del pieces[at]
    elif action == 1:
        pieces.insert(rng.randrange(len(pieces)), pieces[at])
    elif action == 2:
        pieces.insert(rng.randrange(len(pieces)), pieces.pop(at))
    else:
        pieces[at] = rng.choice((flip_bits, set_bytes, truncate))(pieces[at] or b"\0", rng)
    return pieces


def shuffle_segments(jpeg: bytes, rng: random.Random) -> bytes:
    """Disorder the marker segments."""
    return b"".join(shuffle_pieces(list(segments_of(jpeg)), rng))


def shuffle_chunks(png: bytes, rng: random.Random) -> bytes:
    """Disorder the chunks; their checksums stay right."""
    pieces = [chunk(name, body) for name, body in chunks_of(png)]
    return PNG_MAGIC + b"".join(shuffle_pieces(pieces, rng))


def edit_chunk(png: bytes, rng: random.Random) -> bytes:
    """Damage the body of a chunk under a right checksum."""
    pieces = list(chunks_of(png))
    at = rng.randrange(len(pieces))
    name, body = pieces[at]
    damaged = rng.choice((flip_bits, set_bytes, truncate, insert))(body or b"\0", rng)
    pieces[at] = (name, damaged)
    return PNG_MAGIC + b"".join(chunk(*piece) for piece in pieces)


def edit_data(png: bytes, rng: random.Random) -> bytes:
    """Damage the samples, or their number, within a sound stream of sound or broken checksum."""
    pieces = list(chunks_of(png))
    packed = b"".join(body for name, body in pieces if name == b"IDAT")
    try:
        samples = zlib.decompress(packed)
    except zlib.error:
        return png
    samples = rng.choice((flip_bits, set_bytes, truncate, insert, delete))(samples or b"\0", rng)
    packed = zlib.compress(samples, rng.choice((0, 1, 6)))
    if rng.random() < 0.3:
        packed = packed[: -rng.randrange(1, 6)] + rng.randbytes(rng.randrange(5))
    out, split = PNG_MAGIC, rng.randrange(len(packed) + 1)
    for name, body in pieces:
        if name != b"IDAT":
            out += chunk(name, body)
        elif packed:
            out += chunk(b"IDAT", packed[:split]) + chunk(b"IDAT", packed[split:])
            packed = b""
    return out


ANYWHERE = (flip_bits, set_bytes, truncate, delete, insert, splice)
BY_MAGIC = {
    b"\xff": (*ANYWHERE, shuffle_segments, shuffle_segments),
    b"\x89": (*ANYWHERE, shuffle_chunks, shuffle_chunks, edit_chunk, edit_chunk, edit_data),
}


def mutants(files: dict[str, bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield damaged images, each with what was done to which file."""
    rng = random.Random(seed)
    names = sorted(files)
    for number in range(count):
        name = rng.choice(names)
        file, done = files[name], []
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            mutate = rng.choice(BY_MAGIC.get(file[:1], ANYWHERE))
            if len(file) > 60:
                file = mutate(file, rng)
                done.append(mutate.__name__)
        yield f"{number} {name} {'+'.join(done)}", file
