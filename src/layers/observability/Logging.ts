import { Config, Context, Effect, Formatter, Layer, Logger, References, Tracer } from "effect"

/** Logs go to standard error, so that standard output carries only what was asked for. */
const jsonLines = Logger.withConsoleError(
  Logger.make((options) => {
    const entry = Logger.formatStructured.log(options)
    const span = Context.getOrUndefined(options.fiber.context, Tracer.ParentSpan)
    const { annotations, cause, spans, ...rest } = entry
    return Formatter.formatJson({
      ...rest,
      ...(span === undefined ? {} : { traceId: span.traceId, spanId: span.spanId }),
      ...annotations,
      ...(Object.keys(spans).length === 0 ? {} : { spans }),
      ...(cause === undefined ? {} : { cause })
    })
  })
)

const format = Config.Literals(["auto", "json", "pretty"], "LOG_FORMAT").pipe(Config.withDefault("auto" as const))

const level = Config.LogLevel("LOG_LEVEL").pipe(Config.withDefault("Info" as const))

const isTerminal = Effect.sync(() => process.stderr.isTTY === true)

/**
 * Log lines on standard error: one JSON object a line, or pretty when standard error is a terminal (`LOG_FORMAT` is
 * `auto`, `json` or `pretty`). `LOG_LEVEL` is the least level that is written: `Info` unless set.
 */
export const layer: Layer.Layer<never, Config.ConfigError> = Layer.unwrap(
  Effect.gen(function* () {
    const wanted = yield* format
    const pretty = wanted === "pretty" || (wanted === "auto" && (yield* isTerminal))
    const colors = yield* isTerminal
    return Layer.mergeAll(
      Logger.layer([pretty ? Logger.consolePretty({ colors, mode: "tty" }) : jsonLines, Logger.tracerLogger]),
      Layer.succeed(References.MinimumLogLevel, yield* level),
      Layer.succeed(Logger.LogToStderr, true)
    )
  })
)
