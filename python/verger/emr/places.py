# SPDX-License-Identifier: Apache-2.0
"""The tree of files on S3: the notebook's, with what verger needs beside it."""

from __future__ import annotations

from dataclasses import dataclass

from verger.emr.errors import UsageError


def split(uri: str) -> tuple[str, str]:
    """Return bucket and key of an s3:// URI. UsageError when it is none."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in ("s3", "s3a") or not bucket:
        raise UsageError(f"'{uri}' is not a place on S3; write s3://bucket/folder.")
    return bucket, key


@dataclass(frozen=True)
class Folder:
    """A bucket, or a folder of it, and what lies where below it."""

    root: str

    def at(self, *names: str) -> str:
        """Return the place below the root."""
        return "/".join([self.root.rstrip("/"), *names])

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return split(self.root)[0]

    @property
    def images(self) -> str:
        """The photographs, one folder a class."""
        return self.at("Test")

    @property
    def results(self) -> str:
        """The tables."""
        return self.at("Results")

    @property
    def bootstrap(self) -> str:
        """The script that every instance runs first."""
        return self.at("bootstrap-emr.sh")

    @property
    def jupyter_conf(self) -> str:
        """The configuration by which JupyterHub keeps its notebooks on S3."""
        return self.at("jupyter-s3-conf.json")

    @property
    def notebooks(self) -> str:
        """Where JupyterHub keeps its users' notebooks: below the bucket, whatever the folder."""
        return f"s3://{self.bucket}/jupyter/"

    @property
    def job(self) -> str:
        """The file that spark-submit is given."""
        return self.at("verger", "verger-spark.py")

    @property
    def logs(self) -> str:
        """The logs of clusters and applications."""
        return self.at("logs/")

    def archive(self, name: str) -> str:
        """Return the place of a bundle."""
        return self.at("verger", name)

    def tree(self, archive: str, *, instances: bool, jupyter: bool) -> dict[str, str]:
        """Return what will lie where, for people.

        Instances have files of their own, of which those of JupyterHub are there with it alone.
        """
        bootstrap = {self.bootstrap: "run by every instance before anything else"}
        notebooks = {
            self.jupyter_conf: "by which JupyterHub keeps notebooks on S3",
            self.notebooks: "the notebooks, a folder a user",
        }
        return {
            f"{self.images}/": "the photographs, one folder a class (yours)",
            f"{self.results}/": "the tables, _SUCCESS last",
            **(bootstrap if instances else {}),
            **(notebooks if jupyter else {}),
            self.job: "what spark-submit runs",
            archive: "the program, for the nodes",
            self.logs: f"logs, a folder a{' cluster' if instances else 'n application'}",
        }
