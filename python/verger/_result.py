# SPDX-License-Identifier: Apache-2.0
"""The output of a run: what it counts, where its tables are, what its photographs show."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from verger._program import Place

_MOST_CHARACTERS = 500_000  # all images on one command line; systems take two million in all


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


@dataclass(frozen=True)
class Counts:
    """How many images were listed; each has features or was rejected."""

    listed: int
    features: int
    rejected: int


@dataclass(frozen=True)
class Places:
    """Where an output's tables, its model and its report are, as paths or s3:// places.

    `pca` and `model` are there once the features were reduced.
    """

    features: str
    pca: str
    rejected: str
    model: str
    report: str

    @classmethod
    def of(cls, output: str, layout: str) -> Places:
        """Return those of a layout, tables or notebook (docs/formats.md)."""
        root = output.rstrip("/") or "/"
        if layout == "notebook":
            inner = f"{root}/_verger"
            return cls(root, f"{root}/pca_results", f"{inner}/rejected", f"{inner}/model",
                       f"{inner}/report.html")  # fmt: skip
        return cls(f"{root}/features", f"{root}/pca", f"{root}/rejected", f"{root}/model",
                   f"{root}/report.html")  # fmt: skip


class Inspection:
    """What `verger inspect --json` found of an output.

    Attributes:
        ok: Whether the output is whole.
        faults: What is wrong with it, a sentence each; empty when it is whole.
        document: All that was found: the `run`, `tables`, `checks`, `head` and
            `explained_variance_ratio`.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        """Take the document."""
        self.document = document
        self.ok = bool(document["ok"])
        self.faults: list[str] = [
            check["detail"] for check in document["checks"] if not check["ok"]
        ]

    def __repr__(self) -> str:
        """Say whether it is whole."""
        return f"Inspection(ok={self.ok}, faults={self.faults})"


class Result:
    """The output of a run: its counts, its tables, and what its photographs show.

        result = verger.run("Photographs", "Results")
        result.counts.features, result.k, result.places.pca
        result.read()                                     # a table, one row an image
        result.similar(["fruit.jpg"])[0]["label"]

    What is there already is opened by `verger.Result("Results")`. Thread-safe.
    """

    def __init__(
        self,
        output: Place,
        *,
        weights: Place | None = None,
        threads: int = 0,
    ) -> None:
        """Keep where the result is: a folder, or `s3://…`. Nothing is read.

        `weights`, for `similar`, are those that the result was made with, found or fetched as by
        `verger run` when they are not given; `threads` is how many photographs it works on at once,
        one a core when it is 0.
        """
        self.output = os.fsdecode(output)
        self.weights = None if weights is None else os.fsdecode(weights)
        self.threads = threads
        self._record: dict[str, Any] | None = None

    @classmethod
    def _of(cls, output: Place, record: dict[str, Any], weights: object = None) -> Result:
        """Return what a command has just made, which told its record."""
        made = cls(output, weights=weights if isinstance(weights, (str, os.PathLike)) else None)
        made._record = record
        return made

    @property
    def record(self) -> dict[str, Any]:
        """The document `_verger/run.json` (docs/formats.md), read once.

        Raises OSError when there is none or it cannot be read, and ModuleNotFoundError when it is
        on S3 and pyarrow is not installed.
        """
        if self._record is None:
            from verger._read import read_record  # noqa: PLC0415 - only it needs other packages

            self._record = read_record(self.output)
        return self._record

    @property
    def state(self) -> str:
        """`done`, `running` of an unfinished run, `unchanged` by an update with nothing to do."""
        return str(self.record["state"])

    @property
    def counts(self) -> Counts:
        """How many images were listed, have features, and were rejected."""
        counts = self.record["counts"]
        return Counts(counts["listed"], counts["features"], counts["rejected"])

    @property
    def k(self) -> int | None:
        """The number of principal components; None when the features were not reduced."""
        reduction = self.record["reduction"]
        return None if reduction is None else int(reduction["k"])

    @property
    def places(self) -> Places:
        """Where its tables are."""
        return Places.of(self.output, self.record["options"]["layout"])

    def read(
        self,
        table: Literal["features", "pca", "rejected"] | None = None,
        *,
        as_: Literal["pandas", "pyarrow", "polars"] = "pandas",
        **storage: Any,
    ) -> Any:
        """Return one of its tables, as `verger.read` does, which says what is raised."""
        from verger._read import read  # noqa: PLC0415 - it needs other packages

        return read(self.output, table, as_=as_, **storage)

    def similar(
        self,
        images: Iterable[object],
        *,
        neighbors: int = 10,
        progress: bool = False,
        **options: Any,
    ) -> list[Answer]:
        """Return what each image shows, by the `neighbors` photographs that are nearest to it.

        An image is a path (of a file, or of a row as the tables have it; `s3://…` too), the bytes
        of a JPEG or PNG file, RGB pixels (uint8 [height, width, 3]), or a PIL image; the answer to
        one without a path has the path "". One that cannot be read has an answer that says why.
        Many images in one call are much quicker than one at a time. `options` are further ones of
        `verger similar`.

        Raises ValueError for unusable arguments, OSError for a result or a file that is not there,
        and verger.ModelError for weights that are not those of the result.
        """
        from verger._asked_images import as_place  # noqa: PLC0415 - it needs numpy
        from verger._call import call  # noqa: PLC0415

        if isinstance(images, (str, bytes, os.PathLike)):
            raise ValueError("images must be a list of images, not one image.")
        asked = {"json": True, "in": self.output, "neighbors": neighbors, "threads": self.threads,
                 "weights": self.weights, **options}  # fmt: skip
        answers: list[Answer] = []
        with tempfile.TemporaryDirectory(prefix="verger-") as folder:
            given = [as_place(image, Path(folder, str(i))) for i, image in enumerate(images)]
            for places in _command_lines([place for place, _ in given]):
                told = call("similar", places, asked, progress=progress)["queries"]
                if len(told) != len(places):
                    raise ValueError("An image must be one file: a folder of images is none.")
                answers += told
        for answer, (_, named) in zip(answers, given):
            if not named:
                answer["path"] = ""
        return answers

    def __fspath__(self) -> str:
        """Return where it is: a result stands wherever its place may stand."""
        return self.output

    def __repr__(self) -> str:
        """Say where it is and, once that is known, what it holds."""
        if self._record is None:
            return f"Result({self.output!r})"
        counts, k = self.counts, "" if self.k is None else f", k={self.k}"
        return (
            f"Result({self.output!r}: {self.state}, {counts.listed:,} images = {counts.features:,} "
            f"with features + {counts.rejected:,} rejected{k})"
        )


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
