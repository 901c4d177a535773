# SPDX-License-Identifier: Apache-2.0
"""What the tests with Spark ask of it."""


def jobs_of(spark):
    """The jobs that the session has started so far, other than those of a group."""
    return sorted(spark.sparkContext.statusTracker().getJobIdsForGroup())


def counted(spark, frame):
    """The same DataFrame, and an accumulator of the rows of it that were computed."""
    accumulator = spark.sparkContext.accumulator(0)

    def count(batches):
        for batch in batches:
            accumulator.add(batch.num_rows)
            yield batch

    return frame.mapInArrow(count, frame.schema), accumulator
