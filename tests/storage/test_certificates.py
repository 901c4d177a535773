# SPDX-License-Identifier: Apache-2.0
"""S3 over HTTPS trusts the authorities that the environment names, and nobody else."""

import shutil

import pytest
from conftest import UNTRAINED
from servers.tls_front import tls_front

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def front(s3, tmp_path_factory):
    """The S3 server by HTTPS."""
    with tls_front(tmp_path_factory.mktemp("certificates"), s3.endpoint) as server:
        yield server


@pytest.fixture(scope="module")
def bucket(s3, orchard):
    """A bucket with the orchard below Test/."""
    folder = s3.bucket("certificates")
    shutil.copytree(orchard, folder / "Test")
    return folder


def environment(s3, front, **named):
    return s3.environment(endpoint=front.endpoint) | {k: str(v) for k, v in named.items()}


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "AWS_CA_BUNDLE"])
def test_an_authority_that_is_named_is_trusted(s3_verger, s3, front, bucket, variable):
    named = environment(s3, front, **{variable: front.authority})
    places = ["s3://certificates/Test", f"s3://certificates/{variable}"]
    s3_verger("run", *places, "--weights", UNTRAINED, environment=named)
    assert (bucket / variable / "features" / "_SUCCESS").exists()


def test_the_variable_of_aws_comes_first(s3_verger, s3, front, bucket):
    others = front.authority.parent / "server.key"  # holds no certificate
    named = environment(s3, front, AWS_CA_BUNDLE=front.authority, SSL_CERT_FILE=others)
    s3_verger("pack", "s3://certificates/Test", "s3://certificates/Packed", environment=named)


def test_a_stranger_is_refused_at_once_in_one_sentence(s3_verger, s3, front, bucket):
    refused = s3_verger("inspect", "s3://certificates/Test", exit_code=3, timeout=10,
                        environment=environment(s3, front))  # fmt: skip
    assert refused.stderr.splitlines()[-1].endswith(
        "the server's certificate is not that of an authority trusted here; "
        "name a file of those to trust by SSL_CERT_FILE."
    )


def test_a_file_of_authorities_that_is_not_there_is_named(s3_verger, s3, front, bucket):
    named = environment(s3, front, AWS_CA_BUNDLE="/absent/ca.pem")
    refused = s3_verger("inspect", "s3://certificates/Test", exit_code=3, environment=named)
    assert refused.stderr.splitlines()[-1] == (
        "verger: error: Cannot read '/absent/ca.pem', the certificate authorities of "
        "$AWS_CA_BUNDLE: No such file or directory."
    )
