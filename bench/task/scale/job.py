# SPDX-License-Identifier: Apache-2.0
"""verger.spark.run on a cluster: job.py TARS OUT NETWORK.onnx PARTS; see run.py."""

import sys

import verger.spark
from pyspark.sql import SparkSession

tars, out, network, parts = sys.argv[1:]
spark = SparkSession.builder.getOrCreate()
verger.spark.run(spark, tars, out, model=network, parts=int(parts), progress=False)
spark.stop()
