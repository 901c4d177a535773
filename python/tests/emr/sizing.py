# SPDX-License-Identifier: Apache-2.0
"""The table of docs/spark-emr.md and docs/fr/spark-emr.md: worked figures of the estimate."""

import math

from emr.conftest import EXAMPLES
from verger.emr import config
from verger.emr.estimate import PAGE_S, PAGES_AT_ONCE, estimate
from verger.emr.plan import duration

MARKS = ("<!-- sizing -->", "<!-- /sizing -->")
# Images, the example, how many core instances or executors it is given, folders.
CASES = (
    (10**5, "m5", None, 1),
    (10**7, "amx", 4, 10),
    (10**9, "amx", 64, 100),
    (10**5, "serverless", 3, 1),
    (10**7, "serverless", 64, 10),
    (10**9, "serverless", 64, 10),
)
TIMES = "\N{MULTIPLICATION SIGN}"
HEAD = {
    "en": "images | workers | parts | listing | reads | whole run | USD | driver's disk",
    "fr": "images | machines de calcul | parts | listage | lectures | durée totale | USD"
    " | disque du pilote",
}


def with_executors(wanted, count):
    """An application that has room for so many executors."""
    workers, worker = count + 1, wanted.serverless.executor
    most = {name: workers * size for name, size in worker.model_dump().items()}
    capacity = wanted.serverless.maximum_capacity.model_copy(update=most)
    serverless = wanted.serverless.model_copy(update={"maximum_capacity": capacity})
    return wanted.model_copy(update={"serverless": serverless})


def example_with(name, cores):
    """An example, with so many core instances and no task instances, or so many executors."""
    wanted = config.load(EXAMPLES / f"{name}.yaml")
    if cores is None:
        return wanted
    if isinstance(wanted, config.ApplicationConfig):
        return with_executors(wanted, cores)
    core = wanted.instances.core.model_copy(update={"count": cores})
    instances = wanted.instances.model_copy(update={"core": core, "task": None})
    return wanted.model_copy(update={"instances": instances})


def number(value, language):
    """A number with its thousands set apart."""
    text = f"{value:,.0f}"
    return text if language == "en" else text.replace(",", " ")


def time(seconds, language):
    """A time in words."""
    text = duration(seconds)
    if language == "en":
        return text
    return text.replace(",", " ").replace(".", ",")


def money(usd, language):
    """A sum in USD."""
    text = number(usd, language) if usd >= 100 else f"{usd:.2f}"
    return text if language == "en" else text.replace(".", ",")


def row(case, language):
    """One line of the table."""
    images, name, cores, prefixes = case
    wanted = example_with(name, cores)
    estimated = estimate(wanted, images, prefixes=prefixes)
    if isinstance(wanted, config.ApplicationConfig):
        workers = f"{estimated.workers} {TIMES} {wanted.serverless.executor.vcpus} vCPU, serverless"
    else:
        workers = f"{wanted.instances.core.count} {TIMES} {wanted.instances.core.type}"
    reads = f"{number(estimated.images_per_second, language)}/s"
    listing = f"{number(estimated.listing_pages, language)} {TIMES} {PAGE_S:g} s ÷ {PAGES_AT_ONCE}"
    if language == "fr":
        listing = listing.replace(".", ",")
    cells = (
        number(images, language),
        workers,
        number(estimated.parts, language),
        f"{listing} = {time(estimated.seconds['list'], language)}",
        reads,
        time(estimated.hours * 3600, language),
        money(estimated.total, language),
        f"{number(math.ceil(estimated.list_gib), language)} GiB",
    )
    return f"| {' | '.join(cells)} |"


def table(language):
    """The whole table."""
    rule = "|---|---|---:|---|---:|---:|---:|---:|"
    return "\n".join([f"| {HEAD[language]} |", rule, *(row(case, language) for case in CASES)])


if __name__ == "__main__":  # python -m emr.sizing, with pytest's paths
    for each in HEAD:
        print(table(each))
