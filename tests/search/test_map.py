# SPDX-License-Identifier: Apache-2.0
"""The map of the report does not depend on how it is drawn."""

import json
import os


def test_one_core_draws_the_same_map(verger, result):
    def map_of(**keywords):
        told = verger("report", result, "--json", **keywords).stdout
        return json.loads(told)["points"]["map"]

    alone = {"preexec_fn": lambda: os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])}
    assert map_of(**alone) == map_of()
