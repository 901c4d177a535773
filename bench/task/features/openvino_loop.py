# SPDX-License-Identifier: Apache-2.0
"""A loop in Python: Pillow decodes and resizes, OpenVINO infers meanwhile, pyarrow writes."""

import contest
import onnx_worker
import openvino_network
import session


def main() -> None:
    """Contend; WEIGHTS is an ONNX file."""
    given = session.arguments()
    network = openvino_network.compile_network(given.weights, given.threads)

    def step(photographs, out):
        paths = sorted(photographs.rglob("*.jpg"))
        tensors = (onnx_worker.tensor(path.read_bytes()) for path in paths)
        features = openvino_network.infer(network, tensors, len(paths))
        contest.write_features(paths, features, out)

    session.contend(step, given)


if __name__ == "__main__":
    main()
