"""What somebody does with the official Stripe client: the life of a customer, paging, errors."""

import json
import sys

import stripe

base_url, key = sys.argv[1:]
client = stripe.StripeClient(key, base_addresses={"api": base_url})
customers = client.v1.customers


def error_of(action):
    try:
        action()
    except stripe.StripeError as error:
        return {"kind": type(error).__name__, "status": error.http_status, "message": error.user_message}
    return None


first = customers.create(
    {"name": "Zoë & Söhne = 100 %", "email": "0@example.com", "metadata": {"order": "7 / 9 + 1"}},
    {"idempotency_key": "only-once"},
)
for number in range(1, 5):
    customers.create({"email": f"{number}@example.com"})

page = customers.list({"limit": 2})
every = [customer.email for customer in customers.list({"limit": 2}).auto_paging_iter()]
retrieved = customers.retrieve(first.id)
customers.update(first.id, {"name": "Zoë", "metadata": {"paid": "yes"}})
updated = customers.retrieve(first.id)
deleted = customers.delete(first.id)

print(json.dumps({
    "retrieved": [retrieved.id == first.id, retrieved.name, retrieved.metadata["order"]],
    "page": [[customer.email for customer in page.data], page.has_more],
    "every": every,
    "updated": [updated.name, updated.metadata["order"], updated.metadata["paid"]],
    "deleted": deleted.deleted,
    "missing": error_of(lambda: customers.retrieve(first.id)),
    "unknown_parameter": error_of(lambda: customers.create({"nonsense": "x"})),
}))
