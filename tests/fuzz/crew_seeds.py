# SPDX-License-Identifier: Apache-2.0
"""Messages of a crew's protocol (docs/crew.md)."""

STORAGE = {
    "s3_endpoint": "",
    "s3_region": "",
    "s3_addressing": "",
    "s3_anonymous": False,
    "s3_requester_pays": False,
    "reads_in_flight": 0,
    "listers": 0,
    "retries": 4,
}
TIMES = (
    *("fetch", "held", "starved", "decode", "infer", "write"),
    *("bytes", "readers", "workers", "wall"),
)


def crew_messages(moments: dict[str, object]) -> dict[str, dict[str, object]]:
    """Return orders and their outcomes, by their names; `moments`: a file of them."""
    name = {"order": "merge-00007", "attempt": 1}
    order = name | {"type": "order", "protocol": 1, "stage": "merge", "storage": STORAGE}
    order |= {"input": "file:///in", "output": "s3://bucket/out", "layout": "tables"}
    order |= {"typed": {"input": "in", "output": "s3a://bucket/out/"}}
    order |= {"uuid": "u", "mark": "", "lease": "t", "number": 7, "width": 1280}
    order |= {"members": [{"moments": moments}, {"features": "features/p"}]}
    effort = {"worker": "h:1:2", "cpu_seconds": 1.5, "times": dict.fromkeys(TIMES, 0)}
    outcome = name | {"type": "outcome", "moments": moments, "effort": effort}
    inspect = order | {"stage": "inspect", "manifests": ["_verger/shards/00007.json"]}
    inspect |= {"files": [{"file": moments, "parquet": False}]}
    counts = {"listed": 3, "features": 2, "rejected": 1, "rejected_by_reason": {"empty": 1}}
    table = {"rows": 2, "bytes": 40, "parts": ["features/p"]}
    findings = {
        "first": 7,
        "begin": 10,
        "end": 13,
        "gap": "",
        "unreconciled": "",
        "file_fault": "f",
    }
    findings |= {"counts": counts, "files": 4, "features": table, "rejected": table}
    inspected = name | {"type": "outcome", "findings": findings, "effort": effort}
    return {
        "order": order,
        "outcome": outcome,
        "inspect": inspect,
        "inspected": inspected,
    }
