# SPDX-License-Identifier: Apache-2.0
"""Arrow's S3 filesystem, driven by 64 Python threads; see run.py."""

import hashlib
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from pyarrow import fs

READS_IN_FLIGHT = 64


def main() -> None:
    """Read every object below BUCKET/KEY, and print as verger's side does."""
    store = fs.S3FileSystem(endpoint_override=sys.argv[1], scheme="http", region="us-east-1")
    selector = fs.FileSelector(sys.argv[2], recursive=True)
    names = [info.path for info in store.get_file_info(selector) if info.is_file]

    def read(name: str) -> tuple[int, int]:
        with store.open_input_file(name) as file:
            content = file.read()
        return len(content), int(hashlib.sha256(content).hexdigest()[:8], 16)

    start = time.perf_counter()
    with ThreadPoolExecutor(READS_IN_FLIGHT) as pool:
        read_all = list(pool.map(read, names))
    wall = time.perf_counter() - start
    result = {"objects": len(read_all), "wall": wall}
    result["bytes"], result["sum"] = map(sum, zip(*read_all, strict=True))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
