"""An OAuth 1.0a provider with Authlib on Flask, on loopback, everything in memory: `python oauth1.py PORT`."""

import hashlib
import hmac
import os
import sys
from base64 import b64encode
from dataclasses import dataclass

# Authlib insists on TLS otherwise; tests talk on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import waitress
from authlib.common.encoding import to_bytes
from authlib.integrations.flask_oauth1 import (
    AuthorizationServer,
    ResourceProtector,
    create_exists_nonce_func,
    current_credential,
    register_nonce_hooks,
    register_temporary_credential_hooks,
)
from authlib.oauth1 import ClientMixin, TokenCredentialMixin
from authlib.oauth1.errors import OAuth1Error
from authlib.oauth1.rfc5849.signature import generate_signature_base_string
from authlib.oauth1.rfc5849.util import escape
from flask import Flask, jsonify, redirect, request

PORT = int(sys.argv[1])
METHODS = ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"]

PAGE = """<!doctype html><title>Allow?</title><h1>{client} asks for access</h1>
<form method="post" action="/oauth/authorize"><input type="hidden" name="oauth_token" value="{token}">
<input name="user" placeholder="your name" required>
<button name="answer" value="allow">Allow</button>
<button name="answer" value="deny" formnovalidate>Deny</button></form>"""


@dataclass
class Client(ClientMixin):
    """A registered client."""

    key: str
    secret: str

    def get_default_redirect_uri(self):
        return "oob"

    def get_client_secret(self):
        return self.secret

    def get_rsa_public_key(self):
        return None


@dataclass
class Person:
    """Somebody who allowed a client something."""

    name: str

    def get_user_id(self):
        return self.name


@dataclass
class Token(TokenCredentialMixin):
    """What a client got in the end."""

    client: str
    token: str
    secret: str
    user: str

    def get_oauth_token(self):
        return self.token

    def get_oauth_token_secret(self):
        return self.secret


class Cache(dict):
    """What Authlib keeps for a while, here for as long as the process lives."""

    def set(self, key, value, timeout=None):
        self[key] = value

    def has(self, key):
        return key in self

    def delete(self, key):
        self.pop(key, None)


CLIENTS = {client.key: client for client in [Client("consumer key/1", "consumer secret&+%20é")]}
TOKENS = {}

app = Flask(__name__)
app.config["OAUTH1_SUPPORTED_SIGNATURE_METHODS"] = METHODS
cache = Cache()
server = AuthorizationServer(app, query_client=CLIENTS.get)
register_nonce_hooks(server, cache)
register_temporary_credential_hooks(server, cache)


def is_signed_with_sha256(signed):
    """The check of RFC 5849, section 3.4.2, with SHA-256 in the place of SHA-1."""
    text = generate_signature_base_string(signed)
    key = f"{escape(signed.client_secret or '')}&{escape(signed.token_secret or '')}"
    digest = hmac.new(to_bytes(key), to_bytes(text), hashlib.sha256).digest()
    return hmac.compare_digest(b64encode(digest).decode(), signed.signature)


def create_token_credential(token, temporary):
    made = Token(
        temporary.get_client_id(), token["oauth_token"], token["oauth_token_secret"], temporary.get_user_id()
    )
    TOKENS[made.token] = made
    return made


server.register_hook("create_token_credential", create_token_credential)
protect = ResourceProtector(
    app,
    query_client=CLIENTS.get,
    query_token=lambda client, token: found if (found := TOKENS.get(token)) and found.client == client else None,
    exists_nonce=create_exists_nonce_func(cache),
)
# Both judges look into one table.
AuthorizationServer.register_signature_method("HMAC-SHA256", is_signed_with_sha256)


@app.post("/oauth/request-token")
def request_token():
    return server.create_temporary_credentials_response()


@app.route("/oauth/authorize", methods=["GET", "POST"])
def authorize():
    try:
        asked = server.check_authorization_request()
    except OAuth1Error as error:
        return jsonify(dict(error.get_body())), 400
    if request.method == "GET":
        return PAGE.format(client=asked.credential.get_client_id(), token=asked.token)
    if request.form["answer"] == "deny":
        return server.create_authorization_response()
    return server.create_authorization_response(grant_user=Person(request.form["user"]))


@app.post("/oauth/access-token")
def access_token():
    return server.create_token_response()


@app.route("/api/me", methods=["GET", "POST", "PUT", "DELETE"])
@protect
def me():
    return jsonify(user=current_credential.user, method=request.method, query=request.args.to_dict(flat=False))


@app.post("/api/revoke")
@protect
def revoke():
    TOKENS.pop(current_credential.token)
    return jsonify(revoked=True)


waitress.serve(app, host="127.0.0.1", port=PORT, threads=4)
