# SPDX-License-Identifier: Apache-2.0
"""Images -> features, as a transformer."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, cast

import numpy as np

from verger import _verger
from verger._errors import ModelError
from verger._estimator import Estimator
from verger._images import prepared, sequence_of_images
from verger._libraries import load_openvino
from verger._progress import Progress
from verger._storage_errors import io_error
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
        progress: Say how far `transform` is, in a line of a notebook's cell or of a terminal, and
            elsewhere in a line every ten seconds on standard error.
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
        progress: bool = False,
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
        self.progress = progress
        self._loaded: tuple[tuple[Any, ...], _verger.Featurizer] | None = None
        self._lock = threading.Lock()

    def load(self) -> Self:
        """Load the network now, if it is not loaded.

        Raises ValueError for unusable parameters, and verger.ModelError for weights or a model that
        are absent, unreadable, damaged or of another network.
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

        After `set_output` they are a DataFrame, whatever the annotation says.

        Each element of `X` is the path of a file (str or os.PathLike), which may be written as the
        tables have it (``file:/…``, and with pyarrow ``s3://…``); the bytes of a JPEG or PNG file;
        pixels: a uint8 array [height, width, 3] of RGB, or what numpy.asarray makes one of; or a
        PIL image of any mode, which is converted to RGB as its file would be. Pixels have the
        features of a lossless file of them.

        Raises TypeError for what is no sequence of these, such as one image or a whole DataFrame,
        and for an element that is none of these; ValueError for pixels of another shape or type
        and, with `on_error="raise"`, for an image that cannot be read; and, as `load` does,
        verger.ModelError.
        """
        self._check_on_error()
        images = sequence_of_images(X)
        rows = [np.empty((0, self._network().width), dtype=np.float32)]
        with Progress("featurize", images, shown=self.progress) as progress:
            for first, batch in self._batches(images):
                rows.append(self._rows(first, batch))
                progress.add(len(batch))
        return cast("NDArray[np.float32]", self._as_set(np.concatenate(rows), X))

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

        Raises TypeError for what is neither, and for an element that is no image; ValueError for
        Arrow data without that column, or whose column is of another type, and for pixels of
        another shape or type; and, as `load` does, verger.ModelError.
        """
        native = self._network()
        if hasattr(images, "__arrow_c_array__") or hasattr(images, "__arrow_c_stream__"):
            return native.featurize_arrow(images, column)
        upright = self.exif_orientation
        sequence = sequence_of_images(images)
        ready = [prepared(image, upright=upright)[0] for image in sequence]
        return native.featurize(ready)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns of `transform`: featurizer0, featurizer1, …."""
        return np.array([f"featurizer{i}" for i in range(self._network().width)], dtype=object)

    def __getstate__(self) -> dict[str, Any]:
        """Return the parameters and what `set_output` said: a network cannot be pickled."""
        state = self.get_params()
        return {n: v for n, v in vars(self).items() if n in state or n == "_sklearn_output_config"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take them over."""
        type(self).__init__(self)
        vars(self).update(state)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that the input is no table, and that nothing is fitted."""
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        tags.input_tags.two_d_array = False
        return tags

    def _network(self) -> _verger.Featurizer:
        others = ("on_error", "progress")  # than those of the network
        key = tuple(value for name, value in self.get_params().items() if name not in others)
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
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ModelError(str(io_error("read", os.fspath(path), error))) from error
        if onnx:
            load_openvino()
        return _verger.Featurizer(weights=os.fspath(path), data=data, onnx=onnx, **options)

    def _batches(self, images: Iterable[object]) -> Iterator[tuple[int, list[object]]]:
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
