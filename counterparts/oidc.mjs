// An OpenID provider with `oidc-provider`, on loopback, everything in memory:
// `node --input-type=module -e "$(cat oidc.mjs)" PORT [OPTIONS]` beside the installed packages.
// OPTIONS is JSON: `redirect_uris`, `access_token_seconds`, `refresh_token_seconds`, `jwks` (public keys of the client
// `assertion-client`), and `tls` (`port`, and the files `key`, `cert`, `ca`) for the client `certificate-client`.
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import Provider, { errors } from "oidc-provider";

const port = Number(process.argv[1]);
const options = JSON.parse(process.argv[2] ?? "{}");
const issuer = `http://127.0.0.1:${port}`;
const api = `${issuer}/api`;
const redirect_uris = options.redirect_uris ?? ["http://127.0.0.1:9/callback"];

// Every client of the code flow may also refresh.
const code = { redirect_uris, grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] };
const machine = { redirect_uris: [], grant_types: ["client_credentials"], response_types: [] };
const secret = "s3cret: a+b/c=d&e%20?#";
const clients = [
  { ...code, client_id: "basic client+1:a/b%20&c", client_secret: secret, token_endpoint_auth_method: "client_secret_basic" },
  { ...code, client_id: "post-client", client_secret: secret, token_endpoint_auth_method: "client_secret_post" },
  { ...code, client_id: "public-client", token_endpoint_auth_method: "none" },
  { ...machine, client_id: "machine client/1", client_secret: secret, token_endpoint_auth_method: "client_secret_basic" },
  {
    ...machine,
    client_id: "device-client",
    grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  },
];
if (options.jwks) {
  clients.push({
    ...code,
    client_id: "assertion-client",
    grant_types: [...code.grant_types, "client_credentials"],
    jwks: options.jwks,
    token_endpoint_auth_method: "private_key_jwt",
  });
}
if (options.tls) {
  clients.push({
    ...code,
    client_id: "certificate-client",
    grant_types: [...code.grant_types, "client_credentials"],
    tls_client_auth_subject_dn: options.tls.subject,
    tls_client_certificate_bound_access_tokens: true,
    token_endpoint_auth_method: "tls_client_auth",
  });
}

const plainMethods = ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"];
const accessTokenSeconds = options.access_token_seconds ?? 600;
const mutualTls = {
  enabled: true,
  certificateBoundAccessTokens: true,
  tlsClientAuth: true,
  getCertificate: (ctx) => ctx.socket.getPeerX509Certificate?.()?.toString(),
  certificateAuthorized: (ctx) => ctx.socket.authorized === true,
  certificateSubjectMatches: (ctx, property, expected) =>
    property === "tls_client_auth_subject_dn" && ctx.socket.getPeerX509Certificate().subject === expected,
};

const provider = new Provider(issuer, {
  clients,
  cookies: { keys: ["only for tests"] },
  scopes: ["openid", "offline_access"],
  claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
  clientAuthMethods: [...plainMethods, ...(options.tls ? ["tls_client_auth"] : [])],
  pkce: { required: (_ctx, client) => client.clientAuthMethod === "none" },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: accessTokenSeconds,
    ClientCredentials: accessTokenSeconds,
    RefreshToken: options.refresh_token_seconds ?? 3600,
    Grant: 3600,
    IdToken: 600,
    Interaction: 600,
    Session: 3600,
    DeviceCode: 600,
  },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `Name of ${id}`, email: `${id}@example.com` }),
  }),
  discovery: options.tls && {
    mtls_endpoint_aliases: { token_endpoint: `https://127.0.0.1:${options.tls.port}/token` },
  },
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    devInteractions: { enabled: true },
    introspection: { enabled: true },
    mTLS: options.tls ? mutualTls : { enabled: false },
    pushedAuthorizationRequests: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // Tokens for the API are opaque, too, so that only this server can say what one is worth.
      getResourceServerInfo: (_ctx, resource) => {
        if (resource !== api) throw new errors.InvalidTarget();
        return { audience: api, scope: "read write", accessTokenFormat: "opaque", accessTokenTTL: accessTokenSeconds };
      },
    },
    revocation: { enabled: true },
  },
});

/** Who a bearer token speaks for: `GET /api/whoami` takes any token that lives, of persons and of machines. */
async function whoami(request, response) {
  const value = request.headers.authorization?.match(/^Bearer (.+)$/i)?.[1];
  const found = value && ((await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value)));
  if (!found?.isValid) {
    const challenge = value ? 'Bearer error="invalid_token"' : "Bearer";
    response.writeHead(401, { "WWW-Authenticate": challenge, "Content-Type": "application/json" });
    return response.end(JSON.stringify({ error: "invalid_token" }));
  }
  response.writeHead(200, { "Content-Type": "application/json" });
  const { clientId, accountId = null, scope = null, aud = null } = found;
  return response.end(JSON.stringify({ client: clientId, account: accountId, scope, audience: aud }));
}

const pages = provider.callback();
const answer = (request, response) =>
  request.url.split("?")[0] === "/api/whoami" ? whoami(request, response) : pages(request, response);
if (options.tls) {
  const [key, cert, ca] = [options.tls.key, options.tls.cert, options.tls.ca].map((file) => readFileSync(file));
  const mutual = https.createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: false }, answer);
  await new Promise((listening) => mutual.listen(options.tls.port, "127.0.0.1", listening));
}
http.createServer(answer).listen(port, "127.0.0.1");
