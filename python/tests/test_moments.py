# SPDX-License-Identifier: Apache-2.0
"""Moments: the same bits however the rows come, and as the program's."""

import pickle
import threading

import numpy as np
import pytest
import verger as package
from arrays import float_rows, same_bits
from conftest import ROOT

TINY = (
    ROOT / "tests" / "golden" / "features" / "tiny_nhwc.onnx"
)  # few features, so moments are kept


def rows(count, width=20, seed=0):
    return np.random.default_rng(seed).normal(3, 2, (count, width)).astype(np.float32)


def moments_of(table):
    moments = package.Moments(table.shape[1])
    moments.add(table)
    return moments


@pytest.fixture(scope="module")
def program_moments(verger, tmp_path_factory):
    """The moments that a run keeps of its one shard, and the features they are of."""
    folder = tmp_path_factory.mktemp("moments")
    verger("sample", folder / "in", "--images", 20, "--classes", 2, "--seed", 5)
    verger("run", folder / "in", folder / "out", "--model", TINY, "--parts", 1)
    (part,) = (folder / "out" / "features").glob("part-*")
    return folder / "out" / "_verger" / "moments" / "00000.moments", float_rows(part, "features")


def test_they_are_count_mean_and_centred_second_moment():
    table = rows(1000)
    moments = moments_of(table)
    exact = table.astype(np.float64)
    assert (moments.count, moments.width) == (1000, 20)
    np.testing.assert_allclose(moments.mean(), exact.mean(0), rtol=1e-13)
    centred = exact - exact.mean(0)
    np.testing.assert_allclose(moments.centred_second_moment(), centred.T @ centred, atol=1e-9)


def test_the_bits_do_not_depend_on_how_rows_are_split():
    table = rows(1000)
    split = package.Moments(20)
    for part in np.array_split(table, [1, 2, 255, 257, 700]):
        split.add(np.ascontiguousarray(part))
    assert split.to_bytes() == moments_of(table).to_bytes()


def test_of_no_rows():
    moments = package.Moments(3)
    moments.add(np.empty((0, 3), dtype=np.float32))
    assert moments.count == 0
    assert same_bits(moments.mean(), np.zeros(3))


def test_they_survive_bytes_and_pickle():
    moments = moments_of(rows(300))
    for copy in (
        package.Moments.from_bytes(moments.to_bytes()),
        pickle.loads(pickle.dumps(moments)),
    ):
        assert copy.to_bytes() == moments.to_bytes()
        assert same_bits(copy.centred_second_moment(), moments.centred_second_moment())


def test_the_bytes_are_the_programs(program_moments):
    file, table = program_moments
    assert moments_of(table).to_bytes() == file.read_bytes()


def test_damaged_bytes_are_refused():
    data = bytearray(moments_of(rows(10)).to_bytes())
    data[50] ^= 1
    with pytest.raises(ValueError, match="moments"):
        package.Moments.from_bytes(bytes(data))
    with pytest.raises(ValueError, match="moments"):
        package.Moments.from_bytes(b"")


def test_merging_adds_the_rows_of_both():
    table = rows(600)
    left, right = moments_of(table[:350]), moments_of(table[350:])
    left.merge(right)
    assert (left.count, right.count) == (600, 250)
    np.testing.assert_allclose(left.mean(), table.astype(np.float64).mean(0), rtol=1e-13)


def test_merging_with_itself_doubles_the_rows():
    moments = moments_of(rows(300))
    mean = moments.mean()
    moments.merge(moments)
    assert moments.count == 600
    np.testing.assert_allclose(moments.mean(), mean, rtol=1e-15)


def test_the_tree_merges_neighbours_first():
    parts = [moments_of(rows(100 + i, seed=i)) for i in range(5)]

    def merged(left, right):
        copy = package.Moments.from_bytes(left.to_bytes())
        copy.merge(right)
        return copy

    by_hand = merged(merged(merged(*parts[:2]), merged(*parts[2:4])), parts[4])
    assert package.merge_moments(parts).to_bytes() == by_hand.to_bytes()
    assert [part.count for part in parts] == [100, 101, 102, 103, 104]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: package.Moments(0), ValueError, "width must be 1 to 16,384, not 0"),
        (lambda: package.Moments(16385), ValueError, "width must be 1 to 16,384"),
        (lambda: package.Moments(3).add(rows(2, 4)), ValueError, "rows have 4 features"),
        (lambda: package.Moments(4).add(rows(2, 4) * np.nan), ValueError, "finite"),
        (lambda: package.Moments(4).add(rows(2, 4).astype(np.float64)), TypeError, "add"),
        (lambda: package.Moments(4).add(rows(4, 4).T), TypeError, "add"),
        (lambda: package.Moments(3).merge(package.Moments(4)), ValueError, "of 4 features cannot"),
        (lambda: package.merge_moments([]), ValueError, "no moments to merge"),
        (
            lambda: package.merge_moments([package.Moments(3), package.Moments(4)]),
            ValueError,
            "Shard 1 has 4 features",
        ),
    ],
)
def test_unusable_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_threads_take_turns():
    """Sums of integers are exact in any order, so that a lost row would show."""
    moments, other = package.Moments(8), package.Moments(8)
    table = np.random.default_rng(0).integers(-9, 9, (97, 8)).astype(np.float32)

    def work():
        for _ in range(20):
            moments.add(table)
            moments.merge(other)
            other.merge(moments_of(table[:1]))
            assert moments.mean().shape == (8,)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert other.count == 80
    assert moments.count >= 4 * 20 * 97
