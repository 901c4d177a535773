# SPDX-License-Identifier: Apache-2.0
"""`verger serve` answers by HTTP what `verger similar` answers."""

import io
import json
import signal
import subprocess
import threading
import time

import pytest
from conftest import UNTRAINED
from PIL import Image
from servers.service import Service, form


@pytest.fixture(scope="module")
def pictures(orchard):
    return sorted(orchard.rglob("*.jpg"))


@pytest.fixture(scope="module")
def service(program, result):
    with Service(program, result, "--threads", 2) as running:
        yield running
        assert running.stop() == 0


@pytest.fixture(scope="module")
def fresh(verger, tmp_path_factory):
    """A photograph that no result has."""
    folder = tmp_path_factory.mktemp("fresh")
    verger("sample", folder, "--images", 1, "--classes", 1, "--seed", 99)
    return next(folder.rglob("*.jpg"))


def test_an_answer_is_that_of_the_command(service, verger, result, fresh):
    told = json.loads(verger("similar", fresh, "--in", result, "--json").stdout)
    told["queries"][0]["path"] = ""
    status, answer = service.similar(fresh.read_bytes())
    assert status == 200
    assert answer == told


def test_a_form_may_hold_several_photographs(service, pictures):
    body, headers = form(("a.jpg", pictures[3].read_bytes()), ("é.jpg", b"junk"))
    status, answer = service.similar(body, **headers)
    assert status == 200
    good, bad = answer["queries"]
    assert (good["path"], bad["path"]) == ("a.jpg", "é.jpg")
    assert good["neighbors"][0]["path"] == f"file:{pictures[3]}"
    assert good["neighbors"][0]["cosine"] == pytest.approx(1, abs=1e-5)
    assert bad["rejected"]["reason"] == "not-an-image"


def test_a_request_may_ask_for_so_many_neighbours(service, pictures):
    body = pictures[0].read_bytes()
    status, _, text = service.ask("POST", "/v1/similar?neighbors=3", body)
    assert (status, len(json.loads(text)["queries"][0]["neighbors"])) == (200, 3)
    for query in ("neighbors=0", "neighbors=1001", "neighbors=x", "neighbors=", "other=3"):
        status, _, text = service.ask("POST", f"/v1/similar?{query}", body)
        assert status == 400, query
        assert "neighbors=N" in json.loads(text)["error"]


def test_what_cannot_be_read_is_told(service):
    status, answer = service.similar(b"no image")
    assert (status, answer["queries"][0]["rejected"]["reason"]) == (422, "not-an-image")
    assert service.similar(b"")[0] == 400
    status, answer = service.similar(b"--x", **{"Content-Type": "multipart/form-data; boundary=y"})
    assert (status, list(answer)) == (400, ["error"])


def test_a_bomb_is_refused_by_its_head(service):
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    before = service.memory()
    status, answer = service.similar(bomb.getvalue())
    assert (status, answer["queries"][0]["rejected"]["reason"]) == (422, "too-large")
    assert service.memory() < before + (64 << 20)


def test_thumbnails_are_of_rows_of_this_result_alone(service, pictures):
    _, answer = service.similar(pictures[5].read_bytes())
    place = f"/v1/thumbnails/{answer['result']}"
    row = answer["queries"][0]["neighbors"][0]["row"]
    status, headers, picture = service.ask("GET", f"{place}/{row}")
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert headers["Cache-Control"] == "private, max-age=86400, immutable"
    small, large = Image.open(io.BytesIO(picture)), Image.open(pictures[5])
    assert max(small.size) == min(192, max(large.size))
    for other in ("60", "-1", "1x", "", "0/0", "%30", "9" * 30, "../0"):
        assert service.ask("GET", f"{place}/{other}")[0] == 404, other
    assert service.ask("GET", f"/v1/thumbnails/{'0' * 16}/{row}")[0] == 404


@pytest.mark.parametrize(
    "path",
    ["/_verger/run.json", "/../etc/passwd", "/%2e%2e/etc/passwd", "//etc/passwd", "/page.html",
     "/v1", "/v1/similar/", "/v1/thumbnails", "/v1/thumbnails/../../run.json", "/PAGE.JS", "/\\",
     "http://127.0.0.1/", "/page.js%00", "*"],
)  # fmt: skip
def test_no_path_leads_to_a_file(service, path):
    with service.connect(f"GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode()) as client:
        reply = client.makefile("rb").read()
    assert reply.split(b" ")[1] == b"404", reply


def test_the_page_needs_nothing_of_others(service):
    for path, kind in (("/", "html"), ("/page.js", "javascript"), ("/page.css", "css")):
        status, headers, body = service.ask("GET", path)
        assert status == 200
        assert headers["Content-Type"] == f"text/{kind}; charset=utf-8"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert b"://" not in body
        assert b"innerHTML" not in body


def test_methods_are_those_that_make_sense(service):
    cases = [("GET", "/v1/similar", "POST"), ("POST", "/", "GET, HEAD"), ("PUT", "/", "GET, HEAD")]
    for method, path, allowed in cases:
        status, headers, _ = service.ask(method, path)
        assert (status, headers["Allow"]) == (405, allowed)
    status, headers, body = service.ask("HEAD", "/")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 1000


def test_health_and_metrics_tell_what_is(program, result, pictures):
    with Service(program, result, "--threads", 1) as service:
        status, _, body = service.ask("GET", "/healthz")
        health = json.loads(body)
        assert (status, health["status"], health["rows"]) == (200, "ok", 60)
        assert health["untrained"]
        for _ in range(3):
            assert service.similar(pictures[0].read_bytes())[0] == 200
        service.similar(b"junk")
        service.ask("GET", "/nowhere")
        told = service.metrics()
    assert told["verger_serve_replies_total", "similar", "200"] == 3
    assert told["verger_serve_replies_total", "similar", "422"] == 1
    assert told["verger_serve_replies_total", "none", "404"] == 1
    assert told["verger_serve_photographs_total", "answered"] == 3
    assert told["verger_serve_photographs_total", "rejected"] == 1
    assert told["verger_serve_answer_seconds_count",] == 4
    assert told["verger_serve_answer_seconds_bucket", "+Inf"] == 4
    assert told["verger_serve_rows",] == 60
    assert told["verger_serve_connections",] >= 1
    assert told["process_resident_memory_bytes",] > 1e6


def test_a_token_is_asked_for(program, verger, result, pictures, tmp_path):
    file = tmp_path / "token"
    file.write_text("orchard-secret\n")
    photograph = pictures[0].read_bytes()
    with Service(program, result, "--token-file", file) as service:
        for wrong in ("", "orchard-secret", "Bearer orchard", "Bearer orchard-secret2", "Basic x"):
            status, headers, _ = service.ask(
                "POST", "/v1/similar", photograph, {"Authorization": wrong}
            )
            assert (status, headers["WWW-Authenticate"]) == (401, "Bearer"), wrong
        for path in ("/metrics", "/v1/thumbnails/x/0", "/nowhere"):
            assert service.ask("GET", path)[0] == 401
        for path in ("/", "/healthz"):
            assert service.ask("GET", path)[0] == 200
        assert service.similar(photograph, Authorization="Bearer orchard-secret")[0] == 200
    for text in ("", "\n", "two words", "x" * 5000):
        file.write_text(text)
        arguments = ["serve", result, "--weights", UNTRAINED, "--token-file", file]
        assert str(file) in verger(*arguments, exit_code=3).stderr


def test_a_signal_ends_it_when_what_runs_is_done(program, result, pictures):
    body = pictures[0].read_bytes()
    head = f"POST /v1/similar HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for how in (signal.SIGTERM, signal.SIGINT):
        with Service(program, result, "--threads", 1) as service:
            idle = service.connect()
            late = service.connect(head + body[:-1])
            assert service.ask("GET", "/healthz")[0] == 200  # the others have been accepted
            service.process.send_signal(how)
            assert idle.recv(1) == b""
            late.sendall(body[-1:])
            reply = late.makefile("rb").read()
            assert reply.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"Connection: close\r\n" in reply
            assert service.process.wait(timeout=30) == 0


def test_what_cannot_be_served_is_one_sentence(verger, result, service, tmp_path):
    for arguments, exit_code, word in (
        ([tmp_path], 3, "No result in"),
        ([result, "--listen", "8080"], 2, "--listen must be HOST:PORT"),
        ([result, "--listen", f"127.0.0.1:{service.port}"], 2, "in use"),
        ([result, "--listen", "no.such.host.invalid:1"], 2, "no.such.host.invalid:1"),
        ([result, "--queue", "0"], 2, "--queue"),
        ([result, "--max-body", "0"], 2, "--max-body"),
        ([result, "--neighbors", "0"], 2, "--neighbors"),
        ([result, "--token-file", tmp_path / "none"], 3, "--token-file"),
        ([result, "--weights", "untrained:8"], 4, "untrained:8"),
    ):
        weights = [] if "--weights" in arguments else ["--weights", UNTRAINED]
        process = verger("serve", *arguments, *weights, exit_code=exit_code)
        errors = [line for line in process.stderr.splitlines() if ": error: " in line]
        assert len(errors) == 1
        assert word in errors[0]


def test_past_the_queue_clients_are_asked_to_come_again(program, result):
    slow = io.BytesIO()
    Image.effect_noise((5000, 5000), 90).save(slow, "JPEG", quality=50)
    replies = []
    with Service(program, result, "--threads", 1, "--queue", 2) as service:

        def send():
            replies.append(service.ask("POST", "/v1/similar", slow.getvalue()))

        threads = [threading.Thread(target=send) for _ in range(12)]
        for thread in threads:
            thread.start()
        assert service.ask("GET", "/healthz")[0] == 200
        for thread in threads:
            thread.join()
        assert service.stop() == 0
    statuses = [status for status, _, _ in replies]
    assert set(statuses) == {200, 503}
    assert {headers["Retry-After"] for status, headers, _ in replies if status == 503} == {"1"}


def replace(path, text):
    """Write a file as verger does: whoever looks sees what it was or what it is, and no half."""
    half = path.with_name(".half")
    half.write_text(text)
    half.replace(path)


def test_another_result_is_taken_over_and_a_damaged_one_is_not(
    program, verger, orchard, fresh, tmp_path
):
    folder, output = tmp_path / "Photographs", tmp_path / "Results"
    folder.symlink_to(orchard)
    more = tmp_path / "More"
    run = ["--weights", UNTRAINED, "--parts", 2, "--overwrite"]
    verger("run", folder, output, *run)
    with Service(program, output, "--refresh", 0.1) as service:
        first = service.similar(fresh.read_bytes())[1]
        assert first["rows"] == 60
        subprocess.run(["cp", "-rL", folder, more], check=True)
        (more / "new.jpg").write_bytes(fresh.read_bytes())
        verger("run", more, output, *run)
        service.until("has been taken over")
        second = service.similar(fresh.read_bytes())[1]
        assert (second["rows"], second["queries"][0]["neighbors"][0]["path"]) == (
            61, f"file:{more}/new.jpg")  # fmt: skip
        assert service.ask("GET", f"/v1/thumbnails/{first['result']}/0")[0] == 404

        record = output / "_verger" / "reduction.json"
        whole = record.read_text()
        for damage in (whole[:-9], whole.replace('"rows": ', '"rows": 1'), "{}", ""):
            replace(record, damage)
            assert "goes on being served" in service.until("cannot be taken over")
            assert service.similar(fresh.read_bytes())[1] == second
        (output / "_verger").rename(output / "_away")
        service.until("cannot be taken over")
        assert service.similar(fresh.read_bytes())[1] == second
        replace(output / "_away" / record.name, whole)
        (output / "_away").rename(output / "_verger")
        service.until("has been taken over")
        told = service.metrics()
        assert told["verger_serve_results_total", "refused"] == 5
        assert told["verger_serve_results_total", "taken"] == 2
        time.sleep(0.5)  # a result that stays is not loaded again
        assert service.metrics()["verger_serve_results_total", "taken"] == 2
