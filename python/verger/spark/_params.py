# SPDX-License-Identifier: Apache-2.0
"""The params that the stages share, as mixins in pyspark.ml's manner.

What Spark names itself is spelled as Spark does (`inputCol`, `handleInvalid`); verger's own options
have their one spelling (`max_pixels`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Self

from pyspark.ml.param import Param, Params, TypeConverters


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def convert(value: Any) -> str:
        if value not in allowed:
            raise TypeError(f"It must be one of {list(allowed)}, not {value!r}.")
        return str(value)

    return convert


def _to_path(value: Any) -> str:
    return TypeConverters.toString(os.fspath(value))


def _param(name: str, doc: str, convert: Callable[[Any], Any]) -> Param[Any]:
    return Param(Params._dummy(), name, doc, typeConverter=convert)


def text_param(name: str, doc: str) -> Param[str]:
    """Return a param of text."""
    return _param(name, doc, TypeConverters.toString)


def int_param(name: str, doc: str) -> Param[int]:
    """Return a param of whole numbers."""
    return _param(name, doc, TypeConverters.toInt)


def float_param(name: str, doc: str) -> Param[float]:
    """Return a param of numbers."""
    return _param(name, doc, TypeConverters.toFloat)


def bool_param(name: str, doc: str) -> Param[bool]:
    """Return a param that is true or false."""
    return _param(name, doc, TypeConverters.toBoolean)


class VergerParams(Params):
    """What all stages have: keywords are params, and None leaves one as it is."""

    def _given(self, keywords: dict[str, Any]) -> Self:
        self._set(**{name: value for name, value in keywords.items() if value is not None})
        return self

    def _value(self, param: Param[Any]) -> Any:
        """Return the value or its default, and None where there is neither."""
        return self.getOrDefault(param) if self.isDefined(param) else None


class HasInvalidAndOutput(VergerParams):
    """What becomes of rows that cannot be worked on, and what the output is."""

    handleInvalid: Param[str] = _param(
        "handleInvalid",
        "what to do about a row that is invalid: 'error' (fail), 'skip' (leave it out) or 'keep' "
        "(give null).",
        _one_of("error", "skip", "keep"),
    )
    outputType: Param[str] = _param(
        "outputType",
        "the type of the output column: 'array' or 'vector' (Spark ML's).",
        _one_of("array", "vector"),
    )

    def setInputCol(self, value: str) -> Self:
        """Set the name of the input column."""
        return self._given({"inputCol": value})

    def setOutputCol(self, value: str) -> Self:
        """Set the name of the output column."""
        return self._given({"outputCol": value})

    def setHandleInvalid(self, value: str) -> Self:
        """Set what to do about an invalid row: 'error', 'skip' or 'keep'."""
        return self._given({"handleInvalid": value})

    def getHandleInvalid(self) -> str:
        """Get what is done about an invalid row."""
        return str(self.getOrDefault(self.handleInvalid))

    def setOutputType(self, value: str) -> Self:
        """Set the type of the output column: 'array' or 'vector'."""
        return self._given({"outputType": value})

    def getOutputType(self) -> str:
        """Get the type of the output column."""
        return str(self.getOrDefault(self.outputType))


class HasNetwork(VergerParams):
    """The network, and how images are taken to it: the options of `verger.Featurizer`."""

    weights: Param[str] = _param(
        "weights",
        "Keras' MobileNetV2 weights (HDF5), a path or URI of the driver, or 'untrained:SEED'; "
        "unset: $VERGER_WEIGHTS, Keras' cache, else a download.",
        _to_path,
    )
    model: Param[str] = _param(
        "model", "an ONNX model in place of MobileNetV2, a path or URI of the driver.", _to_path
    )
    precision: Param[str] = _param(
        "precision",
        "'f32', or 'f32x3' or 'bf16' where the processors have it.",
        _one_of("f32", "f32x3", "bf16"),
    )
    max_pixels: Param[int] = int_param("max_pixels", "an image of more pixels is invalid.")
    exif_orientation: Param[bool] = bool_param(
        "exif_orientation",
        "whether images are turned upright as their EXIF tag says (Keras does not).",
    )
    fast_decode: Param[bool] = bool_param(
        "fast_decode", "inexact: whether large JPEGs are decoded at a fraction of their size."
    )

    def setWeights(self, value: str | os.PathLike[str]) -> Self:
        """Set the weights."""
        return self._given({"weights": value})

    def getWeights(self) -> str | None:
        """Get the weights, None where the search decides."""
        value: str | None = self._value(self.weights)
        return value

    def setModel(self, value: str | os.PathLike[str]) -> Self:
        """Set the ONNX model."""
        return self._given({"model": value})

    def getModel(self) -> str | None:
        """Get the ONNX model, None where it is MobileNetV2."""
        value: str | None = self._value(self.model)
        return value

    def setPrecision(self, value: str) -> Self:
        """Set the precision: 'f32', 'f32x3' or 'bf16'."""
        return self._given({"precision": value})

    def getPrecision(self) -> str:
        """Get the precision."""
        return str(self.getOrDefault(self.precision))

    def setMaxPixels(self, value: int) -> Self:
        """Set the most pixels of an image."""
        return self._given({"max_pixels": value})

    def getMaxPixels(self) -> int:
        """Get the most pixels of an image."""
        return int(self.getOrDefault(self.max_pixels))

    def setExifOrientation(self, value: bool) -> Self:
        """Set whether images are turned upright."""
        return self._given({"exif_orientation": value})

    def getExifOrientation(self) -> bool:
        """Get whether images are turned upright."""
        return bool(self.getOrDefault(self.exif_orientation))

    def setFastDecode(self, value: bool) -> Self:
        """Set whether large JPEGs are decoded at a fraction of their size."""
        return self._given({"fast_decode": value})

    def getFastDecode(self) -> bool:
        """Get whether large JPEGs are decoded at a fraction of their size."""
        return bool(self.getOrDefault(self.fast_decode))


class HasStorage(VergerParams):
    """How paths are read. Set them by keyword or `setParams`; unset ones have the defaults."""

    s3_endpoint: Param[str] = text_param(
        "s3_endpoint",
        "http(s)://HOST[:PORT] of another server than AWS'; unset: AWS_ENDPOINT_URL_S3 or "
        "AWS_ENDPOINT_URL or the profile of the executors, else AWS.",
    )
    s3_region: Param[str] = text_param(
        "s3_region",
        "unset: AWS_REGION, AWS_DEFAULT_REGION or the profile of the executors.",
    )
    s3_addressing: Param[str] = _param(
        "s3_addressing",
        "'path' or 'virtual'; unset: virtual at AWS, path elsewhere.",
        _one_of("path", "virtual"),
    )
    s3_anonymous: Param[bool] = bool_param("s3_anonymous", "sign nothing: public buckets.")
    reads_in_flight: Param[int] = int_param(
        "reads_in_flight",
        "files that a task reads at once; unset: 64 from S3, 4 from its machine.",
    )
    retries: Param[int] = int_param(
        "retries", "of a request to S3 that failed by the network or a busy server; unset: 8."
    )

    def getStorage(self) -> dict[str, Any]:
        """Get the storage options that are set, by name."""
        named = (
            self.s3_endpoint,
            self.s3_region,
            self.s3_addressing,
            self.s3_anonymous,
            self.reads_in_flight,
            self.retries,
        )
        return {param.name: self.getOrDefault(param) for param in named if self.isDefined(param)}
