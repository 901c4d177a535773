# SPDX-License-Identifier: Apache-2.0
"""Results on S3 and on the disk, and how to compare them."""

import os

import pytest
from servers.s3proxy import s3proxy


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    """A running S3 server."""
    with s3proxy(tmp_path_factory.mktemp("s3proxy")) as server:
        yield server


@pytest.fixture(scope="session")
def s3_verger(verger, s3):
    """`verger` with the server's credentials and nothing else in its environment of AWS."""

    def run(*arguments, environment=None, **keywords):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return verger(*arguments, env=clean | (environment or s3.environment()), **keywords)

    return run
