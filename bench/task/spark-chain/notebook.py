# SPDX-License-Identifier: Apache-2.0
"""The notebook as it is written, up to its second table: see bench/support/notebook_cells.py.

Leaves OUT/shares.npy; its report says besides how many images it has predicted.
"""

import numpy as np
import session
from notebook_cells import Notebook


def main() -> None:
    """Contend."""
    given = session.arguments()
    spark = session.start()
    notebook = Notebook.open(spark, given.weights)

    def step(photographs, out):
        before = notebook.predicted.value
        shares = notebook.reduce(notebook.extract(photographs, out), out)
        np.save(out.with_name("shares.npy"), shares)
        return {"predicted": notebook.predicted.value - before}

    # Its first table warms up what it has; the second would take minutes.
    session.contend(step, given, warm_up=notebook.extract)
    spark.stop()


if __name__ == "__main__":
    main()
