# SPDX-License-Identifier: Apache-2.0
"""What Spark's History Server tells of a finished application."""

from dataclasses import dataclass

from servers.history_server import history_server


@dataclass
class History:
    """The stages and executors of one application, as its REST API gives them."""

    stages: list
    executors: list

    def tasks(self):
        """How many tasks each described stage completed: {description: tasks}."""
        return {stage["description"]: stage["numCompleteTasks"] for stage in self.stages}

    def speculative(self):
        """The attempts at tasks that were made because another one was slow."""
        attempts = [task for stage in self.stages for task in stage["tasks"].values()]
        return [attempt for attempt in attempts if attempt["speculative"]]

    def workers(self):
        """The executors that did tasks."""
        at_work = [executor for executor in self.executors if executor["completedTasks"]]
        return [executor for executor in at_work if executor["id"] != "driver"]


def history_of(cluster, application, folder):
    """Start a History Server on the cluster's event log, ask, and stop it."""
    with history_server(cluster.event_log, folder) as server:
        (*_, attempt) = server.read(f"applications/{application}")["attempts"]
        # Only YARN's cluster mode has numbered attempts.
        numbered = [attempt["attemptId"]] if "attemptId" in attempt else []
        place = "/".join(["applications", application, *numbered])
        return History(
            server.read(f"{place}/stages?details=true"), server.read(f"{place}/allexecutors")
        )
