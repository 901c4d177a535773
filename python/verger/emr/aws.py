# SPDX-License-Identifier: Apache-2.0
"""The clients of AWS: how requests are retried, and what is said when they fail."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import boto3
import boto3.exceptions
import botocore.exceptions as wrong
from botocore.config import Config

from verger.emr.errors import AwsError, UsageError

ATTEMPTS = 8  # A request that was throttled, or failed by the network, is repeated with backoff.

_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
_UNKNOWN = ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId",
            "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure")  # fmt: skip
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403")
_THROTTLED = ("ThrottlingException", "Throttling", "SlowDown", "RequestLimitExceeded",
              "TooManyRequestsException", "503")  # fmt: skip


class Aws:
    """What this program calls of AWS. Credentials come by AWS' default chain."""

    def __init__(self, region: str | None = None, profile: str | None = None) -> None:
        """Make no request. UsageError when there is no such profile."""
        try:
            # boto3 itself reads AWS_DEFAULT_REGION alone.
            region = region or os.environ.get("AWS_REGION") or None
            self._session = boto3.Session(profile_name=profile, region_name=region)
        except wrong.ProfileNotFound as error:
            raise UsageError(f"AWS' settings have no profile '{profile}'.") from error

    @property
    def region(self) -> str:
        """The region of the clusters."""
        region: str | None = self._session.region_name
        if region is None:
            raise UsageError("No region is set; give --region or set AWS_REGION.")
        return region

    def _client(self, service: str) -> Any:
        settings = Config(
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            connect_timeout=10,
            read_timeout=60,
            user_agent_extra="verger-emr",
        )
        return self._session.client(service, region_name=self.region, config=settings)

    @cached_property
    def emr(self) -> Any:
        """Amazon EMR."""
        return self._client("emr")

    @cached_property
    def serverless(self) -> Any:
        """Amazon EMR Serverless."""
        return self._client("emr-serverless")

    @cached_property
    def s3(self) -> Any:
        """Amazon S3."""
        return self._client("s3")


def pages(client: Any, operation: str, field: str, **arguments: Any) -> Iterator[Any]:
    """Yield what an operation lists in `field`, page after page."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(field, [])


def _denial(operation: str, message: str) -> str:
    return (
        f"These credentials may not do {operation} ({message}); `verger-emr policy operator` "
        "prints what is needed."
    )


def _client_error(error: Any) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "").rstrip(".")
    if code in _EXPIRED:
        return "The AWS credentials have expired; sign in again, such as by `aws sso login`."
    if code in _UNKNOWN:
        return f"AWS does not accept these credentials ({code}); see `aws configure`."
    if code in _DENIED:
        return _denial(error.operation_name, message or code)
    if code in _THROTTLED:
        return (
            f"AWS throttled {error.operation_name} {ATTEMPTS} times in a row; wait a little and "
            "repeat."
        )
    return f"AWS refused {error.operation_name}: {message or code}."


@contextlib.contextmanager
def said() -> Iterator[None]:
    """Turn botocore's errors into an AwsError of one sentence."""
    try:
        yield
    except wrong.ClientError as error:
        raise AwsError(_client_error(error)) from error
    except boto3.exceptions.S3UploadFailedError as error:
        reason = error.__context__  # what AWS said of a part of it
        told = isinstance(reason, wrong.ClientError)
        raise AwsError(_client_error(reason) if told else f"{error}.") from error
    except (wrong.NoCredentialsError, wrong.PartialCredentialsError) as error:
        raise AwsError("No AWS credentials were found; see `aws configure`.") from error
    except (wrong.SSOTokenLoadError, wrong.UnauthorizedSSOTokenError,
            wrong.TokenRetrievalError) as error:  # fmt: skip
        raise AwsError("The AWS sign-in has expired; repeat `aws sso login`.") from error
    except wrong.ParamValidationError as error:
        text = " ".join(str(error).split())
        raise UsageError(f"AWS' client refuses the request: {text}.") from error
    except (wrong.ConnectionError, wrong.HTTPClientError) as error:
        raise AwsError(f"AWS cannot be reached: {error}.") from error
    except wrong.BotoCoreError as error:
        raise AwsError(f"AWS' client failed: {error}.") from error
