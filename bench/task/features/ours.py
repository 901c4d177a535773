# SPDX-License-Identifier: Apache-2.0
"""`verger extract`; the clock is around the whole process."""

import json
import subprocess

import contest
import session

PROGRAM = contest.ROOT / "build" / "verger"


def main(precision: str = "f32") -> None:
    """Run the program once; it needs no warm-up."""
    given = session.arguments()
    command = [PROGRAM, "extract", given.photographs, given.out, "--weights", given.weights]
    command += ["--threads", str(given.threads), "--precision", precision]
    with session.clock() as figures:
        subprocess.run(command, check=True, capture_output=True)
    given.report.write_text(json.dumps(figures))


if __name__ == "__main__":
    main()
