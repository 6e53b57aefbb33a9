"""What somebody does with the official client of a cloud: who am I, a file, a table, and a wrong secret."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

base_url, key = sys.argv[1:]
key_id, secret = key.split(" ")


def client(service, secret):
    return boto3.client(
        service,
        endpoint_url=base_url,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
    )


storage = client("s3", secret)
storage.create_bucket(Bucket="books")
storage.put_object(Bucket="books", Key="a b/ü+1.txt", Body=b"text")
try:
    client("s3", "wrong").list_objects_v2(Bucket="books")
    refusal = None
except ClientError as error:
    refusal = [error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]]
print(
    json.dumps(
        {
            "arn": client("sts", secret).get_caller_identity()["Arn"],
            "keys": [entry["Key"] for entry in storage.list_objects_v2(Bucket="books")["Contents"]],
            "tables": client("dynamodb", secret).list_tables()["TableNames"],
            "refusal": refusal,
        }
    )
)
