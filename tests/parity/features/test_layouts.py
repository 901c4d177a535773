# SPDX-License-Identifier: Apache-2.0
"""Weights load from every layout that Keras writes, to the same bits."""

import numpy as np
import pytest
from parity.features.conftest import SEED
from parity.features.sides import ask_verger, run_verger

h5py = pytest.importorskip("h5py")
keras = pytest.importorskip("keras")


def with_optimizer(model):
    """Return a copy of the model that has an optimiser's state to save."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile("adam", "mse")
    copy.optimizer.build(copy.trainable_variables)
    return copy


def inside_another(model):
    """Return a classifier that has the model as its first layer."""
    return keras.Sequential([model, keras.layers.Dense(3)])


def save_weights(model, folder):
    path = folder / "model.weights.h5"
    model.save_weights(path)
    return path


def save_model(model, folder):
    path = folder / "model.h5"
    model.save(path)
    return path


def write_keras_2(group, model):
    """Write the layout of Keras 2's save_weights, as its documentation of the format has it."""
    group.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = b"2.9.0"
    for layer in model.layers:
        place = group.create_group(layer.name)
        names = []
        for variable in layer.weights:
            depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
            name = "depthwise_kernel" if depthwise else variable.name
            names.append(f"{layer.name}/{name}:0")
            place.create_dataset(names[-1], data=variable.numpy())
        place.attrs["weight_names"] = [name.encode() for name in names]


def save_keras_2_weights(model, folder):
    path = folder / "weights.h5"
    with h5py.File(path, "w") as file:
        write_keras_2(file, model)
    return path


def save_keras_2_model(model, folder):
    path = folder / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = b"{}"
        write_keras_2(file.create_group("model_weights"), model)
    return path


SAVERS = [save_weights, save_model, save_keras_2_weights, save_keras_2_model]


@pytest.fixture(scope="module")
def check(tensors):
    """A function that asserts that a file gives the features of the untrained weights."""
    expected = ask_verger(tensors, "--weights", f"untrained:{SEED}")

    def check_file(path):
        assert np.array_equal(ask_verger(tensors, "--weights", path), expected)

    return check_file


@pytest.mark.parametrize("save", SAVERS)
def test_every_layout_gives_the_same_bits(save, untrained, check, tmp_path):
    check(save(untrained, tmp_path))


@pytest.mark.parametrize("save", SAVERS)
def test_the_top_is_ignored(save, untrained_with_top, check, tmp_path):
    check(save(untrained_with_top, tmp_path))


@pytest.mark.parametrize("save", [save_weights, save_model])
def test_the_state_of_an_optimiser_is_ignored(save, untrained, check, tmp_path):
    check(save(with_optimizer(untrained), tmp_path))


@pytest.mark.parametrize("save", [save_weights, save_model])
def test_the_network_is_found_inside_another(save, untrained, check, tmp_path):
    check(save(inside_another(untrained), tmp_path))


def test_half_precision_weights_are_widened(untrained, tensors, tmp_path):
    path = save_keras_2_weights(untrained, tmp_path)
    halved = tmp_path / "half.h5"
    with h5py.File(path) as full, h5py.File(halved, "w") as half:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                half.create_dataset(name, data=item[()].astype("f2"))

        full.visititems(copy)
    with h5py.File(path, "r+") as full:

        def round_values(_, item):
            if isinstance(item, h5py.Dataset):
                item[()] = item[()].astype("f2").astype("f4")

        full.visititems(round_values)
    ours = ask_verger(tensors, "--weights", halved)
    assert np.array_equal(ours, ask_verger(tensors, "--weights", path))


def refusal(path):
    """Return the one line by which verger refuses the weights."""
    done = run_verger("--weights", path, "--info")
    assert done.returncode == 4
    message = done.stderr.decode()
    assert message.count("\n") == 1
    assert str(path) in message
    return message


def test_a_keras_archive_is_refused_with_the_mend(untrained, tmp_path):
    path = tmp_path / "model.keras"
    untrained.save(path)
    assert "model.save_weights(" in refusal(path)


def test_other_networks_are_refused_by_name(tmp_path):
    narrow = keras.applications.MobileNetV2(weights=None, alpha=0.5, include_top=False)
    assert "bn_Conv1 has the shape (16), not (32)" in refusal(save_weights(narrow, tmp_path))
    assert "Conv1 has the shape (3, 3, 3, 16), not" in refusal(save_model(narrow, tmp_path))
    first = keras.applications.MobileNet(weights=None, include_top=False)
    assert "is not MobileNetV2 1.0" in refusal(save_weights(first, tmp_path))
    assert "is not MobileNetV2 1.0" in refusal(save_model(first, tmp_path))


def test_a_compressed_file_is_refused_with_the_mend(untrained, tmp_path):
    path = save_keras_2_weights(untrained, tmp_path)
    with h5py.File(path, "r+") as file:
        place = file["Conv1"]["Conv1"]
        values = place["kernel:0"][()]
        del place["kernel:0"]
        place.create_dataset("kernel:0", data=values, compression="gzip")
    assert "not stored as Keras does" in refusal(path)
