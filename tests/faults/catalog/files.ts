/** Faults of files: local files during reading, workspace files during writing. */
import { type Fault, USUAL_SECONDS } from "./fault.ts";
import { makeReadOnly, mountMemory, unmount } from "../cluster/node.ts";
import { LAST_FILE } from "../trial/tree.ts";
import type { FaultContext } from "./context.ts";

const usual = { spot: "request", times: 1, endSeconds: USUAL_SECONDS } as const;

/**
 * The upload sends the file as it was when opened, or it fails: the tree is the old or the new one.
 */
function local(name: string, does: (path: string) => Promise<void>): Fault {
  return {
    ...usual,
    name,
    codes: () => [0, 2, 4],
    changesTree: true,
    async strike({ data }, { tree }) {
      await does(`${tree}/${LAST_FILE}`);
      return data;
    },
  };
}

async function replaced(path: string, make: (path: string) => Promise<void>): Promise<void> {
  await Deno.remove(path);
  await make(path);
}

export const localFaults = [
  local("a local file changed", async (path) => {
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.map((byte) => byte ^ 1));
  }),
  local("a local file truncated", (path) => Deno.truncate(path, 1000)),
  local(
    "a local file grown",
    (path) => Deno.writeFile(path, new Uint8Array(5000), { append: true }),
  ),
  local("a local file removed", (path) => Deno.remove(path)),
  local("a local file made a directory", (path) => replaced(path, (path) => Deno.mkdir(path))),
  local("a local file made a link", (path) => replaced(path, (path) => Deno.symlink("none", path))),
];

const LARGE = 64 * 1024 * 1024;

function storage(name: string, more: Partial<Fault>): Fault {
  return {
    ...usual,
    name,
    codes: () => [4],
    needsClaim: true,
    strike: ({ data }) => Promise.resolve(data),
    release: ({ workspace }) => unmount(workspace),
    ...more,
  };
}

export const storageFaults = {
  full: storage("workspace full", {
    prepare: ({ workspace }) => mountMemory(workspace, 256 * 1024),
  }),
  filled: storage("workspace filled by another", {
    prepare: ({ workspace }) => mountMemory(workspace, LARGE),
    strike: async ({ data }, { workspace }: FaultContext) => {
      const piece = new Uint8Array(1024 * 1024);
      try {
        for (;;) await Deno.writeFile(`${workspace}/.filler`, piece, { append: true });
      } catch {
        return data; // it is full
      }
    },
  }),
  readOnly: storage("workspace read-only", {
    prepare: async ({ workspace }) => {
      await mountMemory(workspace, LARGE);
      await makeReadOnly(workspace);
    },
  }),
};
