import type { OrderState } from "../../domain/orders/Order.ts"

interface Broker {
  readonly url: string
  readonly directory: string
}

export interface Places {
  readonly url: string
  /** Where switches ask about calls. */
  readonly switchUrl: string
  /** Undefined when real vendors are configured. */
  readonly sandboxUrl: string | undefined
  /** Where the broker's clients come, and the directory of the sample client's files. */
  readonly broker: Broker | undefined
  readonly apiKey: string
  readonly dataDir: string
}

const ownTicket = (sandboxUrl: string) => [
  "",
  "Open a ticket of your own, and see above what becomes of it:",
  `  curl -s ${sandboxUrl}/sandbox/zendesk/tickets -H 'content-type: application/json' \\`,
  `    -d '{"subject":"Numbers","description":"Please order 3 local numbers in area code 312."}'`
]

const ownMessage = ({ directory, url }: Broker) => [
  "",
  "Hand in a message with the sample client's certificate, and follow it:",
  `  curl -s ${url}/api/v1/messages --cert ${directory}/client.crt --key ${directory}/client.key --cacert ${directory}/ca.crt \\`,
  `    -H 'content-type: application/json' -d '{"sender_number":"+15551234567","message_body":"Hello"}'`,
  "  npm run -s tandem -- messages list"
]

/** Where everything is, once the plane serves. */
export const welcome = ({ apiKey, broker, dataDir, sandboxUrl, switchUrl, url }: Places): ReadonlyArray<string> => [
  "",
  `  API       ${url}/api/v1`,
  `  API docs  ${url}/docs`,
  `  Switches  ${switchUrl}/api/v1/fraud/detect`,
  ...(broker === undefined ? [] : [`  Broker    ${broker.url}/api/v1/messages`]),
  `  Health    ${url}/health/ready`,
  `  Metrics   ${url}/metrics`,
  ...(sandboxUrl === undefined ? [] : [`  Sandbox   ${sandboxUrl}/sandbox/ledger`]),
  `  API key   ${apiKey}`,
  `            (for development: role admin, kept in ${dataDir}/dev-key)`,
  ...(sandboxUrl === undefined ? [] : ownTicket(sandboxUrl)),
  ...(broker === undefined ? [] : ownMessage(broker)),
  "",
  "From another terminal, in this directory, look at orders, numbers and back-orders:",
  "  npm run -s tandem -- orders list",
  "  npm run -s tandem -- numbers list --status blocked",
  "Look at alerts and calls:",
  "  npm run -s tandem -- fraud alerts list",
  "  npm run -s tandem -- fraud calls list",
  "",
  "Ctrl-C stops; the next start goes on with what is there.",
  ""
]

const waitsFor = (order: OrderState) => {
  const open = order.backorders.filter((backorder) => backorder.open)
  const quantity = open.reduce((sum, backorder) => sum + backorder.quantity, 0)
  return quantity === 0 ? order.status : `${order.status}, ${quantity} back-ordered`
}

/** What a start finds unfinished, one line an order. */
export const stillOpen = (orders: Iterable<OrderState>): ReadonlyArray<string> =>
  [...orders]
    .filter(({ status }) => status === "received" || status === "ordering" || status === "backordered")
    .map((order) => `ticket ${order.orderId}  still open: ${waitsFor(order)}`)
