# SPDX-License-Identifier: Apache-2.0
"""The pages hold together: links lead somewhere, the index has all, what is quoted is said."""

import re
import subprocess
from pathlib import Path

import pytest
from house.literals import unsaid

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    if name
)
FRENCH = sorted((DOCS / "fr").glob("*.md"))
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.S | re.M)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return FENCED.sub("", path.read_text())


def anchors(path: Path) -> set[str]:
    """What a page's headings are called in links, as forges make it of them."""
    titles = re.findall(r"^#+ (.*?) *#*$", prose(path), re.M)
    titles = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in titles]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_its_links_lead_somewhere(page):
    broken = []
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        if not place.exists() or (
            anchor and place.suffix == ".md" and anchor not in anchors(place)
        ):
            broken.append(target)
    assert broken == []


def test_the_index_names_every_page():
    listed = {
        (DOCS / target).resolve() for target in LINK.findall((DOCS / "README.md").read_text())
    }
    there = {page for page in PAGES if DOCS in page.parents} - {DOCS / "README.md"}
    assert there - listed == set()


@pytest.mark.parametrize("page", FRENCH, ids=name_of)
def test_a_french_page_and_what_it_says_in_french_name_each_other(page):
    english = {
        (page.parent / target.partition("#")[0]).resolve()
        for line in page.read_text().split("\n\n")[:4]
        if "*In English:" in line
        for target in LINK.findall(line)
    }
    assert english
    assert [one.name for one in english if f"(fr/{page.name}" in one.read_text()]


def test_what_the_page_on_troubles_quotes_is_what_verger_says():
    page = (DOCS / "troubleshooting.md").read_text()
    quotations = re.findall(r"^> (.*)$", page, re.M)
    assert len(quotations) > 30
    assert {quotation: left for quotation in quotations if (left := unsaid(quotation))} == {}


def test_what_nothing_says_is_told():
    assert unsaid("The output … sings, which no output does.") != []
