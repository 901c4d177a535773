# SPDX-License-Identifier: Apache-2.0
"""The life of what runs `verger-spark` on Amazon EMR: the library behind `verger-emr`.

    from verger.emr import archive, aws, config, targets

    description = config.load("examples/emr/m5.yaml")
    target = targets.target_of(description, aws.Aws(description.region))
    cluster_id = targets.create(target, description, archive.newest(description.machine))

Needs boto3, click, pydantic and PyYAML (`verger[emr]`), but neither pyspark nor pyarrow: the job
runs on the cluster, where the program is what `make bundle` packs.
"""

from __future__ import annotations

from importlib.util import find_spec

# Those whom the modules of this package import at their top: what is absent is said here, once.
for _needed, _package in (("boto3", "boto3"), ("click", "click"), ("pydantic", "pydantic"),
                          ("yaml", "PyYAML")):  # fmt: skip
    if find_spec(_needed) is None:
        raise ModuleNotFoundError(
            f"verger.emr needs {_package}: pip install 'verger[emr]'.", name=_needed
        )
