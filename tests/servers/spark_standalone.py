# SPDX-License-Identifier: Apache-2.0
"""A real Spark standalone cluster on loopback: a master and workers of the pip package."""

import contextlib
from dataclasses import dataclass

from servers.processes import nothing_left_below, processes_below, running, wait_for
from servers.s3proxy import free_port
from servers.spark_submit import Cluster, spark_of

SMALL = {"SPARK_DAEMON_MEMORY": "256m"}


@dataclass
class StandaloneCluster(Cluster):
    """A running cluster; each worker has one core, and so one executor."""

    url: str  # spark://127.0.0.1:PORT
    web: str  # the master's http://127.0.0.1:PORT; /json/ is its state

    def executors(self):
        """The executors' process ids."""
        commands = processes_below(self.folder)
        return [process for process, line in commands.items() if "CoarseGrainedExecutor" in line]

    def python_workers(self, number):
        """The process ids of all Python on worker `number`."""
        commands = processes_below(self.folder / f"worker-{number}")
        return [process for process, line in commands.items() if "pyspark.daemon" in line]


@contextlib.contextmanager
def spark_standalone(folder, environment="parity", workers=2, memory="1200m"):
    """Run a master and workers of one core each, with logs and work below `folder`.

    Each worker is a host of its own to Spark, which runs no second attempt at a task where the
    first one is.
    """
    spark = spark_of(environment)
    folder.mkdir(parents=True, exist_ok=True)
    port, web = free_port(), free_port()
    url = f"spark://127.0.0.1:{port}"
    variables = spark.environment(SPARK_LOCAL_DIRS=folder / "local", **SMALL)
    daemons, logs = [], []

    def start(stack, name, role, host, *arguments):
        logs.append(folder / f"{name}.log")
        main = f"org.apache.spark.deploy.{role}.{role.capitalize()}"
        command = [spark.program("spark-class"), main, "--host", host, *arguments]
        server = running(command, logs[-1], cwd=folder, env=variables)
        daemons.append(stack.enter_context(server))

    with contextlib.ExitStack() as stack:
        stack.enter_context(nothing_left_below(folder))
        start(stack, "master", "master", "127.0.0.1", "--port", port, "--webui-port", web)
        for number in range(workers):
            place = ["--port", 0, "--webui-port", 0, "-d", folder / f"worker-{number}"]
            host = f"127.0.0.{number + 1}"
            start(stack, f"worker-{number}", "worker", host, *place, "-c", 1, "-m", memory, url)
        state = f"http://127.0.0.1:{web}/json/"
        wait_for(state, lambda answer: answer["aliveworkers"] == workers, daemons, logs)
        options = ["--master", url, "--driver-memory", "700m", "--executor-memory", "900m"]
        settings = {"spark.cores.max": workers}
        yield StandaloneCluster(
            spark, folder, options, settings, spark.environment(), url, f"http://127.0.0.1:{web}"
        )
