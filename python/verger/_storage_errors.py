# SPDX-License-Identifier: Apache-2.0
"""Why a place cannot be read or written, in one sentence without any credential."""

from __future__ import annotations

import os

_DENIED = (
    "access is denied to these credentials (as it is in a bucket whose readers pay: Requester Pays "
    "is not supported)"
)
# Arrow's names and AWS' codes of what S3 answers -> the rest of a sentence, as the program says it.
# Another request would meet these as well:
_LASTING = {
    "INVALID_ACCESS_KEY_ID": "the server does not know the access key; check AWS_ACCESS_KEY_ID",
    "INVALID_CLIENT_TOKEN_ID": "the server does not know the access key; check AWS_ACCESS_KEY_ID",
    "SIGNATURE_DOES_NOT_MATCH": (
        "the secret key does not fit the access key; check AWS_SECRET_ACCESS_KEY"
    ),
    "ACCESS_DENIED": _DENIED,
    "INVALID_SIGNATURE": _DENIED,
    "HTTP status 403": _DENIED,
    "ExpiredToken": "the session's credentials have expired; sign in anew",
    "NO_SUCH_BUCKET": "there is no such bucket",
    "NO_SUCH_KEY": "no such object",
    "RESOURCE_NOT_FOUND": "no such object",
    "HTTP status 404": "no such object",
    "PermanentRedirect": "the bucket is in another region; give s3_region",
    "AuthorizationHeaderMalformed": "the bucket is in another region; give s3_region",
}
# And these it may not:
_PASSING = {
    "NETWORK_CONNECTION": "the server cannot be reached or broke the connection off",
    "SLOW_DOWN": "the server is too busy",
    "SERVICE_UNAVAILABLE": "the server is too busy",
    "INTERNAL_FAILURE": "the server had an internal failure",
    "HTTP status 503": "the server is too busy",  # an answer without a body says no more
    "HTTP status 500": "the server had an internal failure",
}


def is_lasting(error: BaseException) -> bool:
    """Tell whether another request to S3 would fail as this one did."""
    return isinstance(error, FileNotFoundError) or _cause_of(error, _LASTING) is not None


def io_error(action: str, path: str, error: BaseException | str) -> OSError:
    """Return an OSError of one sentence: Cannot `action` `path`: why."""
    why = error if isinstance(error, str) else _why(error)
    return OSError(f"Cannot {action} {path}: {why}.")


def _why(error: BaseException) -> str:
    known = _cause_of(error, {**_LASTING, **_PASSING})
    if known is not None:
        return known
    number = getattr(error, "errno", None)
    if number is None and isinstance(error, FileNotFoundError):
        return "no such file or directory"
    text = os.strerror(number) if number else str(error).partition("\n")[0]
    text = text.rpartition("operation: ")[2].rstrip(" .")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _cause_of(error: BaseException, causes: dict[str, str]) -> str | None:
    message = str(error)
    return next((cause for code, cause in causes.items() if code in message), None)
