/** A gate that is easy to tell in what was lowered. */
import type { Gate } from "../../src/tekton/gate_step.ts";

export const GATE: Gate = {
  script: (own) => `#!/bin/sh\nhold\n${own ?? ""}`,
  directory: "/gate",
  volume: "gate-abc",
  args: (path, own) => ["600", path, ...own],
  waiting: { command: ["wait"], args: ["here"] },
  pauseSeconds: 600,
};
