"""What a run writes down of itself as a whole: run.json and reduction.json in _verger/."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from verger import _verger
from verger.spark.job.lease import utc_text
from verger.spark.job.manifest import JSON_VERSION, Counts, Part, check_format

# Those that decide what is in the tables.
DECISIVE_OPTIONS = (
    "pattern",
    "recursive",
    "label_column",
    "max_pixels",
    "exif_orientation",
    "fast_decode",
    "precision",
    "components",
    "variance",
    "standardize",
    "layout",
)
_RECORDED_OPTIONS = (
    *DECISIVE_OPTIONS,
    "parts",
    "strict",
    "s3_endpoint",
    "s3_region",
    "s3_addressing",
    "s3_anonymous",
    "threads",
)
_WARNING = "Untrained weights: a demonstration; the features mean nothing."


@dataclass
class ReductionRecord:
    """The files of a reduction."""

    parts: list[Part] = field(default_factory=list)
    model: list[Part] = field(default_factory=list)
    features: list[str] = field(default_factory=list)  # that `parts` project, when an update wrote

    def to_json(self) -> dict[str, Any]:
        """Return the document."""
        record: dict[str, Any] = {
            "format": "verger-reduction",
            "version": JSON_VERSION,
            "parts": [part.to_json() for part in self.parts],
            "model": [file.to_json() for file in self.model],
        }
        return record | ({"features": self.features} if self.features else {})

    @classmethod
    def parse(cls, document: dict[str, Any]) -> ReductionRecord:
        """Read a document; KeyError, TypeError or ValueError when it is none."""
        check_format(document, "verger-reduction")
        return cls(
            [Part.parse(part) for part in document["parts"]],
            [Part.parse(file) for file in document["model"]],
            [str(name) for name in document.get("features", [])],
        )


class RunRecord:
    """A run's summary, filled while it goes on."""

    def __init__(self, input_: str, output: str, options: dict[str, Any], info: dict[str, Any]):
        """Begin: places as the tables show them, all options, what the network is."""
        self._started = utc_text(time.time())
        self._places = {"input": input_, "output": output}
        self._options = {name: options[name] for name in _RECORDED_OPTIONS}
        self._info = info
        self._stage_start = time.monotonic()
        self.command = "run"
        self.state = "running"
        self.counts = Counts()
        self.shards = {"total": 0, "resumed": 0, "resumed_images": 0}
        self.reduction: dict[str, Any] | None = None
        self.precision_check: dict[str, Any] | None = None
        self.seconds: dict[str, float] = {}
        self.cpu_seconds = 0.0  # of all tasks of the extraction
        self.spark: dict[str, str] = {}
        self.update: dict[str, Any] | None = None  # what an update did

    def stage_done(self, stage: str) -> None:
        """Add the wall time since the last stage."""
        now = time.monotonic()
        self.seconds[stage] = now - self._stage_start
        self._stage_start = now

    def to_json(self) -> dict[str, Any]:
        """Return the document."""
        info = self._info
        record = {
            "format": "verger-run",
            "version": JSON_VERSION,
            "verger_version": _verger.__version__,
            "command": self.command,
            "state": self.state,
            "started": self._started,
            **self._places,
            "options": self._options,
            "model": {
                "name": info["model_name"],
                **{
                    name: info[name]
                    for name in (
                        "weights", "weights_sha256", "engine", "precision", "width", "untrained",
                    )
                },
            },
            "counts": self.counts.to_json(),
            "shards": self.shards,
            "width": info["width"],
            "reduction": self.reduction,
            "precision_check": self.precision_check,
            "seconds": self.seconds,
            "cpu_seconds": {"extract": self.cpu_seconds, "read": 0.0},
            "spark": self.spark,
        }  # fmt: skip
        if self.update is not None:
            record["update"] = self.update
        if info["untrained"]:
            record["warning"] = _WARNING
        return record
