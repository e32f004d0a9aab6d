/**
 * Tekton's own breakpoints, as its entrypoint implements them when alpha fields are enabled:
 * `spec.debug.breakpoints: {onFailure: enabled, beforeSteps: [build]}`. Files release a step.
 * Source: https://github.com/tektoncd/pipeline/blob/v1.9.0/docs/debug.md
 */
import script from "./debug_script.sh" with { type: "text" };
import type { TaskRun } from "../../../tekton/model.ts";
import type { Container } from "../../node/container.ts";

/** The interval at which it looks for the files. Tekton's is a second. */
const POLL_MS = 20;

const SCRIPTS = [
  "debug-continue",
  "debug-fail-continue",
  "debug-beforestep-continue",
  "debug-beforestep-fail-continue",
];

export class Breakpoints {
  readonly onFailure: boolean;
  readonly #beforeSteps: readonly string[];

  constructor(run: TaskRun) {
    type Debug = { breakpoints?: { onFailure?: string; beforeSteps?: string[] } };
    const { breakpoints } = (run.spec.debug ?? {}) as Debug;
    this.onFailure = breakpoints?.onFailure === "enabled";
    this.#beforeSteps = breakpoints?.beforeSteps ?? [];
  }

  /** Whether a step, by its name, is held before its work. */
  isBefore(step: string): boolean {
    return this.#beforeSteps.includes(step);
  }

  get isAny(): boolean {
    return this.onFailure || this.#beforeSteps.length > 0;
  }

  /** Gives a step's container the debug scripts, and the index by which they find their step. */
  async equip(container: Container, at: number): Promise<void> {
    if (!this.isAny) return;
    const directory = container.paths.toHost("/tekton/debug");
    await Deno.mkdir(`${directory}/info/${at}`, { recursive: true });
    await Deno.mkdir(`${directory}/scripts`);
    for (const name of SCRIPTS) {
      const text = container.paths.toHost(script);
      await Deno.writeTextFile(`${directory}/scripts/${name}`, text, { mode: 0o755 });
    }
  }

  /** Returns false if the user skipped the step, or its container was stopped. */
  async holdBefore(container: Container, at: number): Promise<boolean> {
    announce(container, "before step", "debug-beforestep");
    const file = `${postFile(at)}.beforestepexit`;
    const found = await appearing(container, [`${file}.err`, file]);
    if (found === file) return true;
    container.log.note(
      `error occurred while waiting for ${file} : before step breakpoint error file, user decided ` +
        "to skip the current step execution",
    );
    container.log.note("Skipping execute step script because before step breakpoint fail-continue");
    return false;
  }

  /** Returns the exit code that the user chose for the container. */
  async holdOnFailure(container: Container, at: number): Promise<number> {
    container.log.note("INFO Skipping writing to PostFile");
    announce(container, "onFailure", "debug");
    const file = await appearing(container, [`${postFile(at)}.breakpointexit`]);
    const text = file === undefined ? "" : await readSettled(container, file);
    container.log.note(`Breakpoint exiting with exit code ${text}`);
    if (/^[+-]?\d+$/.test(text)) return Number(text) & 0xff;
    container.log.note(
      "error occurred while reading breakpoint exit code : " +
        `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
    return 0;
  }
}

/**
 * The file `/tekton/run/0/out` marks a step's end, and with ".err" its failure. The next step waits
 * for it.
 */
export function postFile(at: number): string {
  return `/tekton/run/${at}/out`;
}

/** Waits for the previous step's end; a user can release that step with only some of its files. */
export async function previousEnd(container: Container, at: number): Promise<void> {
  if (at > 0) await appearing(container, [postFile(at - 1), `${postFile(at - 1)}.err`]);
}

function announce({ log }: Container, which: string, scripts: string): void {
  log.note(`debug ${which} breakpoint has taken effect, waiting for user's decision:`);
  log.text(`1) continue, use cmd: /tekton/debug/scripts/${scripts}-continue`);
  log.text(`2) fail-continue, use cmd: /tekton/debug/scripts/${scripts}-fail-continue`);
}

/** Returns the first of some files that exists, or undefined once the container is stopped. */
async function appearing(container: Container, files: string[]): Promise<string | undefined> {
  while (container.running) {
    for (const file of files) {
      const isThere = await Deno.stat(container.paths.toHost(file)).then(() => true, () => false);
      if (isThere) return file;
    }
    await poll();
  }
  return undefined;
}

/**
 * Reads a file; an empty one twice, because its writer may just have created it. Returns "" for a
 * file that cannot be read.
 */
async function readSettled({ paths }: Container, file: string): Promise<string> {
  const read = () => Deno.readTextFile(paths.toHost(file)).catch(() => "");
  let text = await read();
  if (text === "") {
    await poll();
    text = await read();
  }
  return text.replace(/\n$/, "");
}

function poll(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
