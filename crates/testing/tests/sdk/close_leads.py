"""What somebody does with Close's Python client: who am I, the life of a lead, paging, errors, a rate limit."""

import json
import sys

from closeio_api import APIError, Client, ValidationError

base_url, key = sys.argv[1:]
client = Client(key)
client.base_url = base_url + "/"


def status_of(action):
    try:
        action()
    except APIError as error:
        return error.response.status_code
    return None


def problems_of(action):
    try:
        action()
    except ValidationError as error:
        return error.field_errors
    return None


leads = [client.post("lead", {"name": f"Wayne & Söhne {number}"}) for number in range(5)]
pages = []
while not pages or pages[-1]["has_more"]:
    skip = sum(len(page["data"]) for page in pages)
    pages.append(client.get("lead", params={"_limit": 2, "_skip": skip}))
first = "lead/" + leads[0]["id"]
changed = client.put(first, {"description": "a note"})
kept = client.get(first)

print(json.dumps({
    "me": client.get("me")["email"],
    "pages": [[lead["name"] for lead in page["data"]] for page in pages],
    "changed": [changed["name"], changed["description"]],
    "kept": kept == changed,
    "deleted": client.delete(first),
    "missing": status_of(lambda: client.get(first)),
    "problems": problems_of(lambda: client.post("lead", {"contacts": "nobody"})),
    "after_a_rate_limit": client.get("status/lead")["data"],
}))
