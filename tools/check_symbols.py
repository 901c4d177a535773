# SPDX-License-Identifier: Apache-2.0
"""List the newest symbol versions that programs and libraries need; status 1 when one is too new.

usage: check_symbols.py [--glibc 2.34] [--glibcxx 3.4.29] FILE …

FILE is a program, a shared library, or a wheel, in which all of these are looked at. Amazon Linux
2023 offers GLIBC_2.34 and GLIBCXX_3.4.29, which are the defaults. Functions of libcrypto.so.3 and
libssl.so.3 are asked for by the version OPENSSL_3.0.0: what is asked for without one was found in
the library of another project that exports a copy, such as Arrow's libparquet, and status is 1.
"""

import argparse
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection, GNUVerSymSection
from elftools.elf.sections import SymbolTableSection

OPENSSL = re.compile(r"(ASN1|BIO|BN|CRYPTO|ERR|EVP|HMAC|OPENSSL|PEM|RAND|SHA256|SSL|X509)_\w+")
VERSION = re.compile(r"(GLIBC|GLIBCXX|CXXABI)_([0-9.]+)")


def binaries(path: Path) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the name and the content of each program and shared library in a file."""
    if path.suffix != ".whl":
        yield str(path), io.BytesIO(path.read_bytes())
        return
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            content = wheel.read(name)
            if content.startswith(b"\x7fELF"):
                yield f"{path.name}: {name}", io.BytesIO(content)


def needed_versions(binary: BinaryIO) -> Iterator[str]:
    """Yield the versions that a binary needs of others, such as GLIBC_2.34."""
    for section in ELFFile(binary).iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for _, versions in section.iter_versions():
                yield from (version.name for version in versions)


def newest(versions: Iterator[str]) -> dict[str, tuple[int, ...]]:
    """Return the newest version of each of the three families."""
    result: dict[str, tuple[int, ...]] = {}
    for version in versions:
        if match := VERSION.fullmatch(version):
            number = tuple(int(part) for part in match[2].split("."))
            result[match[1]] = max(result.get(match[1], ()), number)
    return result


def unbound_openssl(binary: BinaryIO) -> list[str]:
    """Return the functions of OpenSSL that a binary asks for without saying of which library."""
    elf = ELFFile(binary)
    symbols = elf.get_section_by_name(".dynsym")
    versions = elf.get_section_by_name(".gnu.version")
    if not isinstance(symbols, SymbolTableSection) or not isinstance(versions, GNUVerSymSection):
        return []
    pairs = zip(symbols.iter_symbols(), versions.iter_symbols(), strict=True)
    return [
        symbol.name
        for symbol, version in pairs
        if symbol["st_shndx"] == "SHN_UNDEF"
        and symbol["st_info"]["bind"] == "STB_GLOBAL"
        and version["ndx"] in ("VER_NDX_LOCAL", "VER_NDX_GLOBAL")
        and OPENSSL.fullmatch(symbol.name)
    ]


def main() -> int:
    """Check every file named; print what each binary needs."""
    parser = argparse.ArgumentParser(description="newest symbol versions of programs and libraries")
    parser.add_argument("--glibc", default="2.34")
    parser.add_argument("--glibcxx", default="3.4.29")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    limits = {"GLIBC": arguments.glibc, "GLIBCXX": arguments.glibcxx, "CXXABI": "1.3.13"}
    asked = faults = 0
    for path in arguments.files:
        for name, binary in binaries(path):
            asked += 1
            needs = newest(needed_versions(binary))
            for family, number in sorted(needs.items()):
                limit = tuple(int(part) for part in limits[family].split("."))
                mark = "" if number <= limit else f"  TOO NEW: at most {limits[family]}"
                faults += bool(mark)
                print(f"{name}: {family}_{'.'.join(map(str, number))}{mark}")
            if unbound := unbound_openssl(binary):
                faults += 1
                print(f"{name}: OF NO CERTAIN OPENSSL: {', '.join(unbound)}")
    if not asked:
        print("check_symbols: neither a program nor a library in what was named", file=sys.stderr)
    return 1 if faults or not asked else 0


if __name__ == "__main__":
    sys.exit(main())
