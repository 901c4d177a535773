"""EMR Serverless: applications, and the runs of jobs on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verger.emr import logs
from verger.emr.archive import Archive
from verger.emr.config import ApplicationConfig, Description
from verger.emr.errors import UsageError
from verger.emr.estimate import Bill, bill_of_runs
from verger.emr.ours import has_our_tag
from verger.emr.resize import Size
from verger.emr.serverless import application, clone, runs
from verger.emr.serverless.request import create_application, start_job_run
from verger.emr.steps import SparkJob, check_options
from verger.emr.target import Found, Target
from verger.emr.wait import Tell


def _found(described: dict[str, Any]) -> Found:
    over = described["state"] == application.ENDED
    return Found(
        id=described["applicationId"],
        name=described.get("name", ""),
        state=described["state"],
        over=over,
        ours=has_our_tag(described.get("tags", {})),
        protected=False,
        began=described["createdAt"],
        ended=described["updatedAt"] if over else None,
        described=described,
    )


class OnServerless(Target):
    """Applications."""

    noun, job = "application", "job run"

    def request(self, config: Description, archive: Archive) -> dict[str, Any]:
        """Return CreateApplication's."""
        assert isinstance(config, ApplicationConfig)
        return create_application(config, archive)

    def start(self, request: dict[str, Any]) -> str:
        """Call CreateApplication."""
        return application.create(self.aws, request)

    def like(self, target_id: str) -> dict[str, Any]:
        """Return CreateApplication's."""
        return clone.request_of(application.describe(self.aws, target_id))

    def ends_itself(self, request: dict[str, Any]) -> bool:
        """Look for the configuration, which AWS sets where nobody did."""
        return bool(request.get("autoStopConfiguration", {}).get("enabled", True))

    def aws_cli(self, request: dict[str, Any]) -> tuple[str | None, str]:
        """Return `aws emr-serverless create-application`."""
        return clone.command(request, self.aws.region), ""

    def find(self, target_id: str) -> Found:
        """Describe an application."""
        return _found(application.describe(self.aws, target_id))

    def all(self, *, ended: bool, others: bool) -> list[Found]:
        """List applications."""
        found = application.applications(self.aws, ended=ended, others=others)
        return [_found(each) for each in found]

    def wait_until_ready(self, target_id: str, tell: Tell) -> None:
        """Start it, and wait for its initial capacity."""
        application.start(self.aws, target_id, tell)

    def submit(self, target_id: str, spark: SparkJob, tell: Tell) -> str:
        """Start a run."""
        check_options(spark)
        tags = application.usable(self.aws, target_id, tell)["tags"]
        return runs.start(self.aws, start_job_run(target_id, tags, spark))

    def follow(self, target_id: str, job_id: str, tell: Tell) -> str:
        """Wait for the run."""
        return str(runs.follow(self.aws, target_id, job_id, tell)["state"])

    def cancel(self, target_id: str, job_id: str) -> None:
        """Cancel the run."""
        application.check_ours(application.describe(self.aws, target_id))
        runs.cancel(self.aws, target_id, job_id)

    def jobs(self, target_id: str) -> list[tuple[str, str, str]]:
        """List the runs."""
        found = runs.listed(self.aws, target_id)
        return [(run["id"], run["state"], run.get("name", "")) for run in found]

    def details(self, found: Found) -> tuple[dict[str, Any], list[str]]:
        """Tell the capacities."""
        described = found.described
        most = described.get("maximumCapacity", {})
        stopping = described.get("autoStopConfiguration", {})
        document = {
            "reason": described.get("stateDetails") or "",
            "release": described["releaseLabel"],
            "architecture": described.get("architecture"),
            "idle_timeout_s": 60 * stopping.get("idleTimeoutMinutes", 0) or None,
            "maximum_capacity": most,
            "initial_capacity": described.get("initialCapacity", {}),
        }
        return document, [f"  at most {', '.join(most.values())}"] if most else []

    def resize(self, target_id: str, size: Size, tell: Tell) -> dict[str, Any]:
        """Change the maximum capacity."""
        if size.of_instances or not any(size.of_application.values()):
            raise UsageError(
                f"Application {target_id} has no instances but a maximum capacity: give --vcpus, "
                "--memory-gb or --disk-gb."
            )
        return application.resize(self.aws, target_id, tell, **size.of_application)

    def check_may_end(self, found: Found, *, force: bool, unprotect: bool) -> None:
        """Look at the tag."""
        if unprotect:
            raise UsageError(
                f"--unprotect has no meaning for {found.id}: AWS protects no application of EMR "
                "Serverless."
            )
        if not force:
            application.check_ours(found.described, "--force deletes it all the same")

    def end(
        self, found: Found, tell: Tell, *, force: bool = False, unprotect: bool = False
    ) -> Bill:
        """Delete it; what it was billed is asked for while it is there."""
        self.check_may_end(found, force=force, unprotect=unprotect)
        runs.cancel_all(self.aws, found.id, tell)
        bill = self.bill(found.id)
        application.delete(self.aws, found.id, tell)
        return bill

    def bill(self, target_id: str) -> Bill:
        """Add up what its runs were billed for."""
        found = [
            runs.describe(self.aws, target_id, run_id) for run_id, _, _ in self.jobs(target_id)
        ]
        architecture = application.describe(self.aws, target_id).get("architecture", "X86_64")
        return bill_of_runs(found, architecture.lower(), self.aws.region)

    def log_place(self, target_id: str) -> str:
        """Return the folder of the application."""
        told = application.describe(self.aws, target_id).get("monitoringConfiguration", {})
        place = told.get("s3MonitoringConfiguration", {}).get("logUri")
        return logs.below(place, f"applications/{target_id}", f"Application {target_id}")

    def logs(self, target_id: str, job_id: str) -> Iterator[logs.Log]:
        """Yield those of the run's driver."""
        return logs.all_in(self.aws, f"{self.log_place(target_id)}jobs/{job_id}/SPARK_DRIVER/")

    def history(self, target_id: str) -> str:
        """Return the address of the newest run's pages."""
        application.check_ours(application.describe(self.aws, target_id))
        return runs.dashboard(self.aws, target_id, self.newest_job(target_id))
