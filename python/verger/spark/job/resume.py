"""What an interrupted run left that need not be done again, whoever drove it."""

from __future__ import annotations

from verger import _verger
from verger.spark.job.ahead import ahead
from verger.spark.job.folder import OutputFolder
from verger.spark.job.listing import ImageShard
from verger.spark.job.manifest import (
    INPUTS_FOLDER,
    MOMENTS_FOLDER,
    SHARDS_FOLDER,
    Manifest,
    read_manifest,
)
from verger.spark.job.reduce import moments_of

_READS = 4  # of shards at once


def finished_shards(
    output: OutputFolder, shards: list[ImageShard], tree: _verger.MomentsTree, width: int
) -> dict[int, Manifest]:
    """Return the manifests of shards that were finished by the same recipe, by number.

    Their files are all there, whole by their sizes, and their moments are added to `tree`. A
    manifest that is damaged or of other images, options or weights counts as none.
    """
    sizes = sizes_of_files(output)

    def adopt(item: ImageShard) -> tuple[Manifest, _verger.Moments] | None:
        if item.shard.name not in sizes:
            return None
        manifest = read_manifest(output.store, item.shard.name)
        if manifest is None or manifest.shard != item.shard:
            return None
        if any(sizes.get(file.name) != file.bytes for file in manifest.files()):
            return None
        try:
            return manifest, moments_of(output.store, manifest, width)
        except OSError:
            return None  # a file that cannot be read is no reason to stop: the shard is done again

    found = {}
    for item, adopted in ahead(shards, adopt, _READS):
        if adopted is not None:
            found[item.shard.number], moments = adopted
            tree.add(item.shard.number, moments)
    return found


def sizes_of_files(output: OutputFolder) -> dict[str, int]:
    """Return the sizes of the files that manifests may name."""
    of = output.folders
    folders = {of.features, of.rejected, of.pca, SHARDS_FOLDER, MOMENTS_FOLDER, INPUTS_FOLDER}
    return {file.name: file.size for folder in folders for file in output.store.files(folder)}
