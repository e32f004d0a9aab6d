/** A receiver in a staged container, and what is said to it. */
import { pathBytes } from "../../src/path_bytes.ts";
import { receiveCommand, type ReceiveOptions } from "../../src/step/scripts.ts";
import type { Stage } from "./stage.ts";
import { MANIFEST } from "./tarball.ts";

/** The name of an upload for itself. */
export const UPLOAD = "k3j2h1a0x9";

/** The command that receives into the stage's workspace, and then lets the step go. */
export function receive(stage: Stage, options: Partial<ReceiveOptions> = {}): string[] {
  return receiveCommand({
    workspace: stage.workspace,
    directory: ".",
    upload: UPLOAD,
    attempt: 1,
    manifest: MANIFEST,
    results: {},
    release: true,
    program: ["tar"],
    ...options,
  });
}

/** The lines, and then the archive, behind its own. */
export function said(lines: readonly string[], archive: Uint8Array): Uint8Array {
  const before = pathBytes(lines.map((line) => `${line}\n`).join(""));
  return new Uint8Array([...before, ...archive]);
}
