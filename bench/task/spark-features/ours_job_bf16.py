# SPDX-License-Identifier: Apache-2.0
"""The same as ours_job.py with --precision bf16, for processors that compute in it."""

import ours_job

if __name__ == "__main__":
    ours_job.main("bf16")
