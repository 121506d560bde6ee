import { HttpApiMiddleware } from "effect/http-api"
import { InvalidRequest } from "./RequestProblems.ts"
import { InternalError } from "./ServiceProblems.ts"

/** Renders all that can go wrong in a route as problem details (RFC 9457), with the request's id as `instance`. */
export class ApiProblems extends HttpApiMiddleware.Service<ApiProblems>()("tandem/http/api/ApiProblems", {
  error: [InvalidRequest, InternalError]
}) {}
