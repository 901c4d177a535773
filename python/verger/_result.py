# SPDX-License-Identifier: Apache-2.0
"""A result of the program, to be asked what photographs show."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from verger._errors import with_keywords
from verger._images import prepared
from verger._program import error_of, find_program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_CHARACTERS = 500_000  # all images on one command line; systems take two million in all
_UNREADABLE = 3  # exit code, also of answers that say which photographs could not be read


class Vote(TypedDict):
    """What the nearest photographs of one label add up to: a share of all votes."""

    label: str
    share: float


class Neighbor(TypedDict):
    """A photograph of the result that is near: its row in the table, and the cosine."""

    path: str
    label: str
    row: int
    cosine: float


class Rejected(TypedDict):
    """Why a photograph could not be read."""

    reason: str
    message: str


class Answer(TypedDict, total=False):
    """What `verger similar --json` says of a photograph; "rejected" is there alone, with "path"."""

    path: str
    label: str | None
    familiar: bool | None
    familiarity: float | None
    votes: list[Vote]
    neighbors: list[Neighbor]
    rejected: Rejected


class Result:
    """The output of `verger run`, which knows what its photographs show.

        verger.Result("Results").similar(["fruit.jpg"])[0]["label"]

    The program, which the package carries, does the work, so the answers are those of
    `verger similar`. Immutable, and so thread-safe.
    """

    def __init__(
        self,
        output: str | os.PathLike[str],
        *,
        weights: str | os.PathLike[str] | None = None,
        threads: int = 0,
    ) -> None:
        """Keep where the result is: a folder, or `s3://…`. Nothing is read.

        `weights` are those that the result was made with, found or fetched as by `verger run` when
        they are not given; `threads` is how many photographs are worked on at once, one a core when
        it is 0.
        """
        self.output = os.fspath(output)
        self.weights = None if weights is None else os.fspath(weights)
        self.threads = threads

    def similar(self, images: Iterable[object], *, neighbors: int = 10) -> list[Answer]:
        """Return what each image shows, by the `neighbors` photographs that are nearest to it.

        An image is a path (of a file, or of a row as the tables have it; `s3://…` too), the bytes
        of a JPEG or PNG file, RGB pixels (uint8 [height, width, 3]), or a PIL image; the answer to
        one without a path has the path "". One that cannot be read has an answer that says why.
        Many images in one call are much quicker than one at a time.

        Raises ValueError for unusable arguments, OSError for a result or a file that is not there,
        and verger.ModelError for weights that are not those of the result.
        """
        if isinstance(images, (str, bytes, os.PathLike)):
            raise ValueError("images must be a list of images, not one image.")
        answers: list[Answer] = []
        with tempfile.TemporaryDirectory(prefix="verger-") as folder:
            given = [_as_place(image, Path(folder, str(i))) for i, image in enumerate(images)]
            for places in _command_lines([place for place, _ in given]):
                answers += self._ask(places, neighbors)
        for answer, (_, named) in zip(answers, given, strict=True):
            if not named:
                answer["path"] = ""
        return answers

    def _ask(self, places: list[str], neighbors: int) -> list[Answer]:
        command = [find_program(), "similar", "--json", "--log-format", "json",
                   "--in", self.output, "--neighbors", str(neighbors),
                   "--threads", str(self.threads)]  # fmt: skip
        if self.weights is not None:
            command += ["--weights", self.weights]
        done = subprocess.run([*command, "--", *places], capture_output=True, check=False)
        failure = _listen(done.stderr.decode(errors="replace"))
        if done.returncode not in (0, _UNREADABLE) or not done.stdout:
            raise error_of(done.returncode, with_keywords(failure))
        answers: list[Answer] = json.loads(done.stdout)["queries"]
        if len(answers) != len(places):
            raise ValueError("An image must be one file: a folder of images is none.")
        return answers


def _listen(said: str) -> str:
    """Pass warnings on; return the error, or all that is no event."""
    failure = ""
    for line in said.splitlines():
        try:
            event: dict[str, Any] = json.loads(line)
            kind, message = event["event"], event["message"]
        except (KeyError, TypeError, ValueError):
            kind, message = "error", line
        if kind == "warning":
            warnings.warn(message, UserWarning, stacklevel=4)
        elif kind == "error":
            failure = f"{failure} {message}".strip()
    return failure


def _as_place(image: object, file: Path) -> tuple[str, bool]:
    """Return where the program finds the image, and whether that is a name that its giver knows."""
    if isinstance(image, (str, os.PathLike)):
        place = os.fspath(image)
        return (place if isinstance(place, str) else os.fsdecode(place)), True
    content, why = prepared(image)
    if content is None:
        raise ValueError(f"An image of type {type(image).__name__} cannot be taken: {why}")
    file.write_bytes(content if isinstance(content, bytes) else _png(content))
    return str(file), False


def _png(pixels: object) -> bytes:
    """Return RGB pixels as a PNG file, which holds them as they are."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 3:
        raise ValueError(
            "An image must be a path, bytes, a PIL image, or an array of uint8 "
            f"[height, width, 3], not {type(pixels).__name__}."
        )
    height, width, channels = pixels.shape
    if channels != 3 or not height or not width:
        raise ValueError(f"Pixels must be [height, width, 3], not {list(pixels.shape)}.")
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # each begins with its filter: none
    rows[:, 1:] = pixels.reshape(height, 3 * width)

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(name + data)
        return len(data).to_bytes(4, "big") + name + data + checksum.to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    data = zlib.compress(rows.tobytes(), 1)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _command_lines(places: list[str]) -> Iterator[list[str]]:
    """Cut the places into lists that a command line takes."""
    piece: list[str] = []
    size = 0
    for place in places:
        if piece and size + len(os.fsencode(place)) > _MOST_CHARACTERS:
            yield piece
            piece, size = [], 0
        piece.append(place)
        size += len(os.fsencode(place)) + 1
    if piece:
        yield piece
