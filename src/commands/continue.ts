/** `pipelinerun|taskrun continue` and `fail-continue`: a held step continues, or fails. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { ReleaseWord } from "../hold/release.ts";
import type { Host } from "../host.ts";
import { findStep } from "./held/find_step.ts";
import { releaseStep } from "./held/release_step.ts";
import { type HeldOptions, heldOptions } from "./options/held_options.ts";
import { givenResults, resultFlags } from "./options/run_flags.ts";

export interface Options extends HeldOptions {
  readonly word: ReleaseWord;
  readonly exitCode?: number;
  /** Results to write first, by name. */
  readonly results?: Readonly<Record<string, string>>;
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const own = heldOptions(call);
  if (call.command.path[1] === "fail-continue") return { ...own, word: "fail" };
  return {
    ...own,
    word: "continue",
    exitCode: readExitCode(call.flags.text("exit-code")),
    results: givenResults(resultFlags(call.flags)),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  const kube = await host.connect(options.connect);
  const pause = await findStep(kube, options);
  host.terminal.err(await releaseStep(kube, pause, options.word, options));
  return 0;
}

function readExitCode(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const code = /^\d{1,3}$/.test(text) ? Number(text) : 256;
  if (code <= 255) return code;
  throw new UsageError(`Cannot read --exit-code "${text}": it is not an exit code`, {
    hint: "a number from 0 to 255",
  });
}
