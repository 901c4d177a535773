# SPDX-License-Identifier: Apache-2.0
"""The program's OpenSSL is the one that it is linked with, not the one that libparquet exports."""

import re
import subprocess

OPENSSL = re.compile(r"\bUND\s+((?:EVP|SSL|X509|BIO|CRYPTO|OPENSSL)_\w+)(@OPENSSL)?")


def test_the_programs_openssl_is_of_a_certain_version(program):
    command = ["readelf", "--dyn-syms", "--wide", program]
    symbols = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    versions = OPENSSL.findall(symbols)
    assert len(versions) > 10
    assert [name for name, version in versions if not version] == []
