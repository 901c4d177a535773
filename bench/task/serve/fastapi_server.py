# SPDX-License-Identifier: Apache-2.0
"""What a Python service usually is: FastAPI on uvicorn, Pillow, ONNX Runtime, NumPy.

usage: fastapi_server.py PORT ONNX RESULT     (one process, ONNX Runtime on one thread)

It answers POST /v1/similar as `verger serve` does, from the same model and table.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx_worker
import pyarrow as pa
import pyarrow.parquet as pq
import uvicorn
from fastapi import FastAPI, Request, Response

NEIGHBORS = 10
TEMPERATURE = 0.07


class Knowledge:
    """The result of a run: its model, and its rows scaled to length 1."""

    def __init__(self, result: Path, onnx: Path) -> None:
        """Read all of it."""
        parts = [pq.read_table(part) for part in sorted((result / "pca").glob("part-*"))]
        table = pa.concat_tables(parts)
        self.paths, self.labels = table["path"].to_pylist(), table["label"].to_pylist()
        values = table["pca"].combine_chunks().values.to_numpy()
        rows = values.reshape(len(table), -1).astype(np.float32)
        self.rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        model = result / "model"
        self.mean = np.load(model / "mean.npy")
        self.scale = np.load(model / "deviation.npy")
        self.components = np.load(model / "components.npy")
        self.network = onnx_worker.inference(onnx.read_bytes())

    def answer(self, content: bytes) -> dict:
        """Name what a photograph shows, by its nearest rows."""
        features = onnx_worker.features(self.network, [content])[0].astype(np.float64)
        safe = np.where(self.scale > 0, self.scale, 1)
        scaled = np.where(self.scale > 0, (features - self.mean) / safe, 0)
        query = (self.components @ scaled).astype(np.float32)
        cosines = self.rows @ (query / np.linalg.norm(query))
        best = np.argpartition(-cosines, NEIGHBORS)[:NEIGHBORS]
        best = best[np.argsort(-cosines[best])]
        weights = np.exp((cosines[best] - cosines[best[0]]) / TEMPERATURE)
        votes: dict[str, float] = {}
        for row, weight in zip(best, weights / weights.sum(), strict=True):
            votes[self.labels[row]] = votes.get(self.labels[row], 0) + float(weight)
        ranked = sorted(votes, key=votes.get, reverse=True)
        neighbors = [
            {"path": self.paths[row], "label": self.labels[row], "cosine": float(cosines[row])}
            for row in best
        ]
        return {"label": ranked[0], "votes": votes, "neighbors": neighbors}


def main() -> None:
    """Serve until it is ended."""
    port, onnx, result = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    knowledge = Knowledge(result, onnx)
    app = FastAPI()

    @app.post("/v1/similar")
    async def similar(request: Request) -> Response:
        answer = knowledge.answer(await request.body())
        return Response(json.dumps({"queries": [answer]}), media_type="application/json")

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main()
