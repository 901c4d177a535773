# SPDX-License-Identifier: Apache-2.0
"""verger reduces as Spark ML's StandardScaler(withMean, withStd) and PCA do."""

import numpy as np
import pytest
from parity.reduction import compare, verger_side
from parity.reduction.tables import TABLES

pytestmark = pytest.mark.heavy


def reduce_by_spark(session, table, k):
    """Return the mean, deviation, ratios of variance, components and standardised table."""
    feature = pytest.importorskip("pyspark.ml.feature")
    linalg = pytest.importorskip("pyspark.ml.linalg")
    rows = [(i, linalg.Vectors.dense(row)) for i, row in enumerate(table.astype("f8").tolist())]
    frame = session.createDataFrame(rows, ["row", "features"])
    scaler = feature.StandardScaler(
        inputCol="features", outputCol="scaled", withMean=True, withStd=True
    ).fit(frame)
    scaled = scaler.transform(frame)
    pca = feature.PCA(k=k, inputCol="scaled", outputCol="pca").fit(scaled)
    result = pca.transform(scaled).orderBy("row").collect()
    return {
        "mean": scaler.mean.toArray(),
        "deviation": scaler.std.toArray(),
        "ratios": pca.explainedVariance.toArray(),
        "components": pca.pc.toArray().T,
        "projected": np.array([row["pca"].toArray() for row in result]),
    }


def check(session, table, note):
    """Compare the two at full rank."""
    rank = verger_side.rank(verger_side.reduce(table))
    ours = verger_side.reduce(table, components=rank)
    theirs = reduce_by_spark(session, table, table.shape[1])

    total = ours.eigenvalues.sum()
    spectrum = compare.spectrum_difference(ours.eigenvalues, theirs["ratios"] * total)
    components = compare.component_difference(
        ours.eigenvalues, ours.components, theirs["components"][:rank]
    )
    np.testing.assert_allclose(ours.mean, theirs["mean"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.deviation, theirs["deviation"], rtol=1e-9, atol=1e-12)
    assert spectrum <= 1e-9
    assert components <= 1e-6
    row = {"stage": "reduction", "reference": "Spark ML", "cases": 1}
    note(what="spectrum, largest eigenvalue = 1", difference=spectrum, bound="1e-09", **row)
    note(what="components, separated eigenvalues", difference=components, bound="1e-06", **row)
    for variance in (0.3, 0.5, 0.9, 0.95, 0.99):
        expected = compare.smallest_k(theirs["ratios"], variance)
        assert verger_side.reduce(table, variance=variance).model["k"] == expected
    for run in compare.clusters(ours.eigenvalues, rank):
        if run.stop - run.start == 1:
            expected = np.abs(theirs["projected"][:, run])
            largest = np.sqrt(ours.eigenvalues[0] * len(table))
            np.testing.assert_allclose(
                np.abs(ours.projected[:, run]), expected, rtol=0, atol=1e-6 * largest
            )


@pytest.mark.parametrize("name", TABLES)
def test_reduction_is_that_of_spark(name, spark, note):
    check(spark, TABLES[name](), note)


def test_reduction_of_photographs_is_that_of_spark(spark, photographed_features, note):
    check(spark, photographed_features[:, :320], note)
