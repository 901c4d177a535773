# SPDX-License-Identifier: Apache-2.0
"""XNNPACK, by LiteRT, as a contestant of engine_bench: a process that infers when it is told to.

usage: xnnpack_worker.py MODEL

MODEL is what xnnpack_model.py makes. Standard input is a tensor, 224 by 224 by 3 float32, then
whole numbers, int32: so many images are to be inferred. Standard output is the features, float32,
and then for each image the milliseconds of CPU that it took, float64.
"""

import sys
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

TENSOR = (1, 224, 224, 3)


def main() -> None:
    """Serve until standard input ends."""
    interpreter = Interpreter(sys.argv[1], num_threads=1)
    interpreter.allocate_tensors()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    tensor = np.frombuffer(source.read(4 * np.prod(TENSOR)), np.float32).reshape(TENSOR)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], tensor)
    interpreter.invoke()
    sink.write(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).tobytes())
    sink.flush()
    while len(order := source.read(4)) == 4:
        times = []
        for _ in range(int.from_bytes(order, sys.byteorder)):
            start = time.thread_time_ns()
            interpreter.invoke()
            times.append((time.thread_time_ns() - start) / 1e6)
        sink.write(np.array(times).tobytes())
        sink.flush()


if __name__ == "__main__":
    main()
