# SPDX-License-Identifier: Apache-2.0
"""What the package's code calls of AWS, read from its source; and what the policies know of it."""

import ast
from functools import cache

import boto3
from conftest import ROOT
from verger.emr.iam import CALLS

SOURCE = ROOT / "python" / "verger" / "emr"
SERVICES = {"emr": "emr", "s3": "s3", "serverless": "emr-serverless"}  # as the code and AWS say
# What boto3 sends for a method that is none of the service's own.
TRANSFERS = {"upload_file": ("PutObject", "CreateMultipartUpload", "UploadPart",
                             "CompleteMultipartUpload", "AbortMultipartUpload")}  # fmt: skip


def is_client(node):
    """Whether an expression is a client of AWS: aws.emr, self.aws.serverless."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in SERVICES
        and "aws" in (getattr(node.value, "id", None), getattr(node.value, "attr", None))
    )


def calls_in(tree):
    """Yield service.method of each call, made at once (aws.emr.x()) or by pages(aws.emr, "x")."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and is_client(node.func.value):
            yield f"{node.func.value.attr}.{node.func.attr}"
        named = isinstance(node.func, ast.Name) and node.func.id == "pages"
        if named and is_client(node.args[0]):
            yield f"{node.args[0].attr}.{node.args[1].value}"


def uses_of_clients(tree):
    """How often a client is named at all: each must be one of the calls found."""
    return sum(is_client(node) for node in ast.walk(tree))


def calls_of_the_code():
    """The calls, and how often a client is named beside them."""
    seen, hidden = set(), 0
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        calls = list(calls_in(tree))
        seen |= set(calls)
        hidden += uses_of_clients(tree) - len(calls)
    return seen, hidden


@cache
def operations_of_the_inventory():
    """(service, operation) of every call that the policies allow."""
    seen = set()
    for call in CALLS:
        name, method = call.split(".")
        service = SERVICES[name]
        known = boto3.client(service, region_name="eu-west-1").meta.method_to_api_mapping
        names = TRANSFERS.get(method) or (known[method],)
        seen |= {(service, name) for name in names}
    return seen
