/** `pipelinerun|taskrun upload`: a directory into the workspace of a step that holds already. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { findStep, type HeldOptions, heldOptions } from "./held_step.ts";
import { letGo } from "./let_go.ts";
import { type Look, look, lookFlags } from "./look.ts";
import { openNarrator } from "./narrate.ts";
import { sendInto } from "./send_into.ts";
import { openSource } from "./source.ts";
import { type SendFlags, sendFlags } from "./upload_options.ts";

export interface Options extends HeldOptions, SendFlags {
  readonly continues: boolean;
  readonly color: boolean;
  readonly look?: Look;
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const { args, flags } = call;
  return {
    ...heldOptions(call),
    ...sendFlags(flags, args.DIR),
    step: flags.text("on-step"),
    continues: flags.on("continue"),
    color: !flags.on("no-color"),
    look: lookFlags(flags, args.RUN, args.DIR),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  if (options.look !== undefined) return await look(host, options, options.look);
  const source = await openSource(host, options);
  using narrator = openNarrator(host, { color: options.color, showlogs: true });
  const kube = await host.connect(options.connect);
  const pause = await findStep(kube, options);
  const signal = host.interrupt;
  const { emit } = narrator;
  await sendInto(host, { kube, pause, source, flags: options, results: {}, emit, signal });
  if (options.continues) host.terminal.err(await letGo(kube, pause, "continue"));
  return 0;
}
