# SPDX-License-Identifier: Apache-2.0
"""What a run asks of S3: requests cost money and time, where photographs are many and small."""

from collections import Counter

import pytest
from conftest import UNTRAINED
from servers.small_s3 import small_s3

PARTS = 4


@pytest.fixture
def bucket(orchard):
    """A server that has the orchard's photographs."""
    with small_s3() as server:
        for path in orchard.rglob("*.jpg"):
            server.put(f"Test/{path.relative_to(orchard)}", path.read_bytes())
        yield server


def asked(verger, server, *words):
    """Run a command; return how often it asked, by method and by the key's first folders."""
    server.requests.clear()
    verger(*words, env=server.environment())
    return Counter((method, key.rpartition("/")[0]) for method, key in server.requests)


def of_photographs(requests):
    """Return how often photographs were asked for, by method."""
    counts = Counter()
    for (method, folder), count in requests.items():
        if folder.startswith("Test"):
            counts[method] += count
    return counts


def run(verger, server, command="run", parts=PARTS):
    """Run a command from the bucket into it."""
    options = ["--weights", UNTRAINED] + ["--parts", parts] * (command != "update")
    return asked(verger, server, command, "s3://bucket/Test", "s3://bucket/Out", *options)


def test_extraction_asks_once_for_a_photograph_and_the_report_once_for_a_thumbnail(verger, bucket):
    photographs = len(bucket.objects)
    assert of_photographs(run(verger, bucket)) == {"GET": 2 * photographs}
    assert of_photographs(run(verger, bucket, "update")) == {}
    extracted = asked(verger, bucket, "extract", "s3://bucket/Test", "s3://bucket/Features",
                      "--weights", UNTRAINED)  # fmt: skip
    assert of_photographs(extracted) == {"GET": photographs}


def test_a_record_is_read_by_one_request(verger, bucket):
    run(verger, bucket)
    inspected = asked(verger, bucket, "inspect", "s3://bucket/Out")
    assert inspected["GET", "Out/_verger/shards"] == PARTS
    assert inspected["HEAD", "Out/_verger/shards"] == 0
