# SPDX-License-Identifier: Apache-2.0
"""The program's commands as functions.

Their options are those of the program, with underscores: ``variance=0.95``, ``resume=True``,
``layout="notebook"``, ``exclude=["a", "b"]``; False is the opposite of a flag, and None stands for
the default. ``verger COMMAND --help`` lists them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verger._call import call
from verger._result import Inspection, Result

if TYPE_CHECKING:
    from verger._program import Place


def run(input: Place, output: Place, *, progress: bool = True, **options: Any) -> Result:
    """Turn the photographs of `input` into the tables of `output`, as ``verger run`` does.

        result = verger.run("Photographs", "Results", variance=0.95)
        result.counts, result.k, result.read()

    `input` is a folder of photographs, one sub-folder a class, and `output` one that is made when
    absent; either may be `s3://…`. `options` are those of the program: its ``--name`` is the
    keyword `name`, True and False set a flag and its opposite, and a list gives an option again and
    again. With `progress` one line in a notebook's cell or on a terminal says how far it is, and
    elsewhere a line every ten seconds; ``log_format="json"`` tells one object a line. An interrupt,
    as by Ctrl-C, ends the run as it ends the program: finished shards are kept for ``resume=True``.

    Raises ValueError when an option is unknown or unusable, verger.ModelError when the weights or
    the model are, and OSError when a place is or another run writes the output, each with one
    sentence.
    """
    made = call("run", [input, output], options, progress=progress)
    return Result._of(output, made, options.get("weights"))


def extract(input: Place, output: Place, *, progress: bool = True, **options: Any) -> Result:
    """Turn photographs into features, the first half of `run`, which see."""
    made = call("extract", [input, output], options, progress=progress)
    return Result._of(output, made, options.get("weights"))


def reduce(
    input: Place, output: Place | None = None, *, progress: bool = True, **options: Any
) -> Result:
    """Turn the features that `extract` or `run` left in `input` into components, there by default.

    `input` may be a folder of Parquet files with the columns path, label and features. All else is
    as of `run`.
    """
    places = [input] if output is None else [input, output]
    return Result._of(places[-1], call("reduce", places, options, progress=progress))


def apply(input: Place, output: Place, *, progress: bool = True, **options: Any) -> Result:
    """Take new photographs through the saved model that the option `model` names.

    That is a folder of model.json, or the output of a run. All else is as of `run`.
    """
    made = call("apply", [input, output], options, progress=progress)
    return Result._of(output, made, options.get("weights"))


def update(input: Place, output: Place, *, progress: bool = True, **options: Any) -> Result:
    """Bring an output of `run` up to date with its photographs.

    Only photographs that are new or changed are read; the rows of those that are gone are left out.
    When there is nothing to do, nothing is written, and the result's `state` is "unchanged".
    `refit` is "auto", "always" or "never". Options that are not given are as they were when the
    output was made; others are refused, as are other weights. All else is as of `run`.
    """
    made = call("update", [input, output], options, progress=progress)
    return Result._of(output, made, options.get("weights"))


def inspect(output: Place, *, progress: bool = True, **options: Any) -> Inspection:
    """Recount and re-hash every file of an output, and tell what was found.

    A faulty output is no exception: see `Inspection.ok` and `faults`. All else is as of `run`.
    """
    return Inspection(call("inspect", [output], {**options, "json": True}, progress=progress))


def duplicates(output: Place, *, progress: bool = True, **options: Any) -> dict[str, Any]:
    """Return the near-identical photographs of an output, as ``verger duplicates --json`` does.

    `groups` has the copies of each photograph and whether their labels differ, and `pairs` how near
    two are. All else is as of `run`.
    """
    return call("duplicates", [output], {**options, "json": True}, progress=progress)
