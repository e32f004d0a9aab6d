/** A receiver in a staged container, and its stdin. */
import { pathBytes } from "../../src/path_bytes.ts";
import { receiveCommand, type ReceiveOptions } from "../../src/step/scripts.ts";
import type { Stage } from "./stage.ts";
import { MANIFEST } from "./tarball.ts";

/** The identifier of an upload. */
export const UPLOAD = "k3j2h1a0x9";

/** The command that receives into the workspace of the stage, and then releases the step. */
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

/** Returns the lines, then the archive with the line that announces it. */
export function said(lines: readonly string[], archive: Uint8Array): Uint8Array {
  const before = pathBytes(lines.map((line) => `${line}\n`).join(""));
  return new Uint8Array([...before, ...archive]);
}
