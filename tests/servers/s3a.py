"""Hadoop's s3a:// for the Spark 4.3 of the tests."""

from servers.s3proxy import ACCESS_KEY, ROOT, SECRET_KEY

JARS = ROOT / "build" / "maven" / "s3a"


def s3a_settings(endpoint):
    """Settings of Spark by which s3a:// is the S3 server at `endpoint`."""
    jars = sorted(JARS.glob("*.jar"))
    assert jars, "no s3a in build/maven; run tools/deps.sh maven s3a"
    hadoop = {
        "access.key": ACCESS_KEY,
        "endpoint": endpoint,
        "endpoint.region": "us-east-1",
        "path.style.access": "true",
        "secret.key": SECRET_KEY,
    }
    settings = {f"spark.hadoop.fs.s3a.{name}": text for name, text in hadoop.items()}
    return {"spark.jars": ",".join(map(str, jars)), **settings}
