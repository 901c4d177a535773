# SPDX-License-Identifier: Apache-2.0
"""Programs and libraries of the Java virtual machine, pinned as deps/python/ pins Python's.

    maven.py lock [NAME ...]       compile deps/maven/NAME.in to NAME.lock
    maven.py install [NAME ...]    bring build/maven/NAME/ to what NAME.lock says

Without a name, all. A line of NAME.in is `group:artifact:version[:classifier]`, for which Maven
finds what that needs in turn, or `-group:artifact`, which is left out wherever it is needed. A line
of NAME.lock is such an artifact and the SHA-256 of its jar; nothing else is installed. Maven's own
settings say where jars come from. Nothing is fetched when all jars are there.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "deps" / "maven"
JARS = ROOT / "build" / "maven"


@dataclass(frozen=True, order=True)
class Artifact:
    """One jar, by Maven's coordinates."""

    group: str
    name: str
    version: str
    classifier: str = ""

    def __str__(self) -> str:
        """Return group:artifact:version[:classifier]."""
        return ":".join(filter(None, (self.group, self.name, self.version, self.classifier)))

    @property
    def file(self) -> str:
        """The name of the jar."""
        return "-".join(filter(None, (self.name, self.version, self.classifier))) + ".jar"

    def xml(self, tag: str, inside: str = "") -> str:
        """Return an element of a pom."""
        fields = {"groupId": self.group, "artifactId": self.name, "version": self.version}
        fields |= {"classifier": self.classifier} if self.classifier else {}
        return element(tag, "".join(element(k, escape(v)) for k, v in fields.items()) + inside)


def element(tag: str, inside: str) -> str:
    """Return an XML element."""
    return f"<{tag}>{inside}</{tag}>"


def lines(path: Path) -> list[str]:
    """Return the lines of a file without comments."""
    stripped = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in stripped if line]


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def maven(goal: str, inside: str, *options: str) -> None:
    """Run a goal of Maven's dependency plugin on a pom that holds `inside`."""
    pom = Artifact("verger", "deps", "0").xml(
        "project", "<modelVersion>4.0.0</modelVersion>" + inside
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pom.xml"
        path.write_text(pom)
        command = ["mvn", "--quiet", "--batch-mode", "--file", path, f"dependency:{goal}"]
        if subprocess.run([*command, *options], stdin=subprocess.DEVNULL, check=False).returncode:
            sys.exit(f"deps: Maven could not do {goal}; its message is above")


def resolve(wanted: Iterable[Artifact], excluded: list[str], folder: Path) -> list[Artifact]:
    """Fetch all that is needed at run time below `folder`; return it in the order of the names."""
    exclusions = ""
    for line in excluded:
        group, name = line.split(":")
        inside = element("groupId", group) + element("artifactId", name)
        exclusions += element("exclusion", inside)
    exclusions = element("exclusions", exclusions)
    dependencies = "".join(artifact.xml("dependency", exclusions) for artifact in wanted)
    maven(
        "copy-dependencies",
        element("dependencies", dependencies),
        "-DincludeScope=runtime",
        "-Dmdep.useRepositoryLayout=true",
        f"-DoutputDirectory={folder}",
    )
    return sorted(artifact_of(jar.relative_to(folder)) for jar in folder.rglob("*.jar"))


def artifact_of(path: Path) -> Artifact:
    """Return the coordinates of group/artifact/version/artifact-version[-classifier].jar."""
    *group, name, version = path.parent.parts
    classifier = path.stem.removeprefix(f"{name}-{version}").removeprefix("-")
    return Artifact(".".join(group), name, version, classifier)


def lock(name: str) -> None:
    """Compile NAME.in to NAME.lock."""
    wanted = lines(PINS / f"{name}.in")
    with tempfile.TemporaryDirectory() as folder:
        artifacts = resolve(
            [Artifact(*line.split(":")) for line in wanted if not line.startswith("-")],
            [line[1:] for line in wanted if line.startswith("-")],
            Path(folder),
        )
        hashes = {path.name: sha256(path) for path in Path(folder).rglob("*.jar")}
    if len(hashes) < len(artifacts):
        sys.exit(f"deps: two jars of {name} have the same name")
    head = "# Compiled by `tools/maven.py lock`.\n"
    text = head + "".join(f"{artifact} {hashes[artifact.file]}\n" for artifact in artifacts)
    (PINS / f"{name}.lock").write_text(text)


def install(name: str) -> None:
    """Bring build/maven/NAME/ to what NAME.lock says."""
    folder = JARS / name
    folder.mkdir(parents=True, exist_ok=True)
    pinned = dict(line.split() for line in lines(PINS / f"{name}.lock"))
    expected = {Artifact(*key.split(":")): value for key, value in pinned.items()}
    present = {path.name for path in folder.iterdir()}
    for extra in present - {artifact.file for artifact in expected}:
        (folder / extra).unlink()
    missing = [a for a, value in expected.items() if not holds(folder / a.file, value)]
    if not missing:
        return
    print(f"deps: fetching {len(missing)} jars of deps/maven/{name}.lock")
    if not shutil.which("mvn"):
        sys.exit("deps: mvn not found; install the packages that deps/debian-heavy.txt names")
    plugin = element("groupId", "org.apache.maven.plugins")
    plugin += element("artifactId", "maven-dependency-plugin")
    items = "".join(artifact.xml("artifactItem") for artifact in missing)
    plugin += element("configuration", element("artifactItems", items))
    build = element("build", element("plugins", element("plugin", plugin)))
    maven("copy", build, f"-DoutputDirectory={folder}", "-Dmdep.overWriteReleases=true")
    for artifact in missing:
        if not holds(folder / artifact.file, expected[artifact]):
            sys.exit(f"deps: {artifact.file} is not the file that deps/maven/{name}.lock names")


def holds(path: Path, digest: str) -> bool:
    """Whether the file is there and has this hash."""
    return path.is_file() and sha256(path) == digest


def main() -> None:
    """Run the command."""
    commands = {"lock": lock, "install": install}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit("usage: maven.py lock|install [NAME ...]")
    for name in sys.argv[2:] or sorted(path.stem for path in PINS.glob("*.in")):
        commands[sys.argv[1]](name)


if __name__ == "__main__":
    main()
