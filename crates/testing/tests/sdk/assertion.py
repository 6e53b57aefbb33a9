"""What a client does that signs instead of showing a secret: its public keys, and an assertion for an issuer."""

import json
import sys
import time
import uuid
from pathlib import Path

import jwt
from jwt.algorithms import ECAlgorithm

issuer, path = sys.argv[1:]
private = Path(path).read_text()
algorithm = ECAlgorithm(ECAlgorithm.SHA256)
public = algorithm.to_jwk(algorithm.prepare_key(private).public_key(), as_dict=True)
client = "assertion-client"
now = int(time.time())
claims = {"iss": client, "sub": client, "aud": issuer, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
assertion = jwt.encode(claims, private, algorithm="ES256", headers={"kid": "first"})
print(json.dumps({"jwks": {"keys": [{**public, "kid": "first", "alg": "ES256", "use": "sig"}]}, "assertion": assertion}))
