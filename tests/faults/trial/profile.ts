/** The kinds of upload that faults strike. */
import { LOOK, type TreeSize } from "./tree.ts";
import type { KubeObject } from "../cluster/admin.ts";

/** A value of --exec-protocol. */
export type ExecProtocol = "spdy" | "websocket";

export interface Profile {
  readonly name: string;
  readonly protocol: ExecProtocol;
  readonly tree: TreeSize;
  /** The command line before the directory. */
  readonly command: readonly string[];
  /** Whether it uploads into a volume that outlives the run. */
  readonly usesClaim: boolean;
  readonly isPipeline: boolean;
  readonly usesObjects: boolean;
}

const small: TreeSize = { files: 60, bytes: 1_500_000 };
/** Large enough for two lanes. */
const large: TreeSize = { files: 250, bytes: 10_000_000 };
const task = {
  protocol: "websocket",
  command: ["task", "upload", "faults"],
  isPipeline: false,
  usesObjects: false,
} as const;
const pipeline = {
  protocol: "websocket",
  command: ["pipeline", "upload", "faults"],
  isPipeline: true,
  usesClaim: true,
  usesObjects: false,
} as const;

export const PROFILES = {
  task: { ...task, name: "task", tree: small, usesClaim: false },
  lanes: { ...task, name: "two halves", tree: large, usesClaim: false },
  claim: { ...task, name: "claim", tree: small, usesClaim: true },
  pipeline: { ...pipeline, name: "pipeline", tree: small },
  objects: {
    ...pipeline,
    name: "by objects",
    tree: small,
    // A value that inline Tekton would fill in.
    command: [...pipeline.command, "-p", "note=$(params.witness)"],
    usesObjects: true,
  },
} satisfies Record<string, Profile>;

const BY_SPDY = new Map<Profile, Profile>(
  Object.values<Profile>(PROFILES).map((profile) => [
    profile,
    { ...profile, name: `${profile.name}, SPDY`, protocol: "spdy" },
  ]),
);

/** Returns the profile with another protocol, the same object each time. */
export function bySpdy(profile: Profile): Profile {
  return BY_SPDY.get(profile) ?? profile;
}

export const CLAIM = "faults";

const IMAGE = "localhost/busybox:1";
const params = [{ name: "witness" }];
const workspaces = [{ name: "source" }];
const look = { image: IMAGE, workingDir: "$(workspaces.source.path)", script: LOOK };

/** The test's own objects, which are not leftovers of an upload. */
export const OWN_TASKS = ["faults", "faults-clone"];
export const OWN_PIPELINES = ["faults"];

/** Returns a Task that reports its tree, and a Pipeline with a clone and that Task. */
export function objects(): KubeObject[] {
  return [
    tekton("Task", "faults", { params, workspaces, steps: [{ name: "look", ...look }] }),
    tekton("Task", "faults-clone", {
      workspaces,
      steps: [{ name: "clone", image: IMAGE, script: "exit 1" }],
    }),
    tekton("Pipeline", "faults", pipelineSpec()),
  ];
}

function pipelineSpec() {
  const bound = { workspaces: [{ name: "source", workspace: "source" }] };
  return {
    params: [...params, { name: "note", default: "" }],
    workspaces,
    tasks: [
      { name: "clone", taskRef: { name: "faults-clone" }, ...bound },
      {
        name: "look",
        runAfter: ["clone"],
        taskRef: { name: "faults" },
        params: [{ name: "witness", value: "$(params.witness)" }],
        ...bound,
      },
    ],
  };
}

function tekton(kind: string, name: string, spec: unknown): KubeObject {
  return { apiVersion: "tekton.dev/v1", kind, metadata: { name }, spec };
}
