/** Names of a made-up cluster, for completion. */
import type { Candidate } from "../../src/cli/completion/completed.ts";
import type { Names, ObjectKind, TaskNames, TypedCluster } from "../../src/cli/completion/names.ts";

const CLONE: TaskNames = {
  params: [{ name: "url" }],
  workspaces: [{ name: "output", text: "where the source goes" }, { name: "ssh" }],
  results: [{ name: "commit", text: "the SHA" }, { name: "url" }],
  steps: [{ name: "fetch", text: "alpine/git" }],
};

const BUILD: TaskNames = {
  params: [
    { name: "goos", default: "linux", values: ["linux", "darwin"] },
    { name: "flags", default: "-v,-x", isArray: true },
    { name: "package", text: "what to build" },
  ],
  workspaces: [{ name: "source" }],
  results: [],
  steps: [{ name: "compile" }, { name: "pack" }],
};

const OBJECTS: Record<ObjectKind, Candidate[]> = {
  "pipelines": [{ word: "build", text: "Build it" }, { word: "release" }],
  "tasks": [{ word: "clone" }, { word: "go-build" }],
  "claims": [{ word: "cache", text: "Bound, 1Gi" }, { word: "source" }],
  "secrets": [{ word: "ssh-key" }],
  "config maps": [{ word: "settings" }],
  "service accounts": [{ word: "default" }],
  "storage classes": [{ word: "fast" }],
};

const words = (...all: string[]) => Promise.resolve(all.map((word) => ({ word })));

/** `asked` is the cluster of the command line, for names that say so. */
export function fakeNames(asked: TypedCluster): Names {
  const place = Object.values(asked).filter(Boolean).join("-");
  const task = (name: string) =>
    Promise.resolve(name === "clone" ? CLONE : name === "go-build" ? BUILD : undefined);
  return {
    contexts: () => words("dev", "prod"),
    namespaces: () => words("team-a", "team-b", ...(place === "" ? [] : [`seen-${place}`])),
    objects: (kind) =>
      Promise.resolve([...OBJECTS[kind], ...(place === "" ? [] : [{ word: `seen-${place}` }])]),
    runs: (group, of) => {
      const start = of === undefined ? group : `${group}-${of}`;
      return words(`${start}-new`, `${start}-old`);
    },
    runTasks: (run) => words(`${run}-task`),
    runSteps: (group, run) => words(`${group}-${run}-step`),
    heldRuns: (group) => words(`${group}-held`),
    heldSteps: (_, run) => words(`${run}-step`),
    pipeline: (name) =>
      Promise.resolve(
        name !== "build" ? undefined : {
          params: BUILD.params,
          workspaces: [{ name: "source", text: "the code" }, { name: "cache" }],
          tasks: [
            { name: "fetch", text: "Task clone", names: () => task("clone") },
            { name: "compile", names: () => task("go-build") },
            { name: "remote", names: () => Promise.resolve(undefined) },
          ],
        },
      ),
    task,
  };
}

/** For command lines that need no cluster. */
export function noNames(): Names {
  throw new Error("this command line needs no cluster");
}
