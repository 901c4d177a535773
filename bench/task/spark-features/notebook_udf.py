# SPDX-License-Identifier: Apache-2.0
"""The notebook's feature step: see bench/support/notebook_cells.py."""

import session
from notebook_cells import Notebook


def main() -> None:
    """Contend."""
    given = session.arguments()
    spark = session.start()
    notebook = Notebook.open(spark, given.weights)

    def step(photographs, out):
        notebook.extract(photographs, out)

    session.contend(step, given)
    spark.stop()


if __name__ == "__main__":
    main()
