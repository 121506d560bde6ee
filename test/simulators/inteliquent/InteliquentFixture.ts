import { Effect } from "effect"
import type { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { sandboxCredentials } from "../../../src/simulators/SandboxCredentials.ts"
import { ask, basic } from "../SandboxFixture.ts"

export const { clientId, clientSecret, privateKey, trunkGroup } = sandboxCredentials.inteliquent

/** Calls one operation with HTTP Basic and the private key. */
export const inteliquent = (
  sandbox: Sandbox["Service"],
  operation: string,
  body: Readonly<Record<string, unknown>>,
  headers = basic(clientId, clientSecret)
) => ask(`${sandbox.urls.inteliquent}/${operation}`, { json: { privateKey, ...body }, headers })

export const tnList = (...tns: ReadonlyArray<string>) => ({ tnItem: tns.map((tn) => ({ tn, trunkGroup })) })

export const orderTns = (sandbox: Sandbox["Service"], reference: string, ...tns: ReadonlyArray<string>) =>
  inteliquent(sandbox, "tnOrder", { tnOrder: { customerOrderReference: reference, tnList: tnList(...tns) } })

/** Places a back-order for area code 212 and answers its id. */
export const backorder = (sandbox: Sandbox["Service"], reference: string, quantity: number) =>
  Effect.map(
    inteliquent(sandbox, "tnRequest", {
      customerOrderReference: reference,
      npa: "212",
      trunkGroup,
      activate: "Y",
      quantity
    }),
    (answer) => answer.json.orderId
  )
