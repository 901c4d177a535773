# SPDX-License-Identifier: Apache-2.0
"""What AWS' own files say of the profile in use, as far as Arrow's client does not read it."""

from __future__ import annotations

import configparser
import os
from pathlib import Path


def check_credentials() -> None:
    """Raise OSError when half a key is set, or a profile that does not exist."""
    key, secret = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
    if bool(os.environ.get(key)) != bool(os.environ.get(secret)):
        there, absent = (key, secret) if os.environ.get(key) else (secret, key)
        raise OSError(f"{there} is set, and {absent} is not: set both, or neither.")
    name = _given()
    if name and not _sections(name):
        raise OSError(
            f"AWS' settings have no profile '{name}', which AWS_PROFILE names: it is neither in "
            f"{_credentials()} nor in {_config()}."
        )


def profile_value(key: str) -> str:
    """Return what the profile says of `key`, or "". Of endpoint_url: for S3."""
    sections = _sections(_given() or "default")
    value = next((section[key] for section in sections if key in section), "")
    if key != "endpoint_url":
        return value
    services = next((section["services"] for section in sections if "services" in section), "")
    own = _parse(_config()).get(f"services {services}", {}).get("s3", "")
    lines = (line.partition("=") for line in own.splitlines() if "=" in line)
    inner = {name.strip(): value.strip() for name, _, value in lines}
    return inner.get(key, value)


def _given() -> str:
    return os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""


def _credentials() -> Path:
    given = os.environ.get("AWS_SHARED_CREDENTIALS_FILE")
    return Path(given) if given else Path.home() / ".aws" / "credentials"


def _config() -> Path:
    given = os.environ.get("AWS_CONFIG_FILE")
    return Path(given) if given else Path.home() / ".aws" / "config"


def _sections(name: str) -> list[dict[str, str]]:
    """Return the sections of a profile in both files, as far as they are there."""
    of_config = "default" if name == "default" else f"profile {name}"
    both = (_parse(_credentials()).get(name), _parse(_config()).get(of_config))
    return [section for section in both if section is not None]


def _parse(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser(default_section="", strict=False, allow_no_value=True)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return {}
    return {
        name: {key: value or "" for key, value in parser.items(name)} for name in parser.sections()
    }
