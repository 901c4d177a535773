# SPDX-License-Identifier: Apache-2.0
"""Hadoop's s3a:// for the Spark 4.3 of the tests."""

from servers.s3proxy import ACCESS_KEY, ROOT, SECRET_KEY

JARS = ROOT / "build" / "maven" / "s3a"


def hadoop_settings(endpoint, region="us-east-1"):
    """Settings of Hadoop by which s3a:// is the S3 server at `endpoint`."""
    settings = {
        "access.key": ACCESS_KEY,
        "endpoint": endpoint,
        "endpoint.region": region,
        "path.style.access": "true",
        "secret.key": SECRET_KEY,
    }
    return {f"fs.s3a.{name}": text for name, text in settings.items()}


def s3a_settings(endpoint):
    """Settings of Spark by which s3a:// is the S3 server at `endpoint`."""
    jars = sorted(JARS.glob("*.jar"))
    assert jars, "no s3a in build/maven; run tools/deps.sh maven s3a"
    hadoop = {f"spark.hadoop.{name}": text for name, text in hadoop_settings(endpoint).items()}
    return {"spark.jars": ",".join(map(str, jars)), **hadoop}
