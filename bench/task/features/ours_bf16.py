# SPDX-License-Identifier: Apache-2.0
"""The same as ours.py with --precision bf16, for processors that compute in it."""

import ours

if __name__ == "__main__":
    ours.main("bf16")
