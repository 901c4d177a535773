# SPDX-License-Identifier: Apache-2.0
"""Places that hold what should be secret."""

from __future__ import annotations

import re

# A colon of s3:// or one that no port follows begins a secret, perhaps one with a slash in it.
_PLACE = re.compile(r"(?P<scheme>[^/:]+)://(?P<authority>[^/?#]*)")
_HOST = re.compile(r"[^@:]*(:[0-9]*)?")


class CredentialError(ValueError):
    """A place holds a credential. The message does not repeat it."""


def check_no_credential(place: object) -> None:
    """Raise CredentialError for s3://KEY:SECRET@bucket/… and the like, without repeating it."""
    parts = _PLACE.match(place) if isinstance(place, str) else None
    if parts is None:
        return
    bucket = parts["scheme"].rpartition("=")[2] in ("s3", "s3a", "s3n")
    if _HOST.fullmatch(parts["authority"]) and not (bucket and ":" in parts["authority"]):
        return
    raise CredentialError(
        f"A place of {parts['scheme']}:// was given with a user, a key or a password in it, which "
        "is not repeated here; leave it out, and give credentials as AWS' own tools take them "
        "(AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)."
    )
