"""What is checked on the driver before any task starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verger.spark.job.console import Console
from verger.spark.job.folder import OutputFolder
from verger.spark.job.listing import Image, list_images
from verger.spark.job.network import CheckedNetwork, find_network
from verger.spark.job.places import open_store
from verger.spark.job.store import Store

_UNTRAINED = (
    "UNTRAINED WEIGHTS: the network is random, so the features mean nothing. This is a "
    "demonstration; give real weights with --weights."
)


@dataclass
class Opened:
    """What is known to be usable before any task starts."""

    options: dict[str, Any]
    input: Store
    output: OutputFolder
    images: list[Image]
    network: CheckedNetwork


def open_run(input_: str, output: str, options: dict[str, Any], console: Console) -> Opened:
    """Check the options, the weights, OUTPUT and INPUT, in this order; write nothing.

    ValueError, ModelError or OSError, in one sentence.
    """
    source = open_store(input_, options)
    folder = OutputFolder(open_store(output, options), options["layout"])
    network = find_network(options)
    if network.info["untrained"]:
        console.warning(_UNTRAINED)
    folder.check_free(overwrite=options["overwrite"], resume=options["resume"])
    images = list_images(source, options)
    return Opened(options, source, folder, images, network)
