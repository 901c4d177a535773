# SPDX-License-Identifier: Apache-2.0
"""What people give as images -> what the native module takes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from verger._fetch import read_whole
from verger._places import Storage, is_s3, local_path
from verger._storage_errors import io_error


def prepared(image: object, *, upright: bool = False) -> tuple[object, str]:
    """Return what the native module takes of an image, and "".

    Or None, which it rejects as unreadable, and why it is so, in a sentence. A PIL image is taken
    as the bytes of its file would be; with `upright` that is by its EXIF orientation too.
    """
    if isinstance(image, os.PathLike):
        image = os.fspath(image)
    if isinstance(image, str):
        return _of_place(str(image))
    if isinstance(image, bytes):
        return bytes(image), ""  # numpy.bytes_ is one, and has dimensions of its own
    if _is_pil(image):
        return _of_pil(image, upright=upright)
    if isinstance(image, np.ndarray) or hasattr(image, "__array_interface__"):
        return np.ascontiguousarray(image), ""
    return image, ""


def sequence_of_images(images: Any) -> Any:
    """Return it. TypeError, with the mend, for what people give in its place."""
    one = isinstance(images, (str, bytes, os.PathLike)) or _is_pil(images)
    if one or (isinstance(images, np.ndarray) and images.ndim in (0, 2, 3)):
        raise TypeError("Give a sequence of images; one image goes into a list by itself: [image].")
    kind = type(images).__name__
    if hasattr(images, "columns"):
        names = ", ".join(map(str, getattr(images, "column_names", images.columns)))
        raise TypeError(
            f"Give a column of images and not a whole {kind}, such as table['path'] of the columns "
            f"{names}."
        )
    if not hasattr(images, "__iter__"):
        raise TypeError(f"Give a sequence of images, such as a list of paths, and not a {kind}.")
    return images


def _of_place(place: str) -> tuple[object, str]:
    """A path, or a place as verger's tables show it: file:/a b.jpg, s3://bucket/key."""
    if place.startswith("file:/"):
        return local_path(place), ""
    if not is_s3(place):
        return place, ""
    try:
        return read_whole(place, Storage(reads_in_flight=1)), ""
    except ImportError:
        raise ValueError(
            f"'{place}' is on S3, which needs pyarrow here: pip install pyarrow, or give the bytes."
        ) from None
    except OSError as error:
        return None, str(io_error("read", place, error))


def _is_pil(image: object) -> bool:
    pil = sys.modules.get("PIL.Image")  # or nobody has made one
    return pil is not None and isinstance(image, pil.Image)


def _of_pil(image: Any, *, upright: bool) -> tuple[object, str]:
    try:
        if upright:
            from PIL import ImageOps  # noqa: PLC0415 - whoever has an image has it

            image = ImageOps.exif_transpose(image)
        return np.asarray(_rgb(image)), ""
    except (OSError, ValueError, SyntaxError) as error:  # Pillow reads a file only now
        return _bytes_of_file(image), f"It cannot be read: {str(error).rstrip('.')}."


def _rgb(image: Any) -> Any:
    try:
        return image.convert("RGB")
    except ValueError:  # Pillow has no way from some modes, such as LAB or 16 bits of grey
        return image.convert("L").convert("RGB")


def _bytes_of_file(image: Any) -> bytes | None:
    """What the image's file holds, of which the native module says what is wrong with it."""
    file = getattr(image, "fp", None)
    try:
        if file is None:
            return Path(image.filename).read_bytes()
        file.seek(0)
        return bytes(file.read())
    except (OSError, ValueError, AttributeError, TypeError):
        return None
