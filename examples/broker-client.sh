#!/bin/sh
# With curl and openssl alone. DIRECTORY holds client.crt, client.key and ca.crt.
#   sh broker-client.sh send  https://127.0.0.1:8443 DIRECTORY +15551234567 "Hello"
#   sh broker-client.sh renew http://127.0.0.1:8080  DIRECTORY CLIENT    # with TANDEM_API_KEY of an operator
set -eu
what=$1 url=$2 directory=$3
case $what in
send)
  # An Idempotency-Key makes it safe to send the same again after a lost answer, which --retry does.
  id=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)
  body=$(printf '{"sender_number":"%s","message_body":"%s"}' "$4" "$5")
  curl -sS --retry 5 --retry-connrefused "$url/api/v1/messages" --cert "$directory/client.crt" \
    --key "$directory/client.key" --cacert "$directory/ca.crt" -H 'content-type: application/json' \
    -H "idempotency-key: $id" -d "$body"
  echo
  ;;
renew)
  # A new key that never leaves this machine; the old certificate stays good until its own time is over.
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$directory/client.key.new" \
    -subj "/CN=$4" -out "$directory/client.csr" 2>/dev/null
  csr=$(awk '{printf "%s\\n", $0}' "$directory/client.csr")
  curl -sS --fail-with-body "$url/api/v1/certificates/clients/$4/renew" -H "authorization: Bearer $TANDEM_API_KEY" \
    -H 'content-type: application/json' -d "{\"signingRequest\":\"$csr\"}" >"$directory/renewed.json"
  for field in pem chainPem; do
    sed -n "s/.*\"$field\":\"\([^\"]*\)\".*/\1/p" "$directory/renewed.json" | awk '{gsub(/\\n/, "\n"); printf "%s", $0}'
  done >"$directory/client.crt.new"
  mv "$directory/client.key.new" "$directory/client.key"
  mv "$directory/client.crt.new" "$directory/client.crt"
  openssl x509 -in "$directory/client.crt" -noout -subject -enddate
  ;;
*)
  echo "usage: sh broker-client.sh send|renew ..." >&2
  exit 2
  ;;
esac
