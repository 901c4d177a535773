"""May this output be updated, and by these options and this network?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from verger._verger import ModelError, run_options
from verger.spark.job.folder import RUN_RECORD, SUCCESS, OutputFolder
from verger.spark.job.manifest import Counts, Manifest, check_format
from verger.spark.job.network import CheckedNetwork
from verger.spark.job.record import DECISIVE_OPTIONS
from verger.spark.job.resume import sizes_of_files
from verger.spark.job.store import Store
from verger.spark.job.stored import parse_document, parsed, read_manifests

REFITS = ("auto", "always", "never")
_MEND = "; make it anew with 'verger run --overwrite'."
_NOT_OF_UPDATES = ("overwrite", "resume", "parts")


@dataclass(frozen=True)
class FoundOutput:
    """An output as an update finds it."""

    record: dict[str, Any]  # run.json
    run_json: bytes  # the same, as it was read
    manifests: list[Manifest]  # in the order of their numbers
    finished: bool  # False: an earlier update was interrupted

    @property
    def drift(self) -> dict[str, Any] | None:
        """What an interrupted update wrote down of the model's drift."""
        update = self.record.get("update") or {}
        drift: dict[str, Any] | None = None if self.finished else update.get("drift")
        return drift


def check_options(given: dict[str, Any], refit: str) -> dict[str, Any]:
    """Return complete options of a run by what is given of an update's. ValueError."""
    if refit not in REFITS:
        raise ValueError(f"--refit must be auto, always or never, not '{refit}'.")
    for name in _NOT_OF_UPDATES:
        if name in given:
            raise ValueError(f"There is no option '{name}'.")
    return run_options(given)


def with_recorded(given: dict[str, Any], store: Store) -> dict[str, Any]:
    """Return complete options; those not given are as they were when the output was made.

    Of an output without a readable record find_output() tells.
    """
    try:
        recorded = read_record(store)[0]["options"]
    except OSError:
        return run_options(given)
    names = {"parts", *DECISIVE_OPTIONS}
    if given.keys() & {"variance", "components"}:
        names -= {"variance", "components"}
    return run_options({name: recorded[name] for name in names if name in recorded} | given)


def read_record(store: Store) -> tuple[dict[str, Any], bytes]:
    """Return run.json, and its bytes. OSError when it is absent or damaged."""
    data = store.read(RUN_RECORD)
    document = parse_document(store, RUN_RECORD, data)
    return parsed(store, RUN_RECORD, "verger-run", document, _checked_record), data


def _checked_record(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document in which everything is that an update looks at."""
    check_format(document, "verger-run")
    options = document["options"]
    run_options({name: options[name] for name in (*DECISIVE_OPTIONS, "parts") if name in options})
    for name in ("command", "state", "input", "output", "shards", "reduction", "precision_check"):
        document[name]
    Counts.parse(document["counts"])
    if (model := document["model"]) is not None:
        document["model"] = dict(model) | {n: model[n] for n in ("weights", "weights_sha256")}
    if document.get("update") is not None:
        document["update"]["drift"]
    return document


def find_output(output: OutputFolder) -> FoundOutput:
    """Look at an output.

    OSError, naming the mend, when there is no result of 'verger run', when that run did not finish,
    or when a file is missing that its manifests name.
    """
    store = output.store
    if not store.exists(RUN_RECORD):
        raise OSError(
            f"No result in {store.display_path()}: it has no {RUN_RECORD}; make one with "
            "'verger run'."
        )
    record, data = read_record(store)
    finished = store.exists(SUCCESS) and record["state"] == "done"
    _check_made_by_run(record, output, finished=finished)
    manifests = read_manifests(store)
    _check_manifests(manifests, output)
    return FoundOutput(record, data, manifests, finished)


def _place(output: OutputFolder) -> str:
    return f"The output {output.store.display_path()}"


def _check_made_by_run(record: dict[str, Any], output: OutputFolder, *, finished: bool) -> None:
    command = record["command"]
    if command not in ("run", "update", "reduce"):
        raise OSError(
            f"{_place(output)} was made by 'verger {command}', and only those of 'verger run' can "
            f"be updated{_MEND}"
        )
    if command == "run" and not finished:
        raise OSError(
            f"{_place(output)} holds an unfinished run; go on with it by 'verger run --resume'."
        )


def _check_manifests(manifests: list[Manifest], output: OutputFolder) -> None:
    if not manifests:
        raise OSError(f"{_place(output)} has no shards{_MEND}")
    sizes = sizes_of_files(output)
    for manifest in manifests:
        if manifest.inputs is None:
            raise OSError(
                f"{_place(output)} does not tell which images it is of, as older versions do not"
                f"{_MEND}"
            )
        for file in manifest.files():
            if sizes.get(file.name) != file.bytes:
                raise OSError(
                    f"{_place(output)} is damaged: {file.name} is absent or of another size{_MEND}"
                )


def _difference(output: OutputFolder, what: str, then: str, now: str) -> str:
    return (
        f"{_place(output)} was made with {what} {then}, not {now}; give the same, or make it anew "
        "with 'verger run --overwrite'."
    )


def check_same_recipe(
    found: FoundOutput, output: OutputFolder, options: dict[str, Any], network: CheckedNetwork
) -> None:
    """Raise ValueError, naming the first difference and the mend, or ModelError.

    The output was made with other options that affect results, or by other weights.
    """
    defaults = run_options({})
    for name in DECISIVE_OPTIONS:
        # The variance decides nothing beside a number of components.
        if name == "variance" and options["components"] > 0:
            continue
        was, now = found.record["options"].get(name, defaults[name]), options[name]
        if was != now:
            flag, *texts = f"--{name.replace('_', '-')}", _text(was), _text(now)
            raise ValueError(_difference(output, flag, *texts))
    model, info = found.record["model"], network.info
    if model and model["weights_sha256"] != info["weights_sha256"]:
        then = f"{model['weights']} (SHA-256 {model['weights_sha256']})"
        now = f"{info['weights']} ({info['weights_sha256']})"
        raise ModelError(_difference(output, "the weights", then, now))
    for manifest in found.manifests:
        if manifest.shard.options_sha256 != network.options_sha256:
            raise ValueError(
                f"{_place(output)} was made by another version or engine of verger: shard "
                f"{manifest.shard.number} is of another recipe{_MEND}"
            )


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
