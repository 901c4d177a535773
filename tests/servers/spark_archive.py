"""What `make spark-archive` packs, as jobs use it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from servers.s3proxy import ROOT


@dataclass(frozen=True)
class Packed:
    """A packed environment: the archive for the nodes, and the same unpacked for drivers here."""

    archive: Path
    unpacked: Path

    @property
    def script(self):
        """verger-spark, as spark-submit takes it."""
        (script,) = self.unpacked.glob("lib/python3.*/site-packages/verger/spark/cli.py")
        return script

    def settings(self):
        """Settings by which executors have the archive's Python, and a driver here the unpacked."""
        return {
            "spark.archives": f"{self.archive}#environment",
            "spark.pyspark.python": "./environment/bin/python",
            "spark.pyspark.driver.python": self.unpacked / "bin" / "python",
        }


def pack_archive():
    """Pack the package for the running Python; return the archive."""
    environment = {**os.environ, "PYTHON": sys.executable}
    subprocess.run(["tools/spark_archive.sh"], cwd=ROOT, env=environment, check=True)
    (archive,) = (ROOT / "dist").glob("verger-spark-*.tar.gz")
    return archive


def spark_archive(folder):
    """Pack the package for the running Python, and unpack it below `folder`."""
    archive = pack_archive()
    subprocess.run(["tar", "-C", folder, "-xzf", archive], check=True)
    return Packed(archive, folder)
