# SPDX-License-Identifier: Apache-2.0
"""The zoo: one small image of every kind that the two sides must agree on."""

import io
import struct
from collections.abc import Iterator

import numpy as np
from parity.pixels.png_writer import PNG_MAGIC, chunk, png
from parity.pixels.sides import encode_jpeg
from PIL import Image, PngImagePlugin

ORIENTATION = 0x0112


def scene(width: int, height: int, bands: int = 3, seed: int = 0) -> np.ndarray:
    """Return a picture with slopes, edges and noise, as 8-bit samples."""
    generator = np.random.default_rng([seed, width, height, bands])
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for _ in range(bands):
        fx, fy, phase = generator.uniform(0.01, 0.4, 3)
        waves = 90 * np.sin(fx * x + 9 * phase) + 60 * np.cos(fy * y)
        edge = 60 * ((x * fy + y * fx) % 7 < 3)
        planes.append(110 + waves + edge + generator.normal(0, 12, x.shape))
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def saved(image: Image.Image, kind: str, **options) -> bytes:
    """Return the file that Pillow writes."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def picture(width: int, height: int, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """Return a scene in one of Pillow's modes."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    samples = scene(width, height, bands, seed)
    return Image.fromarray(samples if bands > 1 else samples[:, :, 0], mode)


def exif_of(orientation: int) -> bytes:
    """Return EXIF data with an orientation."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif.tobytes()


def jpegs_by_pillow() -> Iterator[tuple[str, bytes]]:
    """Yield the JPEGs that Pillow itself can write."""
    sizes = [(1, 1), (1, 40), (40, 1), (2, 3), (7, 7), (8, 8), (15, 17), (16, 16), (100, 100),
             (224, 224), (224, 100), (100, 224), (225, 223), (333, 500), (1000, 9)]  # fmt: skip
    for width, height in sizes:
        yield f"jpeg-{width}x{height}", saved(picture(width, height), "JPEG")
    for mode in ("L", "CMYK"):
        yield f"jpeg-{mode}", saved(picture(61, 47, mode), "JPEG")
        yield f"jpeg-{mode}-progressive", saved(picture(61, 47, mode), "JPEG", progressive=True)
    for subsampling in (0, 1, 2):
        for width in (33, 34, 48):
            options = {"subsampling": subsampling, "quality": 91}
            name = f"jpeg-subsampling{subsampling}-{width}"
            yield name, saved(picture(width, 35), "JPEG", **options)
            yield (
                f"{name}-progressive",
                saved(picture(width, 35), "JPEG", progressive=True, **options),
            )


def odd_jpegs_by_pillow() -> Iterator[tuple[str, bytes]]:
    """Yield JPEGs with something unusual about the file."""
    plain = saved(picture(50, 40), "JPEG")
    yield "jpeg-keep-rgb", saved(picture(50, 40), "JPEG", keep_rgb=True)
    yield "jpeg-quality1", saved(picture(50, 40), "JPEG", quality=1)
    yield "jpeg-quality100", saved(picture(50, 40), "JPEG", quality=100)
    yield "jpeg-restart", saved(picture(90, 70), "JPEG", restart_marker_blocks=3)
    yield "jpeg-restart-rows", saved(picture(90, 70), "JPEG", restart_marker_rows=1)
    yield "jpeg-trailing-garbage", plain + bytes(range(256)) * 9
    yield "jpeg-two-in-one", plain + saved(picture(9, 9), "JPEG")
    yield "jpeg-no-end-marker", plain[:-2]
    yield "jpeg-long-comment", saved(picture(50, 40), "JPEG", comment=b"x" * 65000)
    yield (
        "jpeg-header-over-64-kib",
        saved(picture(50, 40), "JPEG", icc_profile=bytes(range(256)) * 600),
    )
    yield "jpeg-over-64-kib", saved(picture(400, 300), "JPEG", quality=100, subsampling=0)
    yield (
        "mpo",
        saved(picture(50, 40), "MPO", save_all=True, append_images=[picture(50, 40, seed=1)]),
    )
    yield (
        "jpeg-grey-noise",
        saved(
            Image.fromarray(np.random.default_rng(5).integers(0, 256, (64, 64), np.uint8)), "JPEG"
        ),
    )


def jpegs_by_encoder() -> Iterator[tuple[str, bytes]]:
    """Yield the JPEGs that need an encoder with more settings."""
    samplings = {
        "444": "1x1,1x1,1x1",
        "422": "2x1,1x1,1x1",
        "440": "1x2,1x1,1x1",
        "420": "2x2,1x1,1x1",
        "411": "4x1,1x1,1x1",
        "410": "4x2,1x1,1x1",
        "441": "1x4,1x1,1x1",
        "uneven": "2x2,2x1,1x2",
        "chroma-finer": "1x1,2x2,2x2",
    }
    for name, sampling in samplings.items():
        for width, height in ((37, 29), (64, 48)):
            for flags in ((), ("progressive",), ("arithmetic",), ("progressive", "arithmetic")):
                label = "-".join(["jpeg", name, f"{width}x{height}", *flags])
                yield label, encode_jpeg(scene(width, height), "ycc", sampling, *flags)
    for colour, bands in (("grey", 1), ("rgb", 3), ("cmyk", 4), ("ycck", 4)):
        for sampling in ("1x1,1x1,1x1,1x1", "2x2,1x1,1x1,2x2"):
            for flags in ((), ("progressive",), ("arithmetic",)):
                label = "-".join(["jpeg", colour, sampling[:3], *flags])
                yield label, encode_jpeg(scene(53, 41, bands), colour, sampling, *flags)
    restart = encode_jpeg(scene(90, 70), "ycc", "2x2,1x1,1x1", "arithmetic", restart=2)
    yield "jpeg-arithmetic-restart", restart


def pngs() -> Iterator[tuple[str, bytes]]:
    """Yield the PNGs of every depth and colour type."""
    kinds = [(1, 0, 1), (2, 0, 1), (4, 0, 1), (8, 0, 1), (16, 0, 1), (8, 2, 3), (16, 2, 3),
             (1, 3, 1), (2, 3, 1), (4, 3, 1), (8, 3, 1), (8, 4, 2), (16, 4, 2), (8, 6, 4),
             (16, 6, 4)]  # fmt: skip
    generator = np.random.default_rng(3)
    for depth, colour, bands in kinds:
        palette = generator.bytes(3 << depth) if colour == 3 else None
        for width, height in ((1, 1), (3, 5), (29, 31)):
            samples = generator.integers(0, 1 << depth, (height, width, bands))
            for interlaced in (False, True):
                suffix = "-interlaced" if interlaced else ""
                name = f"png-{depth}bit-colour{colour}-{width}x{height}{suffix}"
                yield name, png(samples, depth, colour, interlaced=interlaced, palette=palette)


def odd_pngs() -> Iterator[tuple[str, bytes]]:
    """Yield PNGs with something unusual about the file."""
    generator = np.random.default_rng(4)
    yield "png-16bit-dark", png(generator.integers(0, 300, (20, 20, 1)), 16, 0)
    samples = generator.integers(0, 4, (17, 19, 1))
    colours = generator.bytes(12)
    for name, body in (("one", b"\xff\0"), ("many", b"\x80\0\x10"), ("empty", b"")):
        transparency = chunk(b"tRNS", body)
        yield (
            f"png-palette-transparency-{name}",
            png(samples, 2, 3, palette=colours, extra=transparency),
        )
    yield "png-grey-transparency", png(samples, 8, 0, extra=chunk(b"tRNS", b"\0\1"))
    yield "png-rgb-transparency", saved(picture(20, 20), "PNG", transparency=(1, 2, 3))
    yield "png-short-palette", png(samples, 8, 3, palette=colours[:6])
    yield "png-no-palette", png(samples, 8, 3)
    yield "png-many-pieces", png(scene(40, 30), 8, 2, pieces=23)
    yield "png-by-pillow", saved(picture(300, 200), "PNG")
    yield "png-224", saved(picture(224, 224), "PNG")
    yield "png-over-64-kib", saved(picture(300, 200, "RGBA"), "PNG")
    yield "png-short-stream", short_png(rows=4)
    yield "png-no-end-chunk", png(scene(20, 20), 8, 2)[:-12]
    yield (
        "apng",
        saved(picture(30, 20), "PNG", save_all=True, append_images=[picture(30, 20, seed=1)]),
    )
    yield "apng-default-image", saved(
        picture(30, 20), "PNG", save_all=True, default_image=True,
        append_images=[picture(30, 20, seed=s) for s in (1, 2)],
    )  # fmt: skip
    for interlaced in (False, True):
        yield f"apng-offset-frame{'-interlaced' * interlaced}", offset_frame(interlaced)


def short_png(rows: int) -> bytes:
    """Return a PNG whose compressed data end, in good order, before its last row."""
    whole = png(scene(12, rows), 8, 2)
    header = struct.pack(">IIBBBBB", 12, 2 * rows, 8, 2, 0, 0, 0)
    return PNG_MAGIC + chunk(b"IHDR", header) + whole[33:]


def offset_frame(interlaced: bool) -> bytes:
    """Return an animation whose first frame covers a part of the canvas."""
    frame = struct.pack(">IIIIIHHBB", 0, 12, 10, 5, 3, 1, 10, 0, 0)
    part = png(scene(12, 10), 8, 2, interlaced=interlaced)
    header = struct.pack(">IIBBBBB", 30, 20, 8, 2, 0, 0, interlaced)
    extra = chunk(b"acTL", struct.pack(">II", 1, 0)) + chunk(b"fcTL", frame)
    return PNG_MAGIC + chunk(b"IHDR", header) + extra + part[33:]


def oriented() -> Iterator[tuple[str, bytes]]:
    """Yield images that carry an orientation."""
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", '<x tiff:Orientation="6"/>')
    yield "png-xmp-orientation", saved(picture(31, 18), "PNG", pnginfo=text)
    raw = PngImagePlugin.PngInfo()
    body = exif_of(8)
    raw.add_text("Raw profile type exif", f"\nexif\n{len(body):8}\n{body.hex()}\n", zip=True)
    yield "png-raw-profile-orientation", saved(picture(31, 18), "PNG", pnginfo=raw)
    for orientation in range(10):
        exif = exif_of(orientation)
        yield f"jpeg-orientation{orientation}", saved(picture(31, 18), "JPEG", exif=exif)
        yield f"png-orientation{orientation}", saved(picture(31, 18), "PNG", exif=exif)
    big_endian = b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    yield "jpeg-orientation-big-endian", saved(picture(31, 18), "JPEG", exif=big_endian)
    yield "jpeg-exif-damaged", saved(picture(31, 18), "JPEG", exif=b"Exif\0\0nonsense")
    yield (
        "jpeg-xmp-orientation",
        saved(picture(31, 18), "JPEG", xmp=b"<tiff:Orientation>3</tiff:Orientation>"),
    )


def all_images() -> dict[str, bytes]:
    """Return the whole zoo by name."""
    kinds = (
        jpegs_by_pillow(),
        odd_jpegs_by_pillow(),
        jpegs_by_encoder(),
        pngs(),
        odd_pngs(),
        oriented(),
    )
    return {name: file for kind in kinds for name, file in kind}
