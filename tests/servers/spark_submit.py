# SPDX-License-Identifier: Apache-2.0
"""Jobs handed to a Spark cluster, by spark-submit of the pip package."""

import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from servers.s3proxy import ROOT

FOREIGN = ("SPARK_", "PYSPARK_", "PYTHON", "HADOOP_", "YARN_", "AWS_")
LOG_CHARACTERS = 6000
# Java's quickest start: these programs live for seconds, on few cores.
JAVA = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
QUICK = {f"SPARK_{of}_OPTS": JAVA for of in ("DAEMON_JAVA", "LAUNCHER", "SUBMIT")}  # variables


@dataclass(frozen=True)
class Spark:
    """A Spark: the pip package in one of the environments under .venv."""

    python: Path
    home: Path

    @property
    def version(self):
        """Its release, such as 4.3.0."""
        (core,) = self.home.glob("jars/spark-core_*.jar")
        return core.stem.rpartition("-")[2]

    def program(self, name):
        """One of Spark's scripts."""
        return self.home / "bin" / name

    def environment(self, **more):
        """This process' environment, without other Sparks and Pythons, on loopback."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
        own = {
            **QUICK,
            "SPARK_HOME": self.home,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_PUBLIC_DNS": "127.0.0.1",
            "PYSPARK_PYTHON": self.python,
        }
        return {name: str(text) for name, text in {**kept, **own, **more}.items()}


def spark_of(environment="parity"):
    """The Spark of an environment."""
    folder = ROOT / ".venv" / environment
    homes = list(folder.glob("lib/python3.*/site-packages/pyspark"))
    assert homes, f"no Spark in .venv/{environment}; run tools/deps.sh python {environment}"
    return Spark(folder / "bin" / "python", homes[0])


def on_nodes(variables):
    """Settings of Spark that give executors, and drivers on nodes, environment variables."""
    return {
        f"spark.{kind}.{name}": value
        for kind in ("executorEnv", "yarn.appMasterEnv")
        for name, value in variables.items()
    }


def linear_algebra():
    """Variables that choose the kernels of linear algebra, and so its last bits."""
    return {name: text for name, text in os.environ.items() if name.startswith("OPENBLAS_")}


@dataclass
class Cluster:
    """A running cluster, or this machine by itself: where jobs go and how."""

    spark: Spark
    folder: Path  # holds logs, and what the nodes write
    options: list  # handed to spark-submit
    settings: dict  # Spark's own
    environment: dict

    @property
    def event_log(self):
        """The folder of the event logs, from which the History Server reads."""
        return self.folder / "events"

    def with_variables(self, variables):
        """The same cluster, whose drivers and executors have these environment variables as well.

        Those of a driver on a node, in YARN's cluster mode, too.
        """
        return replace(
            self,
            environment={**self.environment, **variables},
            settings={**self.settings, **on_nodes(variables)},
        )

    def with_environment(self, variables):
        """The same cluster, whose jobs are handed in with these environment variables as well."""
        return replace(self, environment={**self.environment, **variables})

    def submit(self, script, *arguments, settings=None, options=(), timeout=900):
        """Run a job to its end; return it. A failed job is an AssertionError."""
        with self.started(script, *arguments, settings=settings, options=options) as job:
            job.finish(timeout)
        return job

    def started(self, script, *arguments, settings=None, options=()):
        """Start a job; return it as a context manager that ends it for sure."""
        self.event_log.mkdir(exist_ok=True)
        command = [self.spark.program("spark-submit"), *self.options, *options]
        for name, text in {**self.common_settings(), **(settings or {})}.items():
            command += ["--conf", f"{name}={text}"]
        command += [script, *arguments]
        return Job(self, [str(part) for part in command])

    def common_settings(self):
        """What holds for every job: small, on loopback, with an event log."""
        return {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.extraJavaOptions": JAVA,  # YARN's cluster mode needs it
            "spark.driver.host": "127.0.0.1",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": f"file://{self.event_log}",
            "spark.executor.extraJavaOptions": JAVA,
            # No task starts before all executors are there, or else one may do the whole job.
            "spark.scheduler.maxRegisteredResourcesWaitingTime": "300s",
            "spark.scheduler.minRegisteredResourcesRatio": "1.0",
            "spark.ui.enabled": "false",  # else some jobs of Spark 4 fail as they start
            "spark.ui.showConsoleProgress": "false",
            **self.settings,
        }


class Job:
    """A job on its way."""

    def __init__(self, cluster, command):
        """Start it."""
        work = Path(tempfile.mkdtemp(prefix="submit-", dir=cluster.folder))
        self.cluster = cluster
        self.log = work / "submit.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                command,
                cwd=work,
                env=cluster.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def finish(self, timeout=900):
        """Wait for its end. A failure is an AssertionError with the ends of all logs."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = "none in time"
        assert status == 0, f"exit status: {status}\n{self.ends_of_logs()}"

    def ends_of_logs(self):
        """The ends of the job's log and of its executors'."""
        logs = [
            self.log,
            *self.cluster.folder.rglob("stderr"),
            *self.cluster.folder.rglob("stdout"),
        ]
        return "\n".join(f"== {log}\n{log.read_text()[-LOG_CHARACTERS:]}" for log in logs)

    def application(self):
        """The identifier that the cluster gave it, or None."""
        match = re.search(r"\b(app-\d+-\d+|application_\d+_\d+|local-\d+)\b", self.log.read_text())
        return match and match.group()

    def __enter__(self):
        """Return the job."""
        return self

    def __exit__(self, *_):
        """End it, by force if it still runs."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def local_spark(folder, environment="parity", threads=2):
    """Spark on this machine by itself: no cluster, as many tasks at once as `threads`."""
    spark = spark_of(environment)
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--master", f"local[{threads}]", "--driver-memory", "1g"]
    return Cluster(spark, folder, options, {}, spark.environment())
