"""An update that is killed, or whose tasks fail: update_faults.py FAULT INPUT OUTPUT OPTION…."""

import os
import signal
import sys

from verger.spark import cli
from verger.spark.job import update_road


def killed_after(stage):
    """Have the driver killed when it is through with the stage."""
    genuine = getattr(update_road.UpdateJob, stage)

    def deadly(job):
        genuine(job)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(update_road.UpdateJob, stage, deadly)


def tasks_with(fault, genuine):
    """Return what does a shard in place of `genuine`. Nested, so that it is sent by value."""

    def number_of(item):
        return item.manifest.shard.number if hasattr(item, "manifest") else item.shard.number

    def fail_last(job, item, attempt):
        if number_of(item) >= 4:
            raise OSError("Cannot write the new shard.")
        return genuine(job, item, attempt)

    def fail_twice(job, item, attempt):
        done = genuine(job, item, attempt)
        if attempt < 2:  # what it wrote stays behind, the manifest as well
            raise OSError("The answer is lost.")
        return done

    return {"a-new-shard-fails": fail_last, "answers-are-lost": fail_twice}[fault]


STAGES = {
    "begun": "begin",
    "extracted": "extract",
    "fitted": "fit",
    "projected": "project",
    "model-saved": "save_model",
    "marks-to-set": "_settle_manifests",
}


def main():
    """Run."""
    fault, source, output, *options = sys.argv[1:]
    if fault in STAGES:
        killed_after(STAGES[fault])
    else:
        update_road.update_shard = tasks_with(fault, update_road.update_shard)
    return cli.main(
        ["update", source, output, *options, "--master", "local[2,4]",
         "--conf", "spark.ui.enabled=false", "--conf", "spark.log.level=OFF"]
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
