# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of time and money, and what it rests on."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from conftest import ROOT
from emr.conftest import EXAMPLES
from moto.ec2.models.instance_types import INSTANCE_TYPES
from verger.emr import config, estimate, instances
from verger.emr.errors import NoFigureError, UsageError

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
M5 = config.load(EXAMPLES / "m5.yaml")


def test_the_estimate_by_hand():
    """3 m5.xlarge in eu-west-1, two of them workers, 100,000 images."""
    estimated = estimate.estimate(M5, 100_000)
    assert estimated.vcpus == 8
    assert estimated.images_per_second == pytest.approx(8 * 1000 / 12.3)
    assert estimated.parts == 24
    assert estimated.listing_pages == 100
    assert estimated.seconds["extract"] == pytest.approx(100_000 * 0.0123 / 8)  # 154 s
    assert estimated.seconds["list"] == pytest.approx(15 / 8)
    assert estimated.seconds["reduce"] == pytest.approx(100_000 * 0.00017 / 8 + 5)
    hours = (600 + 15 / 8 + 153.75 + 2.125 + 5) / 3600
    assert estimated.hours == pytest.approx(hours)
    assert estimated.cost["ec2"] == pytest.approx(3 * 0.214 * hours)
    assert estimated.cost["emr"] == pytest.approx(3 * 0.048 * hours)
    assert estimated.cost["root_volumes"] == pytest.approx(3 * 15 * 0.088 / 730 * hours)
    assert estimated.cost["s3_requests"] == pytest.approx(
        100_000 * 0.0004 / 1000 + (100 + 24 * 6) * 0.005 / 1000)  # fmt: skip
    assert estimated.total == pytest.approx(sum(estimated.cost.values()))
    assert estimated.bound == "processors"


def test_the_estimate_of_an_application_by_hand():
    """A driver and three executors of 4 vCPU, 8 GB and, to be paid for, 30 GB of 50."""
    worker = "{disk_gb: 50}"
    text = (EXAMPLES / "serverless.yaml").read_text().replace("disk_gb: 80", "disk_gb: 200")
    text = text.replace("serverless:\n", f"serverless:\n  driver: {worker}\n  executor: {worker}\n")
    estimated = estimate.estimate(config.parse(text, "c"), 100_000)
    assert (estimated.workers, estimated.vcpus, estimated.parts) == (3, 12, 36)
    working = 100_000 * 0.0123 / 12 + 100_000 * 0.00017 / 12 + 5  # s: extract, reduce
    assert estimated.hours == pytest.approx((120 + 15 / 8 + working) / 3600)
    workers = (15 / 8 + working + 3 * working) / 3600  # h of one, the driver first
    assert estimated.cost["vcpu"] == pytest.approx(4 * workers * 0.052624)
    assert estimated.cost["memory"] == pytest.approx(8 * workers * 0.0057785)
    assert estimated.cost["disk"] == pytest.approx(30 * workers * 0.000111)
    assert estimated.cost["s3_requests"] == pytest.approx(
        100_000 * 0.0004 / 1000 + (100 + 36 * 6) * 0.005 / 1000)  # fmt: skip
    assert estimated.total == pytest.approx(sum(estimated.cost.values()))
    assert "pre-initialised" in " ".join(estimated.left_out)
    graviton = estimate.estimate(config.parse(text.replace("x86_64", "arm64"), "c"), 100_000)
    assert graviton.cost["vcpu"] == pytest.approx(4 * workers * 0.042094)


def test_what_is_not_known_of_serverless_is_said():
    wanted = config.load(EXAMPLES / "serverless.yaml")
    with pytest.raises(NoFigureError, match="no figure of bf16"):
        estimate.estimate(wanted, 1000, "bf16")
    with pytest.raises(NoFigureError, match="no EMR Serverless in eu-west-3"):
        estimate.estimate(wanted.model_copy(update={"region": "eu-west-3"}), 1000)
    runs = [{"billedResourceUtilization": {"vCPUHour": 2.0}},
            {"totalResourceUtilization": {"vCPUHour": 1.0, "memoryGBHour": 1.0}}, {}]  # fmt: skip
    known = estimate.bill_of_runs(runs, "x86_64", "eu-west-1")
    assert known.total == pytest.approx(3 * 0.052624 + 0.0057785)
    assert known.counts == {
        "job_runs": 3, "vcpu_hours": 3, "memory_gb_hours": 1, "disk_gb_hours": 0}  # fmt: skip
    unknown = estimate.bill_of_runs(runs, "x86_64", "eu-west-3")
    assert (unknown.total, unknown.unpriced) == (0, ("EMR Serverless",))


def test_s3_bounds_what_many_processors_read_from_one_folder():
    many = M5.model_copy(update={"instances": M5.instances.model_copy(
        update={"core": M5.instances.core.model_copy(update={"count": 200})})})  # fmt: skip
    one, ten = (estimate.estimate(many, 10**7, prefixes=count) for count in (1, 100))
    assert (one.bound, one.images_per_second) == ("S3", 5500)
    assert (ten.bound, ten.images_per_second) == ("processors", pytest.approx(800 / 0.0123))
    assert one.seconds["extract"] > ten.seconds["extract"]


def test_a_fleet_is_counted_by_its_weights():
    wanted = config.load(EXAMPLES / "spot-fleet.yaml")
    assert estimate.counts_of(wanted) == {
        "master": [("m5.xlarge", 1)],
        "core": [("m5.xlarge", 2)],
        "task": [("m5.4xlarge", 4)],
    }
    assert estimate.estimate(wanted, 1000).vcpus == 2 * 4 + 4 * 16


def test_bf16_is_for_machines_that_have_it():
    amx = config.load(EXAMPLES / "amx.yaml")
    f32, bf16 = (estimate.estimate(amx, 10**6, each) for each in ("f32", "bf16"))
    assert f32.images_per_second < bf16.images_per_second or bf16.bound == "S3"
    assert bf16.images_per_second_vcpu == pytest.approx(1000 / 3.98)
    with pytest.raises(NoFigureError, match="does not compute in bf16"):
        estimate.estimate(M5, 1000, "bf16")


@pytest.mark.parametrize(
    ("images", "vcpus", "parts"),
    [(2, 4, 24), (10**5, 8, 24), (10**5, 64, 192), (10**7, 64, 306), (10**9, 64, 30518)],
)
def test_parts(images, vcpus, parts):
    assert estimate.parts_for(images, vcpus) == parts
    assert math.ceil(images / parts) <= 32768


def test_what_is_not_in_the_tables_is_said():
    with pytest.raises(NoFigureError, match="no region ap-south-2"):
        estimate.estimate(M5.model_copy(update={"region": "ap-south-2"}), 1000)
    text = (EXAMPLES / "m5.yaml").read_text().replace("m5.xlarge", "z1d.large")
    with pytest.raises(NoFigureError, match=r"no instance type z1d\.large"):
        estimate.estimate(config.parse(text, "c"), 1000)
    with pytest.raises(UsageError, match="2 or more"):
        estimate.estimate(M5, 1)


def instance(kind, hours, start=datetime(2026, 1, 1, tzinfo=UTC)):
    end = None if hours is None else start + timedelta(hours=hours)
    times = {"CreationDateTime": start} | ({"EndDateTime": end} if end else {})
    return {"InstanceType": kind, "Market": "SPOT", "Status": {"Timeline": times}}


def test_a_bill_is_by_the_second_from_creation_to_end():
    now = datetime(2026, 1, 1, 10, tzinfo=UTC)
    bill = estimate.bill([instance("m5.xlarge", 2), instance("m5.2xlarge", None),
                          instance("m5.xlarge", 1 / 3600)], "eu-west-1", now)  # fmt: skip
    hour = 0.214 + 0.048
    assert bill.total == pytest.approx(2 * hour + 10 * 2 * hour + hour / 60)
    assert (bill.counts, bill.unpriced) == ({"instances": 3}, ())
    unknown = estimate.bill([instance("z1d.large", 1)], "eu-west-1", now)
    assert (unknown.total, unknown.unpriced) == (0, ("z1d.large",))


def test_every_price_has_a_region_and_a_date():
    for region, place in instances.figures()["prices"].items():
        assert place["date"]
        for family in instances.figures()["families"]:
            price = instances.price_of(f"{family}.xlarge", region)
            assert price.region == region and price.date == place["date"]
            assert 0.1 < price.ec2 < 0.3 and 0.03 < price.emr < 0.06
    for region in ("us-east-1", "eu-west-1"):
        x86, arm = (instances.prices_of_serverless(each, region) for each in ("x86_64", "arm64"))
        assert set(x86) == set(arm) == {"vcpus", "memory_gb", "disk_gb"}
        assert 0.75 < arm["vcpus"] / x86["vcpus"] < 0.85
    assert "taxes" in " ".join(estimate.LEFT_OUT) and "data transfer" in " ".join(estimate.LEFT_OUT)


def test_the_table_of_types_is_awss():
    """Moto brings what AWS answers to DescribeInstanceTypes."""
    for family, about in instances.figures()["families"].items():
        for size in about["sizes"]:
            name = f"{family}.{size}"
            kind = INSTANCE_TYPES[name]
            assert instances.vcpus_of(name) == kind["VCpuInfo"]["DefaultVCpus"]
            assert instances.memory_of(name) == kind["MemoryInfo"]["SizeInMiB"] // 1024
            machine = about["machine"]
            assert config.architecture(name) == machine
            supported = kind["ProcessorInfo"]["SupportedArchitectures"]
            assert {"aarch64": "arm64", "x86_64": "x86_64"}[machine] in supported


def test_the_measured_rates_are_those_of_the_page():
    page = " ".join((ROOT / "docs" / "laboratory.md").read_text().split())
    rates = {name: rate["cpu_ms_image"] for name, rate in instances.figures()["rates"].items()}
    assert f"| verger run, end to end | 159 | {rates['avx2-f32']} |" in page
    assert f"({rates['amx-bf16']} against {rates['amx-f32']} ms" in page
