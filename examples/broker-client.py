"""Hands in messages over mutual TLS, with nothing but Python 3.9 or newer:
    python3 broker-client.py https://127.0.0.1:8443 DIRECTORY +15551234567 "Hello" ["more texts"]
DIRECTORY holds client.crt, client.key and ca.crt, as `tandem certs issue NAME --out DIRECTORY` writes them.
"""
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
import uuid

if len(sys.argv) < 5:
    sys.exit("usage: python3 broker-client.py URL DIRECTORY SENDER TEXT [TEXT ...]")
url, directory, sender, *texts = sys.argv[1:]

context = ssl.create_default_context(cafile=f"{directory}/ca.crt")
context.load_cert_chain(f"{directory}/client.crt", f"{directory}/client.key")


def post(path, body):
    data = json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, context=context, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def send(path, body, tries=5):
    """The id makes a message the same one however often it is sent: after a lost answer, send it again."""
    for n in range(1, tries + 1):
        try:
            status, answer = post(path, body)
            if status not in (429, 500, 503) or n == tries:
                return status, answer
            time.sleep(answer.get("retry_after", n))
        except urllib.error.URLError:
            if n == tries:
                raise
            time.sleep(n)


messages = [{"message_id": str(uuid.uuid4()), "sender_number": sender, "message_body": text} for text in texts]
single = len(messages) == 1
status, answer = send("/api/v1/messages" if single else "/api/v1/messages/batch", messages[0] if single else {"messages": messages})
print(status, json.dumps(answer, indent=2))
sys.exit(0 if status == 202 else 1)
