# SPDX-License-Identifier: Apache-2.0
"""A real Spark History Server on loopback, which reads event logs and answers by REST."""

import contextlib
from dataclasses import dataclass

from servers.processes import read_json, running, wait_for
from servers.s3proxy import free_port
from servers.spark_submit import spark_of


@dataclass
class HistoryServer:
    """A running server."""

    address: str  # http://127.0.0.1:PORT

    def read(self, path="applications"):
        """What it answers at /api/v1/`path`."""
        return read_json(f"{self.address}/api/v1/{path}")


@contextlib.contextmanager
def history_server(events, folder, environment="parity"):
    """Run a server on the event logs in the folder `events`, its own log in `folder`."""
    spark = spark_of(environment)
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    settings = {"fs.logDirectory": f"file://{events}", "ui.port": port, "fs.update.interval": "1s"}
    variables = spark.environment(
        SPARK_HISTORY_OPTS=" ".join(f"-Dspark.history.{k}={v}" for k, v in settings.items()),
        SPARK_DAEMON_MEMORY="400m",
    )
    log = folder / "history-server.log"
    command = [spark.program("spark-class"), "org.apache.spark.deploy.history.HistoryServer"]
    logs = [path for path in events.iterdir() if not path.name.endswith(".inprogress")]
    with running(command, log, cwd=folder, env=variables) as process:
        server = HistoryServer(f"http://127.0.0.1:{port}")
        address = f"{server.address}/api/v1/applications?status=completed"
        wait_for(address, lambda applications: len(applications) >= len(logs), [process], [log])
        yield server
