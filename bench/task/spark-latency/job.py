# SPDX-License-Identifier: Apache-2.0
"""verger.spark.extract from photographs on S3 to a local table; see run.py."""

import session
import verger.spark


def main() -> None:
    """Contend: the clock is that of the job's stage, from its first order to its last outcome."""
    given = session.arguments()
    spark = session.start()

    def step(photographs, out):
        place = f"s3://p8-data/{photographs.name}"
        result = verger.spark.extract(
            spark, place, out, weights=given.weights, overwrite=True, progress=False
        )
        return {"seconds": result.record["seconds"]["extract"]}

    session.contend(step, given)
    spark.stop()


if __name__ == "__main__":
    main()
