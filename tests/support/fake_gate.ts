/** A gate that is easy to recognize in a lowered spec. */
import type { Gate } from "../../src/tekton/breakpoint/gate_step.ts";
import type { TaskSpec } from "../../src/tekton/model.ts";
import type { Destination } from "../../src/tekton/source/destination.ts";
import type { StandIn } from "../../src/tekton/source/replaced_steps.ts";

/** The script of a step without a script that holds before its work. */
export const HOLD = "#!/bin/sh\nhold\n";

/** Returns an upload into a workspace. */
export function into(name: string, directory = "."): Destination {
  return { scope: { kind: "workspace", name }, path: `$(workspaces.${name}.path)`, directory };
}

/** Returns an upload that replaces all steps of a Task. */
export function wholeOf({ steps = [] }: TaskSpec): StandIn {
  return { replaced: [...steps.keys()], at: 0 };
}

export const GATE: Gate = {
  script: ({ own, mode, carries }) =>
    `#!/bin/sh\nhold${mode === "before" ? "" : ` ${mode}`}${carries ? "" : " (carried)"}\n${
      own ?? ""
    }`,
  directory: "/gate",
  volume: "gate-abc",
  args: (
    { path, directory },
    own,
  ) => ["600", path, ...directory === "." ? [] : [directory], ...own],
  env: [],
  waiting: { command: ["wait"], args: ["here"] },
  pauseSeconds: 600,
};
