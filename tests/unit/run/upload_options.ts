/** The options of an upload of one file into step "s" of task "clone". */
import type { UploadOptions } from "../../../src/run/send_at_pauses.ts";
import { Digests } from "../../../src/tree/digests.ts";
import type { Entry } from "../../../src/tree/walk.ts";
import type { MemoryFiles } from "../../support/memory_files.ts";

const ENTRIES: Entry[] = [
  { path: "a", kind: "file", sizeBytes: 5, mode: 0o644, mtimeSeconds: 1_700_000_000 },
];

export function uploadOptions(files: MemoryFiles): UploadOptions {
  return {
    files,
    digests: new Digests(files, "/tree"),
    compress: "never",
    deletes: "auto",
    held: { task: "clone", step: "s" },
    root: "/tree",
    entries: Promise.resolve(ENTRIES),
    prepack: () => Promise.resolve(undefined),
    program: ["tar"],
    results: {},
    pauseSeconds: 600,
    annotations: () => ({}),
  };
}
