# SPDX-License-Identifier: Apache-2.0
"""Tables of features of several shapes and conditions, made from fixed seeds."""

from collections.abc import Callable

import numpy as np

Table = np.ndarray  # float32, rows x features


def correlated(rows: int, width: int, seed: int) -> Table:
    """Return columns of different scales that share a few causes."""
    random = np.random.default_rng(seed)
    causes = random.normal(size=(rows, 5)) @ random.normal(size=(5, width))
    table = causes + random.normal(size=(rows, width))
    return (table * np.exp(random.normal(size=width)) + random.normal(size=width)).astype("f4")


def like_a_network(rows: int, width: int, seed: int) -> Table:
    """Return what global average pooling after ReLU6 looks like: many causes, much at zero."""
    random = np.random.default_rng(seed)
    causes = random.normal(size=(rows, width // 8)) * np.linspace(3, 0.2, width // 8)
    table = causes @ random.normal(size=(width // 8, width)) + random.normal(size=(rows, width)) * 3
    return np.clip(table / 20 + random.normal(size=width) * 0.2, 0, 6).astype("f4")


def with_constant_columns() -> Table:
    """Return columns of which three never change."""
    table = correlated(200, 30, 3)
    table[:, [0, 7, 29]] = [0.0, 0.1, 1e6]
    return table


def with_duplicated_rows() -> Table:
    """Return every row twice, in two halves."""
    return np.tile(correlated(150, 24, 4), (2, 1))


def of_large_values() -> Table:
    """Return values near 1e6 that differ by little."""
    random = np.random.default_rng(5)
    return (1e6 + 50 * random.normal(size=(400, 20))).astype("f4")


def of_all_scales() -> Table:
    """Return columns from 1e-6 to 1e6."""
    return (correlated(300, 25, 6) * np.logspace(-6, 6, 25)).astype("f4")


def nearly_dependent() -> Table:
    """Return columns of which half repeat the other half but for one part in 1e4."""
    table = correlated(500, 15, 7)
    noise = np.random.default_rng(8).normal(size=table.shape)
    return np.hstack([table, table * (1 + 1e-4 * noise)]).astype("f4")


TABLES: dict[str, Callable[[], Table]] = {
    "tall": lambda: correlated(2000, 40, 1),
    "wide": lambda: correlated(50, 200, 2),
    "two rows": lambda: correlated(2, 30, 9),
    "three rows": lambda: correlated(3, 2, 10),
    "one column": lambda: correlated(40, 1, 11),
    "constant columns": with_constant_columns,
    "duplicated rows": with_duplicated_rows,
    "large values": of_large_values,
    "all scales": of_all_scales,
    "nearly dependent": nearly_dependent,
    "like a network": lambda: like_a_network(1500, 320, 12),
}
