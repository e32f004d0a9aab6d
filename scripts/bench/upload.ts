/** Runs one `task upload` of tkn-dev, and takes the times of its output. */
import { commandLine } from "../../tests/support/program.ts";
import type { Access } from "./access.ts";
import { countCommand } from "./volume_pod.ts";
import { peakBytes } from "./memory.ts";
import { type Line, start } from "./process.ts";
import type { Fixture } from "./fixture.ts";
import { checkCount, type Tree } from "./tree.ts";

export interface UploadOptions {
  readonly tree: Tree;
  /** "emptyDir=Memory", "claimName=NAME" */
  readonly volume: string;
  readonly access?: Access;
  /** More flags of the command. */
  readonly flags?: readonly string[];
  /** Called when the program reports the pause, or the receipt. */
  readonly onHeld?: (pod: string) => void;
  readonly onSent?: () => void;
}

/** Times in milliseconds by performance.now(). */
export interface Uploaded {
  readonly heldMs: number;
  readonly sentMs: number;
  /** The first line of the step after the upload. */
  readonly firstLineMs: number;
  /** The program's own report: "Sent 8,351 files, 89 MB in 1.9s (46 MB/s), verified". */
  readonly said: string;
  /** The peak memory until the receipt. Undefined if the system does not report it. */
  readonly peakBytes?: number;
}

/** Throws if the upload fails, or if the tree is not complete afterwards. */
export async function upload(fixture: Fixture, options: UploadOptions): Promise<Uploaded> {
  const { tree, volume, access = fixture.access, flags = [] } = options;
  await makeTask(fixture);
  const argv = commandLine(
    ["task", "upload", fixture.name, tree.path, "-w", `name=source,${volume}`, ...flags],
  );
  const seen: { held?: Line; sent?: Line; first?: Line; peakBytes?: number } = {};
  const onLine = (line: Line) => {
    const pod = /^Held at .* \(pod (\S+)\)/.exec(line.text)?.[1];
    if (pod !== undefined) {
      seen.held = line;
      options.onHeld?.(pod);
    } else if (/^(Sent|Nothing to send) .*, verified/.test(line.text)) {
      seen.sent = line;
      options.onSent?.();
      seen.peakBytes = peakBytes(running.pid);
    } else if (line.from === "stdout") seen.first ??= line;
  };
  const env = { KUBECONFIG: access.path };
  const running = start(argv, { env, signal: fixture.signal, onLine });
  const { code, stdout, stderr } = await running.ended;
  const { held, sent, first } = seen;
  if (code !== 0 || held === undefined || sent === undefined || first === undefined) {
    throw new Error(`Cannot upload ${tree.name}: exit code ${code}\n${stderr}${stdout}`);
  }
  checkCount(tree, stdout);
  const [heldMs, sentMs, firstLineMs] = [held, sent, first].map(({ atMs }) => atMs);
  return { heldMs, sentMs, firstLineMs, said: sent.text, peakBytes: seen.peakBytes };
}

export function makeTask(fixture: Fixture): Promise<void> {
  const { name, labels, options } = fixture;
  const script = `#!/bin/sh\necho running\n${countCommand("$(workspaces.source.path)")}\n`;
  return fixture.once("task", () =>
    fixture.apply({
      apiVersion: "tekton.dev/v1",
      kind: "Task",
      metadata: { name, labels },
      spec: {
        workspaces: [{ name: "source" }],
        steps: [{ name: "run", image: options.image, script }],
      },
    }));
}
