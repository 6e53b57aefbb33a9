"""The statuses with which a list and a creation end for a key."""

import json
import sys

import stripe

base_url, key = sys.argv[1:]
client = stripe.StripeClient(key, base_addresses={"api": base_url})


def status_of(action):
    try:
        return action().last_response.code
    except stripe.StripeError as error:
        return error.http_status


print(json.dumps({
    "list": status_of(lambda: client.v1.customers.list({"limit": 1})),
    "create": status_of(lambda: client.v1.customers.create({"email": "probe@example.com"})),
}))
