# SPDX-License-Identifier: Apache-2.0
"""What a cluster is sent of verger: the bundle, and verger-spark as one file."""

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Packed:
    """The bundle as an archive for the nodes, and unpacked for drivers here; and the job's file.

    All Pythons are one that has nothing but its standard library: pyspark is Spark's own.
    """

    archive: Path
    unpacked: Path
    script: Path
    python: Path

    def settings(self):
        """Settings by which executors have the program, and a driver in client mode its Python."""
        return {
            "spark.archives": f"{self.archive}#verger",
            "spark.pyspark.python": self.python,
            "spark.pyspark.driver.python": self.python,
        }

    def for_drivers(self, cluster):
        """The cluster, with a variable by which drivers here find the program."""
        return cluster.with_environment({"VERGER_PROGRAM": str(self.unpacked)})


def packed_for(bundle, folder):
    """What jobs need of a bundle that `make bundle` packed, below `folder`."""
    unpacked, script = folder / "verger", folder / "verger-spark.py"
    unpacked.mkdir()
    subprocess.run(["tar", "-C", unpacked, "-xzf", bundle], check=True)
    write = "import sys, verger.spark.cli; sys.exit(verger.spark.cli.main(['script', sys.argv[1]]))"
    package = Path(__file__).parents[2] / "python"
    subprocess.run([sys.executable, "-c", write, script], cwd=package, check=True)
    venv.create(folder / "bare", with_pip=False)
    return Packed(bundle, unpacked, script, folder / "bare" / "bin" / "python")
