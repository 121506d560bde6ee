#!/bin/sh
# Prints Kamailio's settings, made of environment variables, as the lines that kamailio.cfg includes:
#
#   ./settings.sh >settings.cfg
#
# This is the one place where an address, a port, a limit or a secret is named. A value that cannot be right stops here
# with a line that says which; nothing is printed to standard output then.
set -eu

fail() {
  echo "settings.sh: $1" >&2
  exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
lines=

emit() {
  lines="$lines$1
"
}

# define NAME value: the configuration says NAME where the value is to stand, also inside of strings.
define() {
  case $2 in
    *[!A-Za-z0-9.:\;\&=,_/@%^\|\(\)\[\]+*?\ -]*) fail "$1 holds a character that a setting must not have" ;;
  esac
  emit "#!substdef \"!@$1@!$2!g\""
}

text() {
  eval "value=\${$1:-\$2}"
  eval "$1=\$value"
  define "$1" "$value"
}

number() {
  eval "value=\${$1:-\$2}"
  eval "$1=\$value"
  case $value in
    '' | *[!0-9]*) fail "$1 must be a whole number, not '$value'" ;;
  esac
  [ "$value" -ge "$3" ] && [ "$value" -le "$4" ] || fail "$1 must be from $3 to $4, not $value"
  define "$1" "$value"
  emit "#!define $1 $value"
}

file() {
  eval "value=\${$1:-\$2}"
  eval "$1=\$value"
  [ -r "$value" ] || fail "$1: cannot read $value"
  define "$1" "$value"
}

# listen protocol address advertised
listen() {
  if [ "${3:-$2}" = "$2" ]; then emit "listen=$1:$2"; else emit "listen=$1:$2 advertise $3"; fi
}

# switch NAME default FLAG: defines FLAG when NAME is yes.
switch() {
  eval "value=\${$1:-\$2}"
  eval "$1=\$value"
  case $value in
    yes) emit "#!define $3" ;;
    no) ;;
    *) fail "$1 must be yes or no, not '$value'" ;;
  esac
}

# --- where Kamailio listens
text SIP_LISTEN_ADDRESS 0.0.0.0
number SIP_PORT 5060 1 65535
# yes when HAProxy stands before TCP. It then holds for EVERY TCP port of Kamailio, the metrics' too.
switch SIP_PROXY_PROTOCOL no WITH_PROXY_PROTOCOL
switch SIP_TLS no WITH_TLS
if [ "${SIP_TLS:-no}" = yes ]; then
  number SIP_TLS_PORT 5061 1 65535
  file SIP_TLS_CERTIFICATE "$here/tls/server.pem"
  file SIP_TLS_KEY "$here/tls/server.key"
fi
text SIP_METRICS_ADDRESS 127.0.0.1
number SIP_METRICS_PORT 9060 1 65535
# What other elements are told to send to (Via, Record-Route), as host:port; empty: the address that listens, or this
# machine's own when all of its addresses listen.
own=$SIP_LISTEN_ADDRESS
if [ "$own" = 0.0.0.0 ]; then
  own=$(hostname -I 2>/dev/null | tr ' ' '\n' | grep -m1 '^[0-9.]*$') || own=
fi
advertised() {
  [ -n "$own" ] || eval "[ -n \"\${$1:-}\" ]" || fail "$1 must be set: this machine's own address is not known"
  text "$1" "$own:$2"
}
advertised SIP_UDP_ADVERTISE "$SIP_PORT"
advertised SIP_TCP_ADVERTISE "$SIP_PORT"
listen udp "$SIP_LISTEN_ADDRESS:$SIP_PORT" "$SIP_UDP_ADVERTISE"
listen tcp "$SIP_LISTEN_ADDRESS:$SIP_PORT" "$SIP_TCP_ADVERTISE"
if [ "${SIP_TLS:-no}" = yes ]; then
  advertised SIP_TLS_ADVERTISE "$SIP_TLS_PORT"
  emit "enable_tls=yes"
  listen tls "$SIP_LISTEN_ADDRESS:$SIP_TLS_PORT" "$SIP_TLS_ADVERTISE"
elif [ -n "${SIP_TLS_ADVERTISE:-}" ]; then
  # HAProxy takes the TLS off, and puts it on again for what comes to this address.
  [ "${SIP_PROXY_PROTOCOL:-no}" = yes ] || fail "SIP_TLS_ADVERTISE needs SIP_TLS=yes or SIP_PROXY_PROTOCOL=yes"
  text SIP_TLS_ADVERTISE ''
  emit "#!define WITH_TLS_BEFORE"
  emit "alias=$SIP_TLS_ADVERTISE"
fi
listen tcp "$SIP_METRICS_ADDRESS:$SIP_METRICS_PORT" ''
number SIP_WORKERS 8 1 256
number SIP_TCP_WORKERS 8 1 256
number SIP_TCP_CONNECTIONS 8192 16 65536

# --- who may call, and how much
file SIP_ADDRESS_LIST "$here/address.list"
switch SIP_REQUIRE_KNOWN_SOURCE yes WITH_KNOWN_SOURCES
number SIP_PIKE_REQUESTS_PER_SECOND 150 1 1000000
number SIP_PIKE_BAN_SECONDS 300 1 86400
number SIP_CALLS_PER_SECOND_PER_SOURCE 200 1 1000000
number SIP_MAX_FORWARDS_LIMIT 70 1 255
text SIP_EMERGENCY_NUMBERS '112|199|122|123|767|911|999'
number SIP_COUNTRY_CODE 234 1 999

# --- where calls go
file SIP_DISPATCHER_LIST "$here/dispatcher.list"
number SIP_PING_SECONDS 5 1 3600
number SIP_NO_ANSWER_MILLIS 2000 200 60000
number SIP_RING_MILLIS 120000 1000 600000
number SIP_CALL_MAX_SECONDS 43200 60 604800
switch SIP_HIDE_TOPOLOGY no WITH_TOPOLOGY_HIDING
if [ "${SIP_HIDE_TOPOLOGY:-no}" = yes ]; then
  [ -n "${SIP_HIDE_TOPOLOGY_KEY:-}" ] || fail "SIP_HIDE_TOPOLOGY_KEY must be set when SIP_HIDE_TOPOLOGY is yes"
  define SIP_HIDE_TOPOLOGY_KEY "$SIP_HIDE_TOPOLOGY_KEY"
fi

# --- what asks Tandem
text TANDEM_REGION default
text EVAPI_ADDRESS 127.0.0.1
number EVAPI_PORT 8448 1 65535
# Who may connect as Tandem, as a regular expression on the address: whoever is connected decides about calls.
text EVAPI_CLIENTS '127[.]0[.]0[.]1|10[.].*|192[.]168[.].*|172[.](1[6-9]|2[0-9]|3[01])[.].*'
number VERDICT_TIMEOUT_MILLIS 300 50 5000
number VERDICT_IN_FLIGHT_MAX 500 1 2000
number BREAKER_FAILURES 5 1 1000
number BREAKER_OPEN_SECONDS 30 1 3600
number BREAKER_PROBES 3 1 100
number BREAKER_SUCCESSES 2 1 100
switch VERDICT_BY_HTTP no WITH_HTTP_ASYNC
text TANDEM_SWITCH_URL http://127.0.0.1:8070
# What Tandem wants to see (FRAUD_SWITCH_TOKEN), when it wants anything.
text TANDEM_SWITCH_TOKEN ''

# --- what Tandem is told of calls that ended
number CDR_QUEUE_MAX 50000 100 1000000
number CDR_WINDOW 200 1 500
number CDR_RESEND_SECONDS 5 1 600

# --- what is refused without asking
switch BLOCKED_NUMBERS_FROM_REDIS no WITH_REDIS
text REDIS_ADDRESS 127.0.0.1
number REDIS_PORT 6379 1 65535
text REDIS_PASSWORD ''
[ -z "$REDIS_PASSWORD" ] || emit "#!define WITH_REDIS_PASSWORD"
number REDIS_TIMEOUT_MILLIS 100 10 1000

printf '%s' "$lines"
