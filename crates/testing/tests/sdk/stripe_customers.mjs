// What somebody does with the official Stripe client: the life of a customer, paging, errors.
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
  httpAgent: new http.Agent({ lookup, keepAlive: true }),
});
const { customers } = stripe;

const errorOf = async (action) => {
  try {
    await action();
    return null;
  } catch (error) {
    return { kind: error.type.replace("Stripe", ""), status: error.statusCode, message: error.message };
  }
};

const first = await customers.create(
  { name: "Zoë & Söhne = 100 %", email: "0@example.com", metadata: { order: "7 / 9 + 1" } },
  { idempotencyKey: "only-once" },
);
for (let number = 1; number < 5; number += 1) {
  await customers.create({ email: `${number}@example.com` });
}

const page = await customers.list({ limit: 2 });
const every = [];
for await (const customer of customers.list({ limit: 2 })) {
  every.push(customer.email);
}
const retrieved = await customers.retrieve(first.id);
await customers.update(first.id, { name: "Zoë", metadata: { paid: "yes" } });
const updated = await customers.retrieve(first.id);
const deleted = await customers.del(first.id);

console.log(JSON.stringify({
  retrieved: [retrieved.id === first.id, retrieved.name, retrieved.metadata.order],
  page: [page.data.map((customer) => customer.email), page.has_more],
  every,
  updated: [updated.name, updated.metadata.order, updated.metadata.paid],
  deleted: deleted.deleted,
  missing: await errorOf(() => customers.retrieve(first.id)),
  unknown_parameter: await errorOf(() => customers.create({ nonsense: "x" })),
}));
process.exit(0);
