# SPDX-License-Identifier: Apache-2.0
"""A bare Debian root in a folder, into which one goes by chroot. Needs root."""

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from servers.s3proxy import ROOT

# What a registry's client reads; the settings of apt are in the root already.
PASSED = ("http_proxy", "https_proxy", "no_proxy")
ENTER = """
set -e
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
exec chroot "$0" "$@"
"""


@dataclass
class BareRoot:
    """An unpacked root."""

    folder: Path

    def write(self, place, text, mode=0o644):
        """Write a file of the root."""
        path = self.folder / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def read(self, place):
        """What a file of the root holds, or None."""
        path = self.folder / place.lstrip("/")
        return path.read_text() if path.exists() else None

    def words(self, *command):
        """The words that run a command in it, in mounts of its own."""
        words = ["unshare", "--mount", "bash", "-c", ENTER, self.folder, *command]
        return [str(word) for word in words]

    def run(self, *command, timeout=300):
        """Run a command in it; return the finished process."""
        passed = {k: v for k, v in os.environ.items() if k.lower() in PASSED}
        environment = {**passed, "LANG": "C.UTF-8", "HOME": "/root",
                       "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "SSL_CERT_FILE": "/opt/certificates.crt",
                       "PIP_CERT": "/opt/certificates.crt"}  # fmt: skip
        return subprocess.run(self.words(*command), env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                              check=False)  # fmt: skip


@contextlib.contextmanager
def bare_root(folder):
    """Unpack a root below `folder`; yields it, and removes it."""
    assert os.geteuid() == 0, "a bare root needs root, for chroot and mounts"
    place = folder / "root"
    place.mkdir()
    subprocess.run([ROOT / "tools" / "fresh.sh", "--root", place], check=True)
    root = BareRoot(place)
    root.write("/etc/hosts", "127.0.0.1 localhost\n")  # as an installer writes it
    try:
        yield root
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", place], check=True)
