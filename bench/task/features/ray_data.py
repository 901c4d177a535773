# SPDX-License-Identifier: Apache-2.0
"""Ray Data: files read as bytes, an actor a core that decodes and infers in batches, Parquet.

An actor's session has one thread, since each core has an actor. Reading and writing take little of
a core, which is said, so that they find room beside the actors.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx_worker
import processes
import ray
import session

LITTLE = 0.1  # cores that reading and writing ask for


class Featurizer:
    """Of an actor: its session."""

    def __init__(self, model: bytes) -> None:
        """Make the session."""
        self.network = onnx_worker.inference(model)

    def __call__(self, batch: dict[str, np.ndarray]) -> dict:
        """Return the rows of a batch."""
        paths = [str(path) for path in batch["path"]]
        return {
            "path": [f"file:{path}" for path in paths],
            "label": [Path(path).parent.name for path in paths],
            "features": list(onnx_worker.features(self.network, batch["bytes"])),
        }


def main() -> None:
    """Contend; WEIGHTS is an ONNX file."""
    given = session.arguments()
    processes.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="ray") as folder:
        ray.init(
            num_cpus=given.threads, include_dashboard=False, log_to_driver=False, _temp_dir=folder
        )
        ray.data.DataContext.get_current().enable_progress_bars = False
        model = Path(given.weights).read_bytes()

        def step(photographs, out):
            images = ray.data.read_binary_files(
                str(photographs), include_paths=True, ray_remote_args={"num_cpus": LITTLE}
            )
            rows = images.map_batches(
                Featurizer,
                fn_constructor_args=[model],
                batch_size=onnx_worker.BATCH,
                compute=ray.data.ActorPoolStrategy(size=given.threads),
                num_cpus=1 - 2 * LITTLE,
            )
            with processes.watched() as figures:
                rows.write_parquet(str(out), ray_remote_args={"num_cpus": LITTLE})
            return figures

        session.contend(step, given)
        ray.shutdown()


if __name__ == "__main__":
    main()
