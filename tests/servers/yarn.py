# SPDX-License-Identifier: Apache-2.0
"""A genuine YARN on loopback: a ResourceManager and NodeManagers of Hadoop's own jars."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from servers.processes import nothing_left_below, read_json, running, wait_for
from servers.s3proxy import ROOT, free_port
from servers.spark_submit import JAVA, Cluster, linear_algebra, spark_of

JARS = ROOT / "build" / "maven" / "yarn"
SERVER = "org.apache.hadoop.yarn.server"
SCHEDULER = f"{SERVER}.resourcemanager.scheduler.capacity.CapacityScheduler"
OPENED = [f"--add-opens=java.base/java.{part}=ALL-UNNAMED" for part in ("lang", "util", "io")]
# An executor of 1,536 MB fits once beside either kind of application master, so that two executors
# are always on two nodes.
NODE_MEMORY = 2816
EXECUTOR = {"spark.executor.memory": "700m", "spark.executor.memoryOverhead": "800m"}
LOGGING = """log4j.rootLogger=WARN, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d %p %c: %m%n
"""
QUEUES = {
    "yarn.scheduler.capacity.root.queues": "default",
    "yarn.scheduler.capacity.root.default.capacity": 100,
    "yarn.scheduler.capacity.maximum-am-resource-percent": 0.5,
}


@dataclass
class YarnCluster(Cluster):
    """A running cluster."""

    web: str  # the ResourceManager's http://127.0.0.1:PORT
    nodes: list  # the NodeManagers' addresses, 127.0.0.1:PORT

    def submit_packed(self, mode, packed, script, *arguments, **keywords):
        """Run a job in `mode` (client or cluster) with the program of `packed` on every node."""
        settings = {**packed.settings(), "spark.executorEnv.SPARK_LOCAL_IP": "127.0.0.1"}
        variables = {"SPARK_LOCAL_IP": "127.0.0.1", **linear_algebra()}
        if mode == "cluster":
            del settings["spark.pyspark.driver.python"]
            variables["PYSPARK_PYTHON"] = settings["spark.pyspark.python"]
            variables["SPARK_HOME"] = self.spark.home
            variables["VERGER_PROGRAM"] = "verger"
        settings |= {f"spark.yarn.appMasterEnv.{name}": text for name, text in variables.items()}
        settings |= keywords.pop("settings", {})
        options = ["--deploy-mode", mode]
        return self.submit(script, *arguments, settings=settings, options=options, **keywords)

    def application_state(self, application):
        """What the ResourceManager says of an application."""
        return read_json(f"{self.web}/ws/v1/cluster/apps/{application}")["app"]


def write_configuration(path, settings):
    """Write one of Hadoop's configuration files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    properties = "".join(
        f"<property><name>{name}</name><value>{escape(str(value))}</value></property>\n"
        for name, value in settings.items()
    )
    path.write_text(f"<configuration>\n{properties}</configuration>\n")


def loopback():
    """An address that nobody listens on just now."""
    return f"127.0.0.1:{free_port()}"


def manager_settings():
    """What the ResourceManager listens on and how it shares out."""
    prefix = "yarn.resourcemanager"
    services = ("address", "scheduler.address", "resource-tracker.address", "admin.address")
    return {
        f"{prefix}.hostname": "127.0.0.1",
        f"{prefix}.bind-host": "127.0.0.1",
        **{f"{prefix}.{service}": loopback() for service in (*services, "webapp.address")},
        f"{prefix}.scheduler.class": SCHEDULER,
        "yarn.scheduler.minimum-allocation-mb": 256,
        "yarn.scheduler.maximum-allocation-mb": NODE_MEMORY,
    }


def node_settings(folder):
    """What a NodeManager listens on, offers and writes."""
    prefix = "yarn.nodemanager"
    services = ("address", "localizer.address", "webapp.address", "collector-service.address")
    return {
        f"{prefix}.hostname": "127.0.0.1",
        f"{prefix}.bind-host": "127.0.0.1",
        **{f"{prefix}.{service}": loopback() for service in services},
        f"{prefix}.local-dirs": folder / "local",
        f"{prefix}.log-dirs": folder / "logs",
        f"{prefix}.resource.memory-mb": NODE_MEMORY,
        f"{prefix}.resource.cpu-vcores": 4,
        f"{prefix}.vmem-check-enabled": "false",
        f"{prefix}.delete.debug-delay-sec": 600,
        f"{prefix}.disk-health-checker.max-disk-utilization-per-disk-percentage": 99,
    }


def write_role(folder, settings):
    """Write a role's whole configuration; return its folder."""
    core = {"fs.defaultFS": "file:///", "hadoop.tmp.dir": folder / "tmp"}
    write_configuration(folder / "conf" / "core-site.xml", core)
    write_configuration(folder / "conf" / "yarn-site.xml", settings)
    write_configuration(folder / "conf" / "capacity-scheduler.xml", QUEUES)
    (folder / "conf" / "log4j.properties").write_text(LOGGING)
    return folder / "conf"


def count_nodes(answer):
    """How many nodes the ResourceManager names; of none it says null."""
    return len((answer["nodes"] or {}).get("node", []))


@contextlib.contextmanager
def yarn(folder, environment="parity", nodes=2):
    """Run a ResourceManager and NodeManagers, with conf, logs and work below `folder`."""
    assert any(JARS.glob("*.jar")), "no YARN in build/maven; run tools/deps.sh maven"
    spark = spark_of(environment)
    java = Path(shutil.which("java")).resolve().parents[1]
    variables = spark.environment(JAVA_HOME=java)
    manager = manager_settings()
    daemons, logs = [], []

    def start(stack, name, role, settings, memory):
        conf = write_role(folder / name, settings)
        logs.append(folder / f"{name}.log")
        main = f"{SERVER}.{role.lower()}.{role}"
        options = [f"-Xmx{memory}m", *JAVA.split(), *OPENED, "-cp", f"{conf}:{JARS}/*"]
        command = [java / "bin/java", *options, main]
        server = running(command, logs[-1], cwd=folder / name, env=variables)
        daemons.append(stack.enter_context(server))

    with contextlib.ExitStack() as stack:
        stack.enter_context(nothing_left_below(folder))
        start(stack, "manager", "ResourceManager", manager, 400)
        places = [node_settings(folder / f"node-{number}") for number in range(nodes)]
        for number, place in enumerate(places):
            start(stack, f"node-{number}", "NodeManager", {**manager, **place}, 300)
        web = f"http://{manager['yarn.resourcemanager.webapp.address']}"
        running_nodes = f"{web}/ws/v1/cluster/nodes?states=RUNNING"
        wait_for(running_nodes, lambda answer: count_nodes(answer) == nodes, daemons, logs)
        conf = write_role(folder / "client", manager)
        settings = {"spark.yarn.jars": f"local:{spark.home}/jars/*", **EXECUTOR}
        settings["spark.executor.instances"] = nodes
        options = ["--master", "yarn", "--driver-memory", "700m", "--executor-cores", "1"]
        environment = {**variables, "HADOOP_CONF_DIR": str(conf), "YARN_CONF_DIR": str(conf)}
        addresses = [place["yarn.nodemanager.address"] for place in places]
        yield YarnCluster(spark, folder, options, settings, environment, web, addresses)
