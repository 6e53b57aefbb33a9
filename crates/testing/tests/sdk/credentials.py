"""What libraries that know nothing of Keyway make of credentials that it made: a JSON object in, a verdict out."""

import base64
import hashlib
import hmac
import json
import sys

import jwt

kind, text = sys.argv[1:]
given = json.loads(text)


def token():
    """A signature that is checked, and what it covers."""
    claims = jwt.decode(
        given["token"], given["key"], algorithms=[given["algorithm"]], options={"verify_aud": False, "require": ["exp"]}
    )
    return {"header": jwt.get_unverified_header(given["token"]), "claims": claims}


def wsse():
    """The digest of WS-Security's UsernameToken profile."""
    parts = dict(part.split("=", 1) for part in given["header"].removeprefix("UsernameToken ").split(", "))
    parts = {name: value.strip('"') for name, value in parts.items()}
    digest = hashlib.sha1((parts["Nonce"] + parts["Created"] + given["password"]).encode()).digest()
    return {"user": parts["Username"], "right": parts["PasswordDigest"] == base64.b64encode(digest).decode(), **parts}


def duo():
    """HTTP basic with a keyed hash of the request for a password."""
    lines = [given["date"], given["method"], given["host"].lower(), given["path"], given["parameters"]]
    digest = hmac.new(given["secret"].encode(), "\n".join(lines).encode(), hashlib.sha1).hexdigest()
    user, shown = base64.b64decode(given["authorization"].removeprefix("Basic ")).decode().split(":")
    return {"user": user, "right": hmac.compare_digest(digest, shown)}


print(json.dumps({"token": token, "wsse": wsse, "duo": duo}[kind]()))
