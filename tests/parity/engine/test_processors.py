"""The fused engine on ARM, emulated: the bits that x86 processors give."""

import hashlib
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "src" / "model"
SOURCES = [
    Path(__file__).with_name("fused_features.cc"),
    MODEL / "mobilenet_v2.cc",
    MODEL / "untrained.cc",
    *(MODEL / "fused" / f"{name}.cc" for name in ("dispatch", "network", "packed_conv")),
    *(MODEL / "fused" / f"kernels_{name}.cc" for name in ("neon", "portable")),
]
FEATURES_BYTES = 1280 * 4


def golden_sha256() -> str:
    """What network_test.cc demands of every x86 instruction set."""
    test = (MODEL / "fused" / "network_test.cc").read_text()
    found = re.search(r'kFeaturesSha256 =\s+"([0-9a-f]{64})"', test)
    assert found is not None
    return found[1]


def test_arm_gives_the_bits_of_x86(tmp_path: Path) -> None:
    program = tmp_path / "fused_features"
    compiler = ["aarch64-linux-gnu-g++", "-std=c++20", "-O3", "-static", "-ffp-contract=off"]
    include = [f"-I{ROOT / 'include'}", f"-I{ROOT / 'src'}"]
    subprocess.run([*compiler, *include, *map(str, SOURCES), "-o", str(program)], check=True)
    run = subprocess.run(["qemu-aarch64", str(program)], check=True, capture_output=True)
    assert run.stderr.decode().split() == ["NEON", "portable"]
    assert len(run.stdout) == 2 * FEATURES_BYTES
    for begin in (0, FEATURES_BYTES):
        features = run.stdout[begin : begin + FEATURES_BYTES]
        assert hashlib.sha256(features).hexdigest() == golden_sha256()
