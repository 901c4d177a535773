# SPDX-License-Identifier: Apache-2.0
"""Where the weights are: the search and the download, as the command line has them."""

from __future__ import annotations

import hashlib
import os
import ssl
import tempfile
import urllib.request
from pathlib import Path

from verger._errors import ModelError
from verger._secrets import check_no_credential
from verger._verger import official_weights

_MOST_BYTES = 64 << 20
_STALL_S = 30


def keras_cache_folder() -> Path:
    """Return Keras' own cache, ~/.keras/models (or $KERAS_HOME/models)."""
    root = os.environ.get("KERAS_HOME")
    return (Path(root) if root else Path.home() / ".keras") / "models"


def find_weights(weights: str | os.PathLike[str] | None = None) -> Path | None:
    """Return the first of `weights`, $VERGER_WEIGHTS, and the official files in Keras' cache.

    Returns None when nothing is given and nothing is in the cache. Raises ModelError when what is
    given does not exist, and ValueError when it holds a credential. Thread-safe.
    """
    given = ((weights, "weights="), (os.environ.get("VERGER_WEIGHTS"), "$VERGER_WEIGHTS"))
    for place, giver in given:
        if not place:
            continue
        check_no_credential(os.fspath(place))
        path = Path(place)
        if path.is_file():
            return path
        what = "are a folder, not a file" if path.is_dir() else "do not exist"
        raise ModelError(f"The weights '{path}' of {giver} {what}.")
    for official in official_weights():
        path = keras_cache_folder() / official["file_name"]
        if path.is_file():
            return path
    return None


def fetch_weights(folder: str | os.PathLike[str] | None = None) -> Path:
    """Return Keras' official weights in `folder` (default: Keras' cache), downloaded if need be.

    A file that is there with the official SHA-256 is kept. Else it is downloaded by HTTPS, under a
    temporary name until its hash was checked. Raises ModelError, which says where to get it by
    hand. Safe to call from several processes at once.
    """
    official = official_weights()[0]
    folder = keras_cache_folder() if folder is None else Path(folder)
    path = folder / official["file_name"]
    if path.is_file() and _sha256(path.read_bytes()) == official["sha256"]:
        return path
    try:
        data = _download(official["url"])
        if _sha256(data) != official["sha256"]:
            raise OSError("what came is not the official file: its SHA-256 differs")
        _write_whole(path, data)
    except OSError as error:
        reason = str(error).rstrip(".")
        raise ModelError(
            f"There are no weights, and the download failed ({reason}): get "
            f"{official['file_name']} from {official['url']} and put it into {folder}, or name it "
            "by weights=."
        ) from error
    return path


def _download(url: str) -> bytes:
    if not url.startswith("https://"):
        raise OSError(f"{url} is not an HTTPS address")
    # urlopen's own context would be that of its first call, whatever SSL_CERT_FILE says since.
    trusted = ssl.create_default_context()
    with urllib.request.urlopen(url, timeout=_STALL_S, context=trusted) as answer:
        data = answer.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise OSError("it is larger than any such file")
    return bytes(data)


def _write_whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".verger-tmp-", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(data)
            file.close()
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
