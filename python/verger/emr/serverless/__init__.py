# SPDX-License-Identifier: Apache-2.0
"""Applications of EMR Serverless, which have no instances: the other target of verger-emr."""
