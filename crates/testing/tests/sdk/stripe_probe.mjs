// The status with which a list ends for a key.
import http from "node:http";
import Stripe from "stripe";

const [baseUrl, key] = process.argv.slice(2);
const { protocol, hostname, port } = new URL(baseUrl);

// In place of a DNS entry: every name is this machine.
const lookup = (_name, options, done) =>
  options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

const stripe = new Stripe(key, {
  protocol: protocol.slice(0, -1),
  host: hostname,
  port,
  httpAgent: new http.Agent({ lookup }),
});

let status;
stripe.on("response", (response) => {
  status = response.status;
});
try {
  await stripe.customers.list({ limit: 1 });
} catch (error) {
  status = error.statusCode;
}
console.log(JSON.stringify(status));
process.exit(0);
