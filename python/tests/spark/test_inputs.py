# SPDX-License-Identifier: Apache-2.0
"""The stages take DataFrames of Spark, and say so of others."""

import numpy as np
import pytest
from conftest import UNTRAINED

pytestmark = [pytest.mark.heavy, pytest.mark.spark]


@pytest.mark.usefixtures("spark")
@pytest.mark.filterwarnings("ignore:UNTRAINED")
def test_what_is_no_dataframe_of_spark_is_refused_with_the_mend():
    import pandas as pd  # noqa: PLC0415 - not in .venv/core
    from verger.spark import ImageFeaturizer, VariancePCA  # noqa: PLC0415

    featurizer = ImageFeaturizer(weights=UNTRAINED)
    for table in (["a.jpg"], np.eye(3), pd.DataFrame({"path": ["a.jpg"]})):
        kind = type(table).__name__
        expected = f"a DataFrame of Spark and not a {kind}, of which spark.createDataFrame may make"
        for refused in (featurizer.transform, VariancePCA().fit):
            with pytest.raises(TypeError, match=expected):
                refused(table)
