# SPDX-License-Identifier: Apache-2.0
"""What moto lacks of EMR Serverless: AWS' states, all that was asked for, the dashboard."""

import contextlib
from dataclasses import dataclass, field

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.emrserverless import urls
from moto.emrserverless.exceptions import ValidationException
from moto.emrserverless.models import EMRServerlessBackend, emrserverless_backends
from moto.emrserverless.responses import EMRServerlessResponse
from servers.replaced import replaced

ACTIVE = ("SUBMITTED", "PENDING", "SCHEDULED", "QUEUED", "RUNNING", "CANCELLING")
TOLD = {"architecture": "architecture", "runtime_configuration": "runtimeConfiguration",
        "monitoring_configuration": "monitoringConfiguration",
        "image_configuration": "imageConfiguration"}  # fmt: skip


@dataclass
class Serverless:
    """Moto's model of EMR Serverless in a region, and what it was asked for."""

    region: str
    requests: dict = field(default_factory=dict)  # what CreateApplication was asked, by id

    @property
    def backend(self):
        """Moto's model, in which states can be set."""
        return emrserverless_backends[DEFAULT_ACCOUNT_ID][self.region]

    def set_runs(self, state, details="", **used):
        """Give all job runs a state, and what they were billed for: moto runs nothing."""
        for run in (run for runs in self.backend.job_runs.values() for run in runs):
            run.state, run.state_details = state, details
            if used:
                run.billed_resource_utilization = used


def create_application(server, genuine):
    """CreateApplication that keeps what moto drops; what it makes is not started."""

    def create(self):
        result = genuine(self)
        made = self.emrserverless_backend.applications[result.result["applicationId"]]
        made.state = "CREATED"
        for name, asked in TOLD.items():
            setattr(made, name, self.params.get(asked))
        server.requests[made.id] = dict(self.params)
        return result

    return create


def start_job_run(genuine):
    """StartJobRun by which the application starts, and the run is yet to be done."""

    def start(self, application_id, **keywords):
        run = genuine(self, application_id, **keywords)
        run.state, run.created_by = "SUBMITTED", "arn:aws:iam::123456789012:user/test"
        run.created_at = run.created_at.replace(microsecond=len(self.job_runs[application_id]))
        self.applications[application_id].state = "STARTED"
        return run

    return start


def list_job_runs(genuine):
    """ListJobRuns that has none where moto knows of no application."""

    def listed(self, application_id, **keywords):
        self.job_runs.setdefault(application_id, [])
        return genuine(self, application_id, **keywords)

    return listed


def stop_application(genuine):
    """StopApplication that refuses while jobs run."""

    def stop(self, application_id):
        if any(run.state in ACTIVE for run in self.job_runs.get(application_id, [])):
            raise ValidationException(f"Application {application_id} has job runs that are active.")
        genuine(self, application_id)

    return stop


def cancel_job_run(genuine):
    """CancelJobRun that refuses what is over."""

    def cancel(self, application_id, job_run_id):
        if self.get_job_run(application_id, job_run_id).state not in ACTIVE:
            raise ValidationException(f"Job run {job_run_id} is over.")
        return genuine(self, application_id, job_run_id)

    return cancel


def get_dashboard_for_job_run(self):
    """Tell the address of Spark's pages."""
    run = self._get_param("jobRunId")
    return ActionResult({"url": f"https://{run}.dashboard.emr-serverless.example"})


@contextlib.contextmanager
def serverless(region, faulty):
    """Complete moto for a while; yields the Serverless. `faulty` wraps the dispatch of requests."""
    server = Serverless(region)
    response = {
        "create_application": create_application(server, EMRServerlessResponse.create_application),
        "get_dashboard_for_job_run": get_dashboard_for_job_run,
        "call_action": faulty(EMRServerlessResponse.call_action),
    }
    wrappers = (start_job_run, list_job_runs, stop_application, cancel_job_run)
    backend = {each.__name__: each(getattr(EMRServerlessBackend, each.__name__))
               for each in wrappers}  # fmt: skip
    run = "{0}/applications/(?P<applicationId>[^/]+)/jobruns/(?P<jobRunId>[^/]+)"
    urls.url_paths[f"{run}/dashboard$"] = EMRServerlessResponse.dispatch
    with replaced(EMRServerlessResponse, response), replaced(EMRServerlessBackend, backend):
        yield server
