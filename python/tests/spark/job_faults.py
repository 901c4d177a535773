"""The job with a fault in its tasks: job_faults.py FAULT MAX_FAILURES INPUT OUTPUT OPTION…."""

import sys
from pathlib import Path

from verger.spark import cli
from verger.spark.job import road


def tasks_with(fault, genuine, output):
    """Return what does a shard in place of `genuine`. Nested, so that it is sent by value."""

    def fail_twice(job, item, attempt):
        if item.shard.number == 1 and attempt < 2:
            if attempt == 0:
                genuine(job, item, attempt)  # its files stay behind, without a manifest
                Path(output, item.shard.name).unlink()
            raise OSError("Cannot write the second shard.")
        return genuine(job, item, attempt)

    def fail_third(job, item, attempt):
        if item.shard.number == 2:
            raise OSError("Cannot write the third shard.")
        return genuine(job, item, attempt)

    def twice(job, item, attempt):
        first = genuine(job, item, attempt)
        manifest = Path(output, item.shard.name)
        written = manifest.read_bytes()
        assert genuine(job, item, attempt + 1)["manifest"] == first["manifest"]
        # As if both had looked for the other's manifest at once: the slower one overwrites it.
        manifest.unlink()
        genuine(job, item, attempt + 1)
        assert manifest.read_bytes() != written
        return first

    def change(job, item, attempt):
        result = genuine(job, item, attempt)
        if item.shard.number == 1:
            place = Path(job.input.display_path(item.images[0].name).removeprefix("file:"))
            place.write_bytes(place.read_bytes() + b"\0")
        return result

    return {
        "second-shard-fails-twice": fail_twice,
        "third-shard-fails": fail_third,
        "every-shard-is-done-twice": twice,
        "an-image-changes": change,
    }[fault]


def main():
    """Run."""
    fault, failures, source, output, *options = sys.argv[1:]
    road.extract_shard = tasks_with(fault, road.extract_shard, output)
    return cli.main(
        ["run", source, output, *options,
         "--master", f"local[2,{failures}]", "--conf", "spark.ui.enabled=false",
         "--conf", "spark.log.level=OFF"]
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
