# SPDX-License-Identifier: Apache-2.0
"""Other members for a class of somebody else."""

import contextlib


@contextlib.contextmanager
def replaced(place, members):
    """Give a class other members for a while."""
    kept = {name: place.__dict__.get(name) for name in members}
    for name, member in members.items():
        setattr(place, name, member)
    try:
        yield
    finally:
        for name, member in kept.items():
            if member is None:
                delattr(place, name)
            else:
                setattr(place, name, member)
