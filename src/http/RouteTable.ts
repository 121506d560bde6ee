import { Context, Effect, Layer } from "effect"
import { FindMyWay, HttpRouter } from "effect/http"
import type { HttpMethod } from "effect/http"

const methods: ReadonlyArray<HttpMethod.HttpMethod> = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

export interface RouteMatch {
  /** The route's template, such as `/api/v1/numbers/:e164`; undefined when the address or the method has no route. */
  readonly template: string | undefined
  /** Methods that the address takes; empty when there is nothing at it. */
  readonly allow: ReadonlyArray<string>
}

/** Which routes there are: what the router itself does not tell, but a 405 and a metric's label must know. */
export class RouteTable extends Context.Service<
  RouteTable,
  {
    readonly note: (method: HttpMethod.HttpMethod | "*", path: string) => void
    readonly match: (method: string, url: string) => RouteMatch
  }
>()("tandem/http/RouteTable") {
  static readonly layer = Layer.sync(RouteTable, () => {
    const routes = FindMyWay.make<string>()
    const noted = new Set<string>()
    const on = (method: string, path: FindMyWay.PathInput, template: string) => {
      if (noted.has(`${method} ${path}`)) return
      noted.add(`${method} ${path}`)
      routes.on(method, path, template)
    }
    const allowOf = (url: string) => {
      const allow: Array<string> = methods.filter((method) => routes.find(method, url) !== undefined)
      return allow.includes("GET") ? ["HEAD", ...allow] : allow
    }
    return RouteTable.of({
      note: (method, path) => {
        for (const each of method === "*" ? methods : [method]) {
          on(each, pathOf(path), path)
          if (path.endsWith("/*")) on(each, pathOf(path.slice(0, -2)), path)
        }
      },
      match: (method, url) => {
        const template = routes.find(method === "HEAD" ? "GET" : method, url)?.handler
        return { template, allow: template === undefined ? allowOf(url) : [] }
      }
    })
  })
}

const pathOf = (path: string): FindMyWay.PathInput => (path === "*" ? path : `/${path.replace(/^\//, "")}`)

/** The router as it is, but every route that is added to it is noted in the table first. */
const noting = (router: HttpRouter.HttpRouter, table: RouteTable["Service"], prefix: string): HttpRouter.HttpRouter =>
  HttpRouter.HttpRouter.of({
    ...router,
    prefixed: (more) => noting(router.prefixed(more), table, `${prefix}${more.replace(/\/$/, "")}`),
    add: (method, path, handler, options) => {
      table.note(method, `${prefix}${path}`)
      return router.add(method, path, handler, options)
    },
    addAll: (routes) => {
      for (const route of routes) table.note(route.method, `${prefix}${route.path}`)
      return router.addAll(routes)
    }
  })

/** Gives the layers that add routes a router that notes them. */
export const layerNoting = Layer.effect(
  HttpRouter.HttpRouter,
  Effect.gen(function* () {
    return noting(yield* HttpRouter.HttpRouter, yield* RouteTable, "")
  })
)
