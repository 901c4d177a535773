# SPDX-License-Identifier: Apache-2.0
"""Tell what a package of verger holds of others, as deps/bundled.txt lists it.

usage: bundled.py licenses FOLDER    write each one's licence into a file of its own
       bundled.py sbom VERSION EPOCH write a bill of materials (CycloneDX 1.6, JSON) to stdout

To be run by the Python of the environment whose wheels are bundled. EPOCH, in seconds, is the time
that the bill names: so the same inputs give the same bytes.
"""

import importlib.metadata
import json
import subprocess
import sys
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Bundled:
    """A line of the list."""

    source: str  # deb or pypi
    name: str
    linkage: str
    license: str

    @property
    def version(self) -> str:
        """The version that is installed here."""
        if self.source == "pypi":
            return importlib.metadata.version(self.name)
        query = ["dpkg-query", "--show", "--showformat=${Version}\n", self.name]
        output = subprocess.run(query, check=True, capture_output=True, text=True).stdout
        return output.splitlines()[0]

    @property
    def purl(self) -> str:
        """The package as a package URL."""
        kind = "deb/debian" if self.source == "deb" else self.source
        return f"pkg:{kind}/{self.name}@{self.version.replace('+', '%2B').replace(':', '%3A')}"

    def license_texts(self) -> list[Path]:
        """Return the files in which the package states its licence."""
        if self.source == "deb":
            return [Path("/usr/share/doc", self.name, "copyright")]
        files = importlib.metadata.files(self.name) or []
        texts = [file for file in files if "licenses" in file.parts]
        return sorted(Path(str(file.locate())) for file in texts)


def bundled() -> list[Bundled]:
    """Read the list."""
    lines = (ROOT / "deps" / "bundled.txt").read_text().splitlines()
    rows = [line.split(None, 2) for line in lines if line and not line.startswith("#")]
    return [Bundled(*row[0].split(":"), *row[1:]) for row in rows]


def write_licenses(folder: Path) -> None:
    """Write a file for each package."""
    folder.mkdir(parents=True, exist_ok=True)
    for item in bundled():
        texts = [path.read_text(errors="replace") for path in item.license_texts()]
        if not texts:
            raise SystemExit(f"bundled: {item.name} states no licence")
        (folder / f"{item.name}.txt").write_text("\n".join(texts))


def component(item: Bundled) -> dict[str, object]:
    """Return what CycloneDX says of a package."""
    return {
        "type": "library",
        "bom-ref": item.purl,
        "name": item.name,
        "version": item.version,
        "licenses": [{"expression": item.license}],
        "purl": item.purl,
        "properties": [{"name": "verger:linkage", "value": item.linkage}],
    }


def bill(version: str, epoch: int) -> dict[str, object]:
    """Return the bill of materials."""
    components = [component(item) for item in bundled()]
    content = json.dumps([version, epoch, components])
    application = {
        "type": "application",
        "bom-ref": "verger",
        "name": "verger",
        "version": version,
        "licenses": [{"expression": "Apache-2.0"}],
    }
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": application,
        },
        "components": components,
        "dependencies": [{"ref": "verger", "dependsOn": [item["bom-ref"] for item in components]}],
    }


def main() -> None:
    """Do what the arguments say."""
    match sys.argv[1:]:
        case ["licenses", folder]:
            write_licenses(Path(folder))
        case ["sbom", version, epoch]:
            print(json.dumps(bill(version, int(epoch)), indent=2))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
