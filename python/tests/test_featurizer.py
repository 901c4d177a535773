# SPDX-License-Identifier: Apache-2.0
"""Images of any form give the features that the program writes."""

import io
import os
import pickle
import threading
import time

import numpy as np
import pytest
import verger as package
from arrays import float_rows, same_bits
from conftest import UNTRAINED
from PIL import Image


def pixels_of(path):
    return np.asarray(Image.open(path).convert("RGB"))


def png_of(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def test_the_bits_are_those_of_the_programs_table(featurizer, paths, features):
    assert same_bits(featurizer.transform(paths), features)


def test_paths_bytes_and_pixels_of_an_image_have_the_same_features(featurizer, paths, features):
    path = paths[0]
    forms = [
        path,
        str(path),
        path.read_bytes(),
        bytearray(path.read_bytes()),
        memoryview(path.read_bytes()),
        np.frombuffer(path.read_bytes(), dtype=np.uint8),
        pixels_of(path),
        pixels_of(path)[:, ::-1][:, ::-1],  # not contiguous
        Image.open(path).convert("RGB"),
        png_of(pixels_of(path)),
    ]
    rows = featurizer.transform(forms)
    assert same_bits(rows, np.tile(features[0], (len(forms), 1)))


def test_paths_are_taken_as_arrays_and_tables_have_them(featurizer, paths, features):
    path = str(paths[0])
    forms = [
        np.array([path])[0],
        f"file:{path}",
        f"file://{path}",
        np.bytes_(paths[0].read_bytes()),
    ]
    rows = featurizer.transform(forms)
    assert same_bits(rows, np.tile(features[0], (len(forms), 1)))
    assert same_bits(featurizer.transform(np.array([str(p) for p in paths[:3]])), features[:3])


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA", "CMYK", "YCbCr", "HSV", "I", "F"])
def test_pil_images_of_any_mode_are_converted_as_their_files_are(featurizer, paths, mode):
    image = Image.open(paths[0]).convert("RGB").resize((90, 70)).convert(mode)
    right = np.asarray(image.convert("RGB"))
    of_image, of_pixels = featurizer.transform([image, right])
    assert same_bits(of_image, of_pixels)


def test_a_pil_image_is_turned_upright_as_its_file_is(paths, tmp_path):
    image = Image.open(paths[0]).convert("RGB").resize((90, 70))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.png", exif=exif)
    with pytest.warns(UserWarning, match="UNTRAINED"):
        upright = package.Featurizer(UNTRAINED, threads=1, exif_orientation=True)
        turned = tmp_path / "turned.png"
        of_image, of_file = upright.transform([Image.open(turned), turned])
    assert same_bits(of_image, of_file)


@pytest.mark.parametrize("from_path", [True, False])
def test_a_lazy_image_that_fails_is_a_bad_image_like_others(featurizer, paths, tmp_path, from_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(paths[0].read_bytes()[:1500])

    def lazy():
        return Image.open(bad if from_path else io.BytesIO(bad.read_bytes()))

    with pytest.raises(ValueError, match="Image 1 is truncated: "):
        featurizer.transform([paths[0], lazy()])
    lenient = package.Featurizer(UNTRAINED, on_error="nan")
    with pytest.warns(UserWarning, match="UNTRAINED"):
        rows = lenient.transform([lazy(), paths[0]])
    assert np.isnan(rows[0]).all()
    assert not np.isnan(rows[1]).any()
    assert featurizer.featurize([lazy()]).rejections[0][1] == "truncated"


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (500, 3), (224, 224), (640, 480)])
def test_pixels_of_any_size_are_resized_as_a_files_are(featurizer, size):
    pixels = np.random.default_rng(size[0]).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    of_array, of_file = featurizer.transform([pixels, png_of(pixels)])
    assert same_bits(of_array, of_file)


def test_neighbours_order_and_threads_do_not_matter(paths, features):
    with pytest.warns(UserWarning, match="UNTRAINED"):
        alone = package.Featurizer(UNTRAINED, threads=1).transform(paths[7:8])
        many = package.Featurizer(UNTRAINED, threads=5).transform(paths[::-1])
    assert same_bits(alone, features[7:8])
    assert same_bits(many, np.ascontiguousarray(features[::-1]))


def test_any_iterable_will_do(featurizer, paths, features):
    assert same_bits(featurizer.transform(path for path in paths[:3]), features[:3])


def test_no_images_give_no_rows(featurizer):
    assert featurizer.transform([]).shape == (0, 1280)
    assert featurizer.transform([]).dtype == np.float32


def test_more_images_than_one_native_call_takes(featurizer, paths, features):
    count = 64 * package.Featurizer(UNTRAINED).set_params(threads=1).threads + 70
    repeated = (paths * (count // len(paths) + 1))[:count]
    expected = np.tile(features, (count // len(paths) + 1, 1))[:count]
    with pytest.warns(UserWarning, match="UNTRAINED"):
        rows = package.Featurizer(UNTRAINED, threads=1).transform(repeated)
    assert same_bits(rows, expected)


def test_a_bad_image_raises_and_is_named(featurizer, paths, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(paths[0].read_bytes()[:500])
    with pytest.raises(ValueError, match=rf"Image 1 \({bad}\) is truncated: "):
        featurizer.transform([paths[0], bad])
    with pytest.raises(ValueError, match="Image 0 is empty: "):
        featurizer.transform([b""])
    with pytest.raises(ValueError, match=r"is unreadable: .*No such file"):
        featurizer.transform([tmp_path / "absent.jpg"])
    with pytest.raises(ValueError, match="Image 0 is zero-size"):
        featurizer.transform([np.empty((0, 5, 3), dtype=np.uint8)])


def test_a_bad_image_becomes_nan_on_request(featurizer, paths, features):
    lenient = package.Featurizer(UNTRAINED, on_error="nan")
    with pytest.warns(UserWarning, match="UNTRAINED"):
        rows = lenient.transform([b"junk", paths[0], b"", paths[1]])
    assert np.isnan(rows[[0, 2]]).all()
    assert same_bits(rows[[1, 3]], features[:2])


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        (3, TypeError, r"images\[1\] is a int; give a path, the bytes"),
        ([1, 2], TypeError, r"images\[1\] is a list"),
        (np.zeros((4, 4, 4), dtype=np.uint8), ValueError, r"images\[1\] must be uint8 of shape"),
        (np.zeros((4, 4, 3), dtype=np.float32), ValueError, "must be uint8"),
        (np.zeros((4, 4), dtype=np.uint8), ValueError, "must be uint8 of shape"),
        (np.zeros((4, 4, 3), dtype=np.int8), ValueError, "must be uint8 of shape"),
        (np.zeros(40, dtype=np.int8), ValueError, "must be uint8 of shape"),
    ],
)
def test_what_is_no_image_is_refused(featurizer, paths, image, error, message):
    with pytest.raises(error, match=message):
        featurizer.transform([paths[0], image])


@pytest.mark.parametrize("image", ["a.jpg", b"\xff\xd8"])
def test_a_single_image_is_refused(featurizer, image):
    with pytest.raises(TypeError, match="goes into a list"):
        featurizer.transform(image)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"weights": "untrained:x"}, ValueError, "^weights 'untrained:x' must end in a whole"),
        ({"precision": "f16"}, ValueError, "^precision must be f32, f32x3 or bf16, not 'f16'"),
        ({"threads": -1}, ValueError, "^threads must be at least 0, not -1"),
        ({"max_pixels": 0}, ValueError, "^max_pixels must be"),
        ({"on_error": "ignore"}, ValueError, "^on_error must be 'raise' or 'nan', not 'ignore'"),
        ({"model": "a.onnx"}, ValueError, "exclude each other"),
    ],
)
@pytest.mark.filterwarnings("ignore:UNTRAINED")
def test_unusable_parameters_are_named(parameters, error, message):
    with pytest.raises(error, match=message):
        package.Featurizer(**{"weights": UNTRAINED, **parameters}).transform([])


def test_unusable_weights_are_model_errors(tmp_path):
    junk = tmp_path / "junk.h5"
    junk.write_bytes(b"junk")
    with pytest.raises(package.ModelError, match=r"junk\.h5' is not an HDF5 file"):
        package.Featurizer(junk).load()
    with pytest.raises(package.ModelError, match=r"absent\.h5' of weights= do not exist"):
        package.Featurizer(tmp_path / "absent.h5").load()
    with pytest.raises(package.ModelError, match="junk"):
        package.Featurizer(model=junk).load()
    with pytest.raises(package.ModelError, match=r"Cannot read .*absent\.onnx: no such file"):
        package.Featurizer(model=tmp_path / "absent.onnx").load()
    assert issubclass(package.ModelError, OSError)


def test_images_above_the_limit_are_rejected(paths):
    with (
        pytest.warns(UserWarning, match="UNTRAINED"),
        pytest.raises(ValueError, match=r"Image 0 .* is too-large"),
    ):
        package.Featurizer(UNTRAINED, max_pixels=50).transform(paths[:1])


@pytest.mark.filterwarnings("ignore:UNTRAINED")
def test_pickling_keeps_the_parameters(featurizer, paths, features):
    copy = pickle.loads(pickle.dumps(featurizer))
    assert copy.get_params() == featurizer.get_params()
    assert same_bits(copy.transform(paths[:1]), features[:1])


@pytest.mark.filterwarnings("ignore:UNTRAINED")
def test_another_parameter_loads_another_network(paths, features):
    featurizer = package.Featurizer("untrained:1").load()
    assert featurizer.info["weights"] == "untrained:1"
    featurizer.set_params(weights=UNTRAINED)
    assert same_bits(featurizer.transform(paths[:1]), features[:1])


def test_info_tells_what_the_network_is(featurizer):
    info = featurizer.info
    assert info["model_name"] == "MobileNetV2 1.0 224"
    assert info["weights"] == UNTRAINED
    assert info["untrained"] is True
    assert info["width"] == 1280
    assert len(info["weights_sha256"]) == 64


def test_the_gil_is_released(featurizer, paths):
    """Python goes on in one thread while another is in the native call."""
    native = featurizer._network()
    images = [str(path) for path in paths] * 3
    inside = threading.Event()
    ticks = 0

    def work():
        inside.set()
        native.featurize(images)
        inside.clear()

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait()
    while inside.is_set():
        time.sleep(0.001)
        ticks += 1
    thread.join()
    assert ticks > 10


def test_many_threads_may_share_a_featurizer(featurizer, paths, features):
    results = {}

    def work(number):
        rows = slice(number * 5, number * 5 + 5)
        results[number] = same_bits(featurizer.transform(paths[rows]), features[rows])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == dict.fromkeys(range(8), True)


def test_a_name_that_is_not_utf8_is_a_path_like_any(featurizer, paths, features, tmp_path):
    odd = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    odd.write_bytes(paths[0].read_bytes())
    assert same_bits(featurizer.transform([odd]), features[:1])


def test_real_weights_give_the_programs_features(verger, real_weights, orchard, paths, tmp_path):
    verger("extract", orchard, tmp_path / "out", "--weights", real_weights, "--parts", 1)
    (part,) = (tmp_path / "out" / "features").glob("part-*")
    assert same_bits(
        package.Featurizer(real_weights).transform(paths), float_rows(part, "features")
    )
