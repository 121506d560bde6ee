import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    globalSetup: ["test/fixtures/DatabaseServer.ts"],
    pool: "forks",
    // Ends what hangs; nothing is measured by it, and a loaded machine is slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "tests",
          include: ["test/**/*.test.ts"],
          exclude: ["test/sip/load/**"],
          maxWorkers: 2,
          sequence: { groupOrder: 0 }
        }
      },
      {
        // What measures must have the machine to itself: after all others, one file after the other.
        extends: true,
        test: {
          name: "load",
          include: ["test/sip/load/**/*.test.ts"],
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 }
        }
      }
    ]
  }
})
