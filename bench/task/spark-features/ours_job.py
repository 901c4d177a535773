# SPDX-License-Identifier: Apache-2.0
"""verger.spark.run in a session that stands: photographs to both tables and the model.

Its report says besides: `features_s`, all of it but the stages that reduce; `extract_s`, the stage
of extraction alone; `extract_cpu_s`, the CPU time of that stage's tasks.
"""

import time

import session
import verger.spark


def main(precision: str = "f32", *, again: bool = False) -> None:
    """Contend; with `again` a second time."""
    given = session.arguments()
    spark = session.start(submitted=given.submitted)

    def step(photographs, out):
        start = time.perf_counter()
        record = verger.spark.run(
            spark,
            photographs,
            out,
            weights=given.weights,
            layout=given.layout,
            precision=precision,
            progress=False,
        ).record
        seconds = record["seconds"]
        return {
            "features_s": time.perf_counter() - start - seconds["fit"] - seconds["project"],
            "extract_s": seconds["extract"],
            "extract_cpu_s": record["cpu_seconds"]["extract"],
        }

    def once_before(_, out):
        return step(given.photographs, out)

    session.contend(step, given, once_before if again else None)
    spark.stop()


if __name__ == "__main__":
    main()
