/** A gate that is easy to tell in what was lowered. */
import type { Gate } from "../../src/tekton/gate_step.ts";

/** The script of a step that has none of its own and holds before its work. */
export const HOLD = "#!/bin/sh\nhold\n";

export const GATE: Gate = {
  script: ({ own, mode, carries }) =>
    `#!/bin/sh\nhold${mode === "before" ? "" : ` ${mode}`}${carries ? "" : " (carried)"}\n${
      own ?? ""
    }`,
  directory: "/gate",
  volume: "gate-abc",
  args: (path, own) => ["600", path, ...own],
  env: [],
  waiting: { command: ["wait"], args: ["here"] },
  pauseSeconds: 600,
};
