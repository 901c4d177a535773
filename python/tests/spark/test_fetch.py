# SPDX-License-Identifier: Apache-2.0
"""Many reads at once come back whole and in order, from this machine and from S3."""

import shutil
import threading

import pytest
from arrays import same_bits
from servers.fault_proxy import Faults, fault_proxy
from servers.s3proxy import s3proxy
from servers.tls_front import tls_front

pytestmark = [pytest.mark.heavy, pytest.mark.spark]


@pytest.fixture(scope="module")
def fetch():
    """The module under test."""
    from verger import _fetch  # noqa: PLC0415 - needs pyarrow

    return _fetch


@pytest.fixture(scope="module")
def server(spaced, tmp_path_factory):
    """An S3 server with photographs in it."""
    with s3proxy(tmp_path_factory.mktemp("s3proxy")) as running:
        shutil.copytree(spaced, running.bucket("fruits") / "My Fruits")
        yield running


@pytest.fixture
def credentials(server, monkeypatch):
    """The server's credentials in this process' environment, and its address."""
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def objects(spaced):
    """The photographs by their s3:// URI."""
    files = sorted(spaced.iterdir())
    return {f"s3://fruits/My Fruits/{path.name}": path.read_bytes() for path in files}


def test_files_come_in_order_whatever_they_are(fetch, tmp_path):
    contents = [b"x" * (i * 37 % 1000) for i in range(300)]
    paths = []
    for i, content in enumerate(contents):
        paths.append(str(tmp_path / f"file {i}"))
        (tmp_path / f"file {i}").write_bytes(content)
    for reads in (1, 3, 40):
        assert list(fetch.read_many(iter(paths), {"reads_in_flight": reads})) == contents
    assert list(fetch.read_many([])) == []


def test_what_cannot_be_read_is_an_error_in_its_place(fetch, tmp_path):
    good = tmp_path / "good"
    good.write_bytes(b"good")
    bad = ["/nowhere/x", str(tmp_path), "hdfs://host/x", "s3://", "file://host/x", "a\0b", ""]
    words = ["no such file", "directory", "not hdfs://", "no bucket", "'host'", "NUL", "empty"]
    paths = [path for name in bad for path in (name, str(good))]
    contents = list(fetch.read_many(paths))
    assert contents[1::2] == [b"good"] * len(bad)
    for error, path, word in zip(contents[::2], bad, words, strict=True):
        assert isinstance(error, OSError)
        assert str(error).startswith(f"Cannot read {path}: ")
        assert word in str(error)
        assert str(error).endswith(".")


def test_no_more_is_held_than_there_is_room_for(fetch, tmp_path, monkeypatch):
    sizes = [700, 600, 100, 5000, 10, 900, 90, 0, 400] * 5  # 5000 by itself is more than the room
    paths = []
    for i, size in enumerate(sizes):
        (tmp_path / str(i)).write_bytes(b"y" * size)
        paths.append(str(tmp_path / str(i)))
    held = []
    take = fetch._Room.take

    def watched(room, turn, size):
        take(room, turn, size)
        held.append(room._held)

    monkeypatch.setattr(fetch, "MOST_BYTES", 1000)
    monkeypatch.setattr(fetch._Room, "take", watched)
    assert [len(content) for content in fetch.read_many(paths, {"reads_in_flight": 16})] == sizes
    assert max(amount for amount in held if amount != 5000) <= 1000


def test_an_iterator_that_is_closed_leaves_no_thread_behind(fetch, tmp_path):
    (tmp_path / "a").write_bytes(b"z" * (1 << 20))
    before = threading.active_count()
    reads = fetch.read_many([str(tmp_path / "a")] * 500)
    assert len(next(reads)) == 1 << 20
    assert threading.active_count() > before
    reads.close()
    assert threading.active_count() == before


def test_what_aws_own_files_say_of_the_profile_is_heeded(fetch, tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    config.write_text(
        "[profile lab]\nregion = eu-west-3\nservices = near\n"
        "[services near]\ns3 =\n  endpoint_url = http://s3:2\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "lab")
    client = fetch.Storage().client(1)
    assert (client.endpoint, client.region) == ("http://s3:2", "eu-west-3")
    monkeypatch.setenv("AWS_PROFILE", "typo")
    with pytest.raises(OSError, match="no profile 'typo'"):
        fetch.Storage().client(1)
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    with pytest.raises(OSError, match="AWS_SECRET_ACCESS_KEY is not"):
        fetch.Storage().client(1)
    assert fetch.Storage(s3_anonymous=True).client(1).anonymous


def test_a_credential_in_a_place_is_refused_unrepeated(fetch):
    (error,) = fetch.read_many(["s3://AKIAKEY:topSECRET@bucket/a.jpg"])
    assert "a password in it" in str(error)
    assert "topSECRET" not in str(error)


def test_unusable_options_are_said_at_once(fetch):
    for options, words in [
        ({"endpoint": "http://x"}, "No storage option is named 'endpoint'"),
        ({"s3_endpoint": "x:9000"}, "s3_endpoint must be"),
        ({"s3_addressing": "dns"}, "s3_addressing must be"),
        ({"reads_in_flight": -1}, "reads_in_flight must be"),
    ]:
        with pytest.raises(ValueError, match=words):
            fetch.read_many(["x"], options)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("scheme", ["s3", "s3a"])
def test_objects_are_read_with_the_endpoint_of_the_environment(fetch, objects, scheme):
    paths = [path.replace("s3:", f"{scheme}:") for path in objects]
    assert list(fetch.read_many(paths * 8)) == list(objects.values()) * 8
    gone, other = fetch.read_many(["s3://fruits/gone", "s3://no-such-bucket/x"])
    assert str(gone) == "Cannot read s3://fruits/gone: no such file or directory."
    assert "no-such-bucket/x: no such" in str(other)


@pytest.mark.usefixtures("credentials")
def test_a_place_is_opened_for_other_uses(server, objects):
    from verger._places import open_place  # noqa: PLC0415 - needs pyarrow

    filesystem, root = open_place("s3a://fruits/My Fruits/", {"s3_endpoint": server.endpoint})
    assert root == "fruits/My Fruits"
    with filesystem.open_output_stream(f"{root}/new") as file:
        file.write(b"new")
    assert (server.data / "fruits/My Fruits/new").read_bytes() == b"new"
    again, _ = open_place("s3://other", {"s3_endpoint": server.endpoint})
    assert again is filesystem


@pytest.mark.usefixtures("credentials")
def test_a_featurizer_finds_the_server_as_aws_tools_do(
    featurizer, server, objects, tmp_path, monkeypatch
):
    with tls_front(tmp_path, server.endpoint) as front:
        settings = {"endpoint_url": front.endpoint, "region": "eu-west-3",
                    "ca_bundle": front.authority}  # fmt: skip
        lines = [f"{key} = {value}\n" for key, value in settings.items()]
        (tmp_path / "config").write_text("[profile lab]\n" + "".join(lines))
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)  # it comes before the profile's
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        monkeypatch.setenv("AWS_PROFILE", "lab")
        places = [place.replace("s3:", "s3a:") for place in objects]
        features = featurizer.transform(places)
        with pytest.raises(ValueError, match="Cannot read s3://fruits/gone: no such"):
            featurizer.transform(["s3://fruits/gone"])
    assert same_bits(features, featurizer.transform(list(objects.values())))


@pytest.mark.usefixtures("credentials")
def test_keys_that_are_wrong_are_said_and_not_tried_again(fetch, objects, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    options = {"s3_region": "eu-west-3", "retries": 1000}  # a client of its own
    (error,) = fetch.read_many([next(iter(objects))], options)
    assert "access is denied" in str(error)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("kind", ["500", "503", "reset", "truncate", "short"])
def test_faults_that_pass_lose_and_alter_nothing(fetch, server, objects, kind):
    with fault_proxy(server.endpoint, Faults({kind: 0.2})) as proxy:
        options = {"s3_endpoint": proxy.endpoint, "retries": 12}
        assert list(fetch.read_many(list(objects) * 4, options)) == list(objects.values()) * 4
        assert proxy.faults.done[kind] > 3


@pytest.mark.usefixtures("credentials")
def test_a_fault_that_stays_is_an_error_after_the_retries(fetch, server, objects):
    names = list(objects)
    refuse = lambda method, target: "/3%20" in target or "/3 " in target  # noqa: E731
    with fault_proxy(server.endpoint, Faults(refuse=refuse)) as proxy:
        options = {"s3_endpoint": proxy.endpoint, "retries": 2}
        contents = list(fetch.read_many(names, options))
    assert [isinstance(content, OSError) for content in contents] == [i == 3 for i in range(9)]
    assert "busy" in str(contents[3])


@pytest.mark.usefixtures("credentials")
def test_images_on_s3_have_the_features_of_the_same_files(spark, server, spaced, objects, by_path):
    from conftest import UNTRAINED  # noqa: PLC0415
    from verger.spark import ImageFeaturizer  # noqa: PLC0415

    spark.sparkContext.environment.update(server.environment())  # for the Python workers
    frame = spark.createDataFrame([(path,) for path in objects], "path string").repartition(2)
    stage = ImageFeaturizer(inputCol="path", weights=UNTRAINED, s3_endpoint=server.endpoint)
    with pytest.warns(UserWarning, match="UNTRAINED"):
        rows = stage.transform(frame).collect()
    assert len(rows) == 9
    for row in rows:
        expected = by_path[f"file:{spaced}/{row.path.rpartition('/')[2]}"]
        assert row.features == expected.tolist()
