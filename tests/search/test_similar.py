# SPDX-License-Identifier: Apache-2.0
"""`verger similar` names what a photograph shows, and says what it cannot."""

import json
import random
import shutil

import numpy as np
import pytest
from conftest import UNTRAINED
from search.no_fruit import draw_what_is_no_fruit

# What classes that were held back come to, and photographs of the others (docs/laboratory.md).
STRANGERS, ALARMS = 0.93, 0.025


@pytest.fixture
def similar(verger, result):
    """A function from queries to the answers of `verger similar --json`."""

    def run(*queries, exit_code=0, options=()):
        arguments = ("similar", *queries, "--in", result, "--json", *options)
        return json.loads(verger(*arguments, exit_code=exit_code).stdout)["queries"]

    return run


@pytest.fixture(scope="session")
def pictures(orchard):
    return sorted(orchard.rglob("*.jpg"))


def test_a_new_copy_of_a_photograph_finds_it(similar, pictures, tmp_path):
    new = shutil.copy(pictures[7], tmp_path / "new.jpg")
    (answer,) = similar(new, options=["-n", "3"])
    nearest = answer["neighbors"][0]
    assert nearest["path"] == f"file:{pictures[7]}"
    assert nearest["cosine"] == pytest.approx(1, abs=1e-5)
    assert len(answer["neighbors"]) == 3
    cosines = [neighbor["cosine"] for neighbor in answer["neighbors"]]
    assert cosines == sorted(cosines, reverse=True)
    assert answer["label"] == answer["votes"][0]["label"]
    assert sum(vote["share"] for vote in answer["votes"]) == pytest.approx(1)


def test_a_row_of_the_table_needs_no_weights_and_is_not_its_own_neighbour(similar, pictures):
    answers = similar(pictures[3], f"file:{pictures[4]}", options=["--weights", "no/such/file"])
    for answer, picture in zip(answers, pictures[3:5], strict=True):
        assert answer["path"] == f"file:{picture}"
        assert len(answer["neighbors"]) == 10
        assert f"file:{picture}" not in [neighbor["path"] for neighbor in answer["neighbors"]]


def test_a_folder_is_all_its_photographs_and_the_answers_do_not_depend_on_threads(
    similar, pictures, tmp_path
):
    for number in range(6):
        shutil.copy(pictures[number * 9], tmp_path / f"{number}.jpg")
    one = similar(tmp_path, options=["--threads", "1"])
    assert [answer["path"] for answer in one] == [
        f"file:{tmp_path}/{number}.jpg" for number in range(6)
    ]
    assert similar(tmp_path, options=["--threads", "3"]) == one


def test_the_notebook_layout_gives_the_same(verger, similar, orchard, pictures, tmp_path):
    output = tmp_path / "notebook"
    verger("run", orchard, output, "--weights", UNTRAINED, "--parts", 4, "--layout", "notebook")
    document = json.loads(verger("similar", pictures[3], "--in", output, "--json").stdout)
    (expected,) = similar(pictures[3])
    assert document["queries"] == [expected]


def test_an_unreadable_query_is_told_and_the_others_are_answered(verger, similar, result, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"no image")
    good = tmp_path / "good.jpg"
    verger("sample", tmp_path / "more", "--images", 1, "--classes", 1, "--seed", 9)
    shutil.copy(next((tmp_path / "more").rglob("*.jpg")), good)
    bad_answer, good_answer = similar(tmp_path / "bad.jpg", good, exit_code=3)
    assert bad_answer["rejected"]["reason"] == "not-an-image"
    assert good_answer["neighbors"]
    process = verger("similar", tmp_path / "bad.jpg", "--in", result, exit_code=3)
    assert "not-an-image" in process.stdout
    assert "1 of 1 query could not be read" in process.stderr


def test_an_answer_says_whether_it_is_familiar(verger, similar, result, pictures):
    rows = similar(*pictures)
    assert all(0 <= answer["familiarity"] <= 1 for answer in rows)
    assert [a["familiar"] for a in rows] == [a["familiarity"] >= 0.0125 for a in rows]
    # By definition one in eighty of a result's own rows is strange, here one or two of the 60.
    assert 1 <= sum(not answer["familiar"] for answer in rows) <= 2
    farthest = min(rows, key=lambda answer: answer["familiarity"])["path"]
    assert "  not familiar: " in verger("similar", farthest, "--in", result).stdout
    nearest = max(rows, key=lambda answer: answer["familiarity"])["path"]
    assert "not familiar" not in verger("similar", nearest, "--in", result).stdout
    told = json.loads(verger("similar", farthest, "--in", result, "--json").stdout)
    assert told["familiarity"] == {
        "measured": 60,
        "metric": "within-class",
        "false_alarms": 0.0125,
    }


def test_the_verdict_does_not_depend_on_how_many_neighbours_are_given(similar, pictures):
    answers = [similar(pictures[9], options=["-n", n])[0] for n in ("1", "10", "59")]
    assert len({answer["familiarity"] for answer in answers}) == 1
    assert [len(answer["neighbors"]) for answer in answers] == [1, 10, 59]


def test_photographs_without_classes_are_told_by_the_cosine(verger, orchard, tmp_path):
    folder = tmp_path / "flat"
    folder.mkdir()
    for number, picture in enumerate(sorted(orchard.rglob("*.jpg"))):
        shutil.copy(picture, folder / f"{number}.jpg")
    verger("run", folder, tmp_path / "out", "--weights", UNTRAINED)
    arguments = ("similar", folder / "0.jpg", "--in", tmp_path / "out", "--json")
    told = json.loads(verger(*arguments).stdout)
    assert told["familiarity"] == {"measured": 60, "metric": "cosine", "false_alarms": 0.025}
    assert not (tmp_path / "out" / "_verger" / "search" / "familiarity.npy").exists()


def test_a_search_for_copies_asks_nothing_familiar(verger, result, tmp_path):
    copy = shutil.copytree(result, tmp_path / "copy")
    shutil.rmtree(copy / "_verger" / "search")
    verger("duplicates", copy, "--no-pixels")
    assert not (copy / "_verger" / "search").exists()


def test_an_older_result_is_measured_once(verger, result, pictures, tmp_path):
    copy = shutil.copytree(result, tmp_path / "copy")
    kept = copy / "_verger" / "search" / "familiarity.json"
    before = kept.read_bytes()
    kept.unlink()
    verger("similar", pictures[0], "--in", copy)
    assert kept.read_bytes() == before
    old = json.loads(before) | {"version": 1}
    kept.write_text(json.dumps(old))
    verger("similar", pictures[0], "--in", copy)
    assert kept.read_bytes() == before
    kept.write_text(kept.read_text().replace("margins", "margin"))
    assert "familiarity.json" in verger("similar", pictures[0], "--in", copy, exit_code=3).stderr


def test_few_components_tell_nothing(verger, result, pictures, tmp_path):
    verger("reduce", result, tmp_path / "few", "--components", 7)
    told = json.loads(verger("similar", pictures[0], "--in", tmp_path / "few", "--json").stdout)
    assert told["familiarity"] is None
    assert told["queries"][0]["familiar"] is None


def test_people_get_a_table(verger, result, pictures):
    text = verger("similar", pictures[0], "--in", result, "-n", 2).stdout
    assert text.splitlines()[0] == str(pictures[0])
    assert "votes: " in text
    assert len(text.splitlines()) == 4


def test_other_weights_are_refused(verger, result, tmp_path, pictures):
    new = shutil.copy(pictures[0], tmp_path / "new.jpg")
    arguments = ("similar", new, "--in", result, "--weights", "untrained:8")
    message = verger(*arguments, exit_code=4).stderr
    assert "untrained:7" in message
    assert "untrained:8" in message


@pytest.mark.parametrize(
    "case",
    [
        (["gone.jpg", "--in", "{result}"], 3, "gone.jpg"),
        (["x.jpg", "--in", "{empty}"], 3, "No result in"),
        (["x.jpg", "--in", "{result}", "-n", "0"], 2, "--neighbors"),
        (["--in", "{result}"], 2, "QUERY"),
        (["x.jpg", "--in", "{result}", "--confusions"], 2, "QUERY"),
        (["x.jpg"], 2, "--in"),
    ],
)
def test_bad_arguments_are_one_sentence(verger, result, tmp_path, case):
    arguments, exit_code, word = case
    places = {"result": result, "empty": tmp_path}
    process = verger("similar", *[text.format(**places) for text in arguments], exit_code=exit_code)
    assert word in process.stderr
    assert len(process.stderr.strip().splitlines()) <= 2


def test_a_damaged_table_is_refused(verger, result, tmp_path, pictures):
    copy = shutil.copytree(result, tmp_path / "copy")
    part = sorted((copy / "pca").glob("part-*"))[0]
    part.write_bytes(part.read_bytes()[:-10])
    assert part.name in verger("similar", pictures[0], "--in", copy, exit_code=3).stderr


def test_an_output_without_components_is_refused(verger, orchard, tmp_path, pictures):
    verger("extract", orchard, tmp_path / "features", "--weights", UNTRAINED)
    process = verger("similar", pictures[0], "--in", tmp_path / "features", exit_code=3)
    assert "verger reduce" in process.stderr


@pytest.mark.heavy
@pytest.mark.timeout(1200)
def test_held_back_photographs_are_named_rightly(verger, photographs, real_weights, tmp_path):
    """One photograph in five is held back, three times."""
    pictures = sorted(photographs.rglob("*.jpg"))
    right = held_back = 0
    for seed in range(3):
        chosen = random.Random(seed)
        for picture in pictures:
            part = "held-back" if chosen.random() < 0.2 else "known"
            place = tmp_path / f"{seed}" / part / picture.parent.name / picture.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(picture)
        output = tmp_path / f"output-{seed}"
        folder = tmp_path / f"{seed}"
        weights = ("--weights", real_weights)
        verger("run", folder / "known", output, *weights, timeout=900)
        arguments = ("similar", folder / "held-back", "--in", output, *weights, "--json")
        answers = json.loads(verger(*arguments, timeout=900).stdout)["queries"]
        held_back += len(answers)
        right += sum(answer["label"] == answer["path"].split("/")[-2] for answer in answers)
    print(f"{right} of {held_back} held-back photographs were named rightly")
    assert held_back > 500
    assert right / held_back >= 0.99


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_what_is_no_fruit_is_not_familiar(verger, photographs, real_weights, tmp_path):
    output, asked = tmp_path / "output", tmp_path / "asked"
    asked.mkdir()
    draw_what_is_no_fruit(asked)
    verger("run", photographs, output, "--weights", real_weights, timeout=600)
    arguments = ("similar", asked, "--in", output, "--weights", real_weights, "--json")
    queries = json.loads(verger(*arguments, timeout=600).stdout)["queries"]
    assert len(queries) == 84
    assert [query["path"] for query in queries if query["familiar"]] == []


@pytest.mark.heavy
@pytest.mark.timeout(1200)
def test_classes_that_were_held_back_are_not_familiar(verger, photographs, real_weights, tmp_path):
    """One class in five is left out of the run, and one photograph in five of the others, twice."""
    classes = sorted(folder for folder in photographs.iterdir() if folder.is_dir())
    told = {"known": [], "stranger": []}
    for seed in range(2):
        chosen = random.Random(seed)
        strange = set(chosen.sample(classes, len(classes) // 5))
        for picture in sorted(photographs.rglob("*.jpg")):
            part = "stranger" if picture.parent in strange else "known"
            if part == "known" and chosen.random() >= 0.2:
                part = "run"
            place = tmp_path / f"{seed}" / part / picture.parent.name / picture.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(picture)
        folder, output = tmp_path / f"{seed}", tmp_path / f"output-{seed}"
        verger("run", folder / "run", output, "--weights", real_weights, timeout=900)
        for part, answers in told.items():
            arguments = ("similar", folder / part, "--in", output, "--weights", real_weights)
            queries = json.loads(verger(*arguments, "--json", timeout=900).stdout)["queries"]
            answers += [answer["familiar"] for answer in queries]
    strangers = 1 - np.mean(told["stranger"])
    alarms = 1 - np.mean(told["known"])
    print(
        f"{strangers:.1%} of {len(told['stranger'])} strangers were told; {alarms:.1%} of "
        f"{len(told['known'])} others were taken for strangers"
    )
    assert strangers >= STRANGERS
    assert alarms <= ALARMS
