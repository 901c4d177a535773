# SPDX-License-Identifier: Apache-2.0
"""Images -> features, as a transformer."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from verger import _verger
from verger._estimator import Estimator
from verger._images import prepared
from verger._libraries import load_openvino
from verger._weights import fetch_weights, find_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNTRAINED = "untrained:"
_UNTRAINED_WARNING = "UNTRAINED WEIGHTS: the network is random, so the features mean nothing."
# Images of one native call, for each thread. Between calls Python sees an interruption; a call is
# long enough that its threads hardly wait for the last image.
_IMAGES_A_THREAD = 64


class Featurizer(Estimator):
    """MobileNetV2 features of images, or those of any ONNX model from an image to a vector.

    The network is loaded by the first call that needs it, or by `load()`. `fit` does nothing.
    Thread-safe once made: calls from many threads run side by side, without the GIL. Pickling keeps
    the parameters, and the other side loads the network again.

    Args:
        weights: Keras' MobileNetV2 weights (HDF5), or ``"untrained:SEED"``, which is for
            demonstrations and tests. None: $VERGER_WEIGHTS, Keras' cache, else a download of the
            official file into that cache.
        model: An ONNX model in place of MobileNetV2.
        precision: ``"f32"``, or ``"f32x3"`` or ``"bf16"`` where the processor has it.
        threads: Images worked on at once; 0: one a core that this process may use.
        max_pixels: An image of more pixels is rejected.
        exif_orientation: Turn images upright as their EXIF tag says (Keras does not).
        fast_decode: Inexact: decode large JPEGs at a fraction of their size.
        on_error: What `transform` does about an image that cannot be read: ``"raise"``, a
            ValueError that names it, or ``"nan"``, a row of NaN. `featurize` tells the reason of
            each.
    """

    def __init__(  # noqa: PLR0913
        self,
        weights: str | os.PathLike[str] | None = None,
        *,
        model: str | os.PathLike[str] | None = None,
        precision: Literal["f32", "f32x3", "bf16"] = "f32",
        threads: int = 0,
        max_pixels: int = 178_956_970,
        exif_orientation: bool = False,
        fast_decode: bool = False,
        on_error: Literal["raise", "nan"] = "raise",
    ) -> None:
        """Keep the parameters; nothing is loaded."""
        self.weights = weights
        self.model = model
        self.precision = precision
        self.threads = threads
        self.max_pixels = max_pixels
        self.exif_orientation = exif_orientation
        self.fast_decode = fast_decode
        self.on_error = on_error
        self._loaded: tuple[tuple[Any, ...], _verger.Featurizer] | None = None
        self._lock = threading.Lock()

    def load(self) -> Self:
        """Load the network now, if it is not loaded.

        Raises ValueError for unusable parameters, OSError for an unreadable file, and
        verger.ModelError for weights or a model that are absent, damaged or of another network.
        """
        self._network()
        return self

    @property
    def info(self) -> dict[str, str | int | bool]:
        """What the network is: model_name, weights, weights_sha256, precision, engine, width, …."""
        return self._network().info

    def fit(self, X: object = None, y: object = None) -> Self:  # noqa: N803
        """Do nothing: the network is trained."""
        return self

    def transform(self, X: Iterable[object]) -> NDArray[np.float32]:  # noqa: N803
        """Return the features, float32 [n, width]; width is 1280 for MobileNetV2.

        Each element of `X` is the path of a file (str or os.PathLike), which may be written as the
        tables have it (``file:/…``, and with pyarrow ``s3://…``); the bytes of a JPEG or PNG file;
        pixels: a uint8 array [height, width, 3] of RGB, or what numpy.asarray makes one of; or a
        PIL image of any mode, which is converted to RGB as its file would be. Pixels have the
        features of a lossless file of them.

        Raises TypeError or ValueError for an element that is none of these, and, with
        `on_error="raise"`, ValueError for an image that cannot be read.
        """
        self._check_on_error()
        rows = [self._rows(first, batch) for first, batch in self._batches(X)]
        if not rows:
            return np.empty((0, self._network().width), dtype=np.float32)
        return np.concatenate(rows)

    def fit_transform(self, X: Iterable[object], y: object = None) -> NDArray[np.float32]:  # noqa: N803
        """Return `transform(X)`."""
        return self.transform(X)

    def featurize(
        self, images: object, column: str = "content"
    ) -> _verger.FeatureBatch | _verger.FeatureStream:
        """Return features and rejections as Arrow data; no image raises.

        `images` is Arrow data itself (what has ``__arrow_c_array__`` or ``__arrow_c_stream__``: an
        array or record batch, a chunked array, table or reader of binary), in which `column` names
        the column of image bytes; or an iterable as for `transform`, in which None is a null. A
        stream gives a stream, which is computed as it is read.
        """
        native = self._network()
        if hasattr(images, "__arrow_c_array__") or hasattr(images, "__arrow_c_stream__"):
            return native.featurize_arrow(images, column)
        upright = self.exif_orientation
        ready = [prepared(image, upright=upright)[0] for image in images]  # type: ignore[attr-defined]
        return native.featurize(ready)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns of `transform`: featurizer0, featurizer1, …."""
        return np.array([f"featurizer{i}" for i in range(self._network().width)], dtype=object)

    def __getstate__(self) -> dict[str, Any]:
        """Return the parameters: a network cannot be pickled."""
        return self.get_params()

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take parameters over."""
        type(self).__init__(self, **state)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that the input is no table, and that nothing is fitted."""
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        tags.input_tags.two_d_array = False
        return tags

    def _network(self) -> _verger.Featurizer:
        key = tuple(value for name, value in self.get_params().items() if name != "on_error")
        with self._lock:
            if self._loaded is None or self._loaded[0] != key:
                self._loaded = (key, self._load())
            return self._loaded[1]

    def _load(self) -> _verger.Featurizer:
        if self.weights is not None and self.model is not None:
            raise ValueError(
                "weights and model exclude each other: an ONNX model carries its own weights."
            )
        options: dict[str, Any] = {
            "precision": self.precision,
            "threads": self.threads,
            "max_pixels": self.max_pixels,
            "exif_orientation": self.exif_orientation,
            "fast_decode": self.fast_decode,
        }
        if str(self.weights).startswith(_UNTRAINED):
            warnings.warn(_UNTRAINED_WARNING, UserWarning, stacklevel=4)
            return _verger.Featurizer(weights=str(self.weights), **options)
        onnx = self.model is not None
        path = Path(self.model) if self.model is not None else find_weights(self.weights)
        path = path or fetch_weights()
        if onnx:
            load_openvino()
        return _verger.Featurizer(
            weights=os.fspath(path), data=path.read_bytes(), onnx=onnx, **options
        )

    def _batches(self, images: Iterable[object]) -> Iterator[tuple[int, list[object]]]:
        if isinstance(images, str | bytes | os.PathLike):
            raise TypeError("Give a sequence of images; one image goes into a list by itself.")
        size = _IMAGES_A_THREAD * self._network().threads
        rest = iter(images)
        first = 0
        while batch := list(islice(rest, size)):
            yield first, batch
            first += len(batch)

    def _rows(self, first: int, images: list[object]) -> NDArray[np.float32]:
        ready = [prepared(image, upright=self.exif_orientation) for image in images]
        native = self._network()
        batch = native.featurize([image for image, _ in ready])
        rejections = batch.rejections
        if not rejections:
            return batch.features
        if self.on_error == "raise":
            row, reason, message = rejections[0]
            if ready[row][0] is None and ready[row][1]:
                message = ready[row][1]
            name = f" ({images[row]})" if isinstance(images[row], str | os.PathLike) else ""
            raise ValueError(f"Image {first + row}{name} is {reason}: {message}")
        rows = np.full((len(images), batch.width), np.nan, dtype=np.float32)
        rejected = {row for row, _, _ in rejections}
        rows[[row for row in range(len(images)) if row not in rejected]] = batch.features
        return rows

    def _check_on_error(self) -> None:
        if self.on_error not in ("raise", "nan"):
            raise ValueError(f"on_error must be 'raise' or 'nan', not {self.on_error!r}.")
