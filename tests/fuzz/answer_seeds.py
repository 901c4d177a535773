# SPDX-License-Identifier: Apache-2.0
"""What servers of S3 answer, and what clients of the service ask, for make_seeds.py."""

from collections.abc import Callable


def s3_answers(save: Callable[[str, str, bytes], None]) -> None:
    """Write what servers of S3 answer."""
    listed = "<Key>Test/a+b.jpg</Key><LastModified>2025-01-31T12:00:00.000Z</LastModified>"
    page = (
        '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<EncodingType>url</EncodingType><Contents>{listed}<Size>7</Size></Contents>"
        "<CommonPrefixes><Prefix>Test/c%2F/</Prefix></CommonPrefixes><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>t&amp;</NextContinuationToken></ListBucketResult>"
    )
    answers = {
        "page": page,
        "error": "<Error><Code>NoSuchKey</Code><Message>None.&#10;</Message></Error>",
        "begun": "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
        "</InitiateMultipartUploadResult>",
        "completed": "<CompleteMultipartUploadResult/>",
        "entity": "<!DOCTYPE r [<!ENTITY a 'b'>]><Error><Code>&a;</Code></Error>",
        "time": "2025-01-31T12:00:00.000Z",
        "head_time": "Fri, 31 Jan 2025 12:00:00 GMT",
    }
    for name, text in answers.items():
        save("s3_answers", name, text.encode())


def forms(save: Callable[[str, str, bytes], None]) -> None:
    """Write a content type and a body each."""
    part = 'Content-Disposition: form-data; name="f"; filename="a\\".jpg"'
    form = f"multipart/form-data; boundary=b\n--b \r\n{part}\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--"
    save("form", "two_parts", form.encode())
    save("form", "quoted", form.replace("=b", ' = "b"').replace('"a', "a").encode())
    save("form", "body", b"image/jpeg\n--b")
