// CouchDB's HTTP interface over databases in memory, on loopback: `node -e "$(cat couchdb.cjs)" PORT` beside the installed
// packages. CouchDB's own accounts are left out of it, so this says who may come in, with CouchDB's answer to others.
const http = require("node:http");
const PouchDB = require("pouchdb-core")
  .plugin(require("pouchdb-adapter-memory"))
  .plugin(require("pouchdb-mapreduce"));

const couchdb = require("express-pouchdb")(PouchDB.defaults({ adapter: "memory" }), {
  mode: "minimumForPouchDB",
  overrideMode: { include: ["routes/find"] },
});
const credential = `Basic ${Buffer.from("ada:pass: word").toString("base64")}`;
const refusal = JSON.stringify({ error: "unauthorized", reason: "Name or password is incorrect." });

const server = http.createServer((request, response) => {
  if (request.headers.authorization === credential) return couchdb(request, response);
  response.writeHead(401, { "Content-Type": "application/json" }).end(refusal);
});
server.listen(Number(process.argv.at(-1)), "127.0.0.1");
