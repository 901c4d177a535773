# SPDX-License-Identifier: Apache-2.0
"""The search for the weights, and their download."""

import hashlib
import http.server
import ssl
import subprocess
import threading

import pytest
import verger as package
from verger import _weights

FILE = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"
DATA = b"as good as weights for a download"


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    """No weights but those that a test puts there."""
    monkeypatch.delenv("VERGER_WEIGHTS", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "models"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 with its key, in one file."""
    folder = tmp_path_factory.mktemp("certificate")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    command += " -subj /CN=verger -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return folder


@pytest.fixture
def server(certificate, monkeypatch):
    """Stands in for Keras' storage: serves what a test puts into the dict it gives, by HTTPS."""
    answers = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path in answers else 404)
            self.end_headers()
            self.wfile.write(answers.get(self.path, b""))

        def log_message(self, *_):
            pass

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    web.socket = context.wrap_socket(web.socket, server_side=True)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    official = {
        "file_name": FILE,
        "url": f"https://127.0.0.1:{web.server_port}/{FILE}",
        "sha256": hashlib.sha256(DATA).hexdigest(),
    }
    monkeypatch.setattr(_weights, "official_weights", lambda: [official])
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate.pem"))
    yield answers
    web.shutdown()
    web.server_close()


def test_what_is_given_comes_first(empty_cache, monkeypatch, tmp_path):
    given, named = tmp_path / "given.h5", tmp_path / "named.h5"
    cached = empty_cache / FILE
    empty_cache.mkdir(parents=True)
    for path in (given, named, cached):
        path.touch()
    assert package.find_weights() == cached
    monkeypatch.setenv("VERGER_WEIGHTS", str(named))
    assert package.find_weights() == named
    assert package.find_weights(given) == given


def test_nothing_given_and_nothing_cached():
    assert package.find_weights() is None


def test_what_is_given_must_be_there(monkeypatch, tmp_path):
    with pytest.raises(package.ModelError, match="of weights= are a folder, not a file"):
        package.find_weights(tmp_path)
    monkeypatch.setenv("VERGER_WEIGHTS", str(tmp_path / "absent.h5"))
    with pytest.raises(package.ModelError, match=r"of \$VERGER_WEIGHTS do not exist"):
        package.find_weights()


def test_the_program_searches_the_same_places(verger, empty_cache):
    empty_cache.mkdir(parents=True)
    (empty_cache / FILE).touch()
    assert verger("weights", "path").stdout.strip() == str(package.find_weights())


def test_a_download_is_checked_and_kept(server, empty_cache):
    server["/" + FILE] = DATA
    assert package.fetch_weights() == empty_cache / FILE
    assert (empty_cache / FILE).read_bytes() == DATA
    server.clear()
    assert package.fetch_weights() == empty_cache / FILE


def test_a_damaged_file_is_replaced(server, tmp_path):
    server["/" + FILE] = DATA
    (tmp_path / FILE).write_bytes(DATA[:-1])
    assert package.fetch_weights(tmp_path).read_bytes() == DATA


@pytest.mark.parametrize("answer", [DATA + b"!", None])
def test_a_wrong_download_leaves_nothing(server, empty_cache, answer):
    if answer is not None:
        server["/" + FILE] = answer
    with pytest.raises(
        package.ModelError, match=f"get {FILE} from https://127.0.0.1.* by weights="
    ):
        package.Featurizer().load()
    assert not list(empty_cache.rglob("*"))


def test_an_unknown_certificate_is_refused(server, monkeypatch):
    server["/" + FILE] = DATA
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(package.ModelError, match="CERTIFICATE_VERIFY_FAILED"):
        package.fetch_weights()
