"""What oauthlib signs, sent twice byte by byte: the statuses by method of signature."""

import json
import sys

import requests
from oauthlib.oauth1 import Client

base_url, key = sys.argv[1:]
token, secret = key.split(" ")
url = base_url + "/api/me?b5=%3D%253D&a3=a&c%40=&a2=r%20b"
statuses = {}
for method in ("HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"):
    client = Client("consumer key/1", "consumer secret&+%20é", token, secret, signature_method=method)
    _, headers, _ = client.sign(url)
    statuses[method] = [requests.get(url, headers=headers).status_code for _ in range(2)]
print(json.dumps(statuses))
