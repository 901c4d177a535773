"""The life of an Amazon EMR cluster that runs `verger-spark`: the library behind `verger-emr`.

    from verger.emr import aws, cluster, config

    description = config.load("examples/emr/m5.yaml")
    cluster_id = cluster.create(aws.Aws(description.region), description, archive)

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
