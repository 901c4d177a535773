"""One writer an output: the lease that a run holds on it (docs/formats.md, Lease)."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from verger._verger import has_ended, this_process
from verger.spark.job.folder import LEASES_FOLDER
from verger.spark.job.manifest import JSON_VERSION, dump_json
from verger.spark.job.store import Store

_ATTEMPTS = 8


@dataclass(frozen=True)
class LeaseTiming:
    """In seconds. Clocks of machines must agree better than `lapse`."""

    lapse: float = 60.0  # without renewal
    renew: float = 20.0
    pause: float = 0.5  # the longest between two attempts at a contested claim


def utc_text(seconds: float) -> str:
    """Return 2025-01-31T12:00:00Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _now_ms() -> int:
    return int(time.time() * 1000)


def lease_name(token: str) -> str:
    """Return where the lease of this token stands."""
    return f"{LEASES_FOLDER}/{token}.json"


def read_lease(store: Store, name: str) -> dict[str, Any] | None:
    """Return a lease; None when it is not there, or is none."""
    try:
        lease: dict[str, Any] = json.loads(store.read(name))
        known = (lease["format"], lease["version"]) == ("verger-lease", JSON_VERSION)
        int(lease["lapses_ms"])
        return lease if known and lease_name(lease["token"]) == name else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_live(lease: dict[str, Any]) -> bool:
    """Tell whether it has not lapsed, nor is of a process that is known to have ended."""
    if lease["lapses_ms"] <= _now_ms():
        return False
    return not has_ended(lease["machine"], lease["pid"], lease["process_started"])


@dataclass(frozen=True)
class LeaseFence:
    """What a task asks before a file of its becomes visible: is the run still the writer?

    A task may outlive its run: on a machine that was cut off, or as the slower of two attempts. It
    can be pickled.
    """

    store: Store
    token: str

    def __call__(self) -> None:
        """Raise OSError when the lease is gone or has lapsed."""
        lease = read_lease(self.store, lease_name(self.token))
        if lease is None or lease["state"] != "held" or lease["lapses_ms"] <= _now_ms():
            raise OSError(
                f"The run that this task is of does not write {self.store.display_path()} any more."
            )


class Lease:
    """Held from acquire() to the end of the `with` block, and renewed by a thread meanwhile."""

    def __init__(self, store: Store, command: str, timing: LeaseTiming) -> None:
        """Prepare a claim; acquire() makes it."""
        self._store = store
        self._timing = timing
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="verger-lease", daemon=True)
        self._valid_until_ms = 0
        self.token = str(uuid.uuid4())
        self._record: dict[str, Any] = {
            "format": "verger-lease",
            "version": JSON_VERSION,
            "token": self.token,
            "command": command,
            **this_process(),
        }

    @classmethod
    def acquire(cls, store: Store, command: str, timing: LeaseTiming | None = None) -> Lease:
        """Take the lease, and over from holders that are gone. OSError: another run holds it."""
        lease = cls(store, command, timing or LeaseTiming())
        for attempt in range(_ATTEMPTS):
            if attempt > 0:
                time.sleep(random.uniform(0.001, lease._timing.pause))
            if lease._try_claim():
                lease._thread.start()
                return lease
        raise OSError(
            f"The output {store.display_path()} is wanted by several runs at once; start one of "
            "them again."
        )

    @property
    def fence(self) -> LeaseFence:
        """What tasks ask before they write."""
        return LeaseFence(self._store, self.token)

    def check(self) -> None:
        """Raise OSError once it could not be renewed in time."""
        if _now_ms() >= self._valid_until_ms:
            raise OSError(
                f"The lease on the output {self._store.display_path()} could not be renewed and "
                "lapsed; go on with --resume."
            )

    def withdraw(self) -> bool:
        """Let no task write any more, while other runs wait still; False when it has lapsed."""
        self._stop_renewing()
        try:
            self.check()
            self._write("claimed")
        except OSError:
            return False
        return True

    def __enter__(self) -> Self:
        """Hold it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give it back. What cannot be removed lapses by itself."""
        self._stop_renewing()
        try:
            self._store.remove(lease_name(self.token))
        except OSError:
            return

    def _try_claim(self) -> bool:
        """Return False when others claim it too."""
        try:
            self._write("claimed")
        except OSError:  # a run that comes to its end may have swept the half-written one away
            self._write("claimed")
        names = [file.name for file in self._store.files(LEASES_FOLDER)]
        found = [read_lease(self._store, name) for name in names if name.endswith(".json")]
        others = [lease for lease in found if lease and lease["token"] != self.token]
        for other in filter(is_live, others):
            self._store.remove(lease_name(self.token))
            if other["state"] == "held":
                raise OSError(_refusal(self._store, other))
            return False
        for gone in others:
            self._store.remove(lease_name(gone["token"]))
        self._write("held")
        return True

    def _write(self, state: str) -> None:
        lapses_ms = _now_ms() + int(self._timing.lapse * 1000)
        document = {"state": state, "lapses_ms": lapses_ms, "lapses": utc_text(lapses_ms // 1000)}
        self._store.write(lease_name(self.token), dump_json(self._record | document))
        self._valid_until_ms = lapses_ms

    def _stop_renewing(self) -> None:
        self._stop.set()
        self._thread.join()

    def _renew(self) -> None:
        while not self._stop.wait(self._timing.renew):
            if _now_ms() >= self._valid_until_ms:
                return
            try:
                self._write("held")
            except OSError:
                continue  # tried again at the next turn, until it lapses


def _refusal(store: Store, other: dict[str, Any]) -> str:
    return (
        f"The output {store.display_path()} is being written by verger {other['command']} on "
        f"{other['host']}, process {other['pid']}; unless renewed, its lease lapses at "
        f"{other['lapses']}. Wait for it, or choose another output."
    )
