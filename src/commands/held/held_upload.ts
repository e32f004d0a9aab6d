/** `pipelinerun|taskrun upload`: a directory goes into a workspace of a step that is held. */
import type { Call } from "../../cli/parse.ts";
import type { Host } from "../../host.ts";
import { findStep } from "./find_step.ts";
import { releaseStep } from "./release_step.ts";
import { type HeldOptions, heldOptions } from "../options/held_options.ts";
import { type SendFlags, sendFlags } from "../options/send_flags.ts";
import { type ReportFlags, reportFlags } from "../options/report_flags.ts";
import { openNarrator } from "../output/narrator.ts";
import { reported, type Reports } from "../output/reports.ts";
import {
  type ListOrExplain,
  listOrExplain,
  listOrExplainFlags,
} from "../source/list_or_explain.ts";
import { orDirectory } from "../source/meant_directory.ts";
import { openSource } from "../source/source.ts";
import { sendIntoStep } from "../turns/turn_uploads.ts";

export interface Options extends HeldOptions, SendFlags, ReportFlags {
  readonly continues: boolean;
  readonly color: boolean;
  readonly listOrExplain?: ListOrExplain;
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const { args, flags } = call;
  return {
    ...heldOptions(call),
    ...sendFlags(flags, args.DIR),
    ...reportFlags(flags, { "--list": flags.on("list"), "--explain": flags.given("explain") }),
    step: flags.text("on-step"),
    continues: flags.on("continue"),
    color: !flags.on("no-color"),
    listOrExplain: listOrExplainFlags(flags, args.RUN, args.DIR),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  if (options.listOrExplain !== undefined) {
    return await listOrExplain(host, options, options.listOrExplain);
  }
  return await reported(host, options, (reports) => send(host, options, reports));
}

async function send(host: Host, options: Options, reports: Reports): Promise<number> {
  const source = await openSource(host, options);
  using narrator = openNarrator(host, { ...options, showlogs: true });
  const kube = await host.connect(options.connect);
  const line = `tkn-dev ${options.kind.toLowerCase()} upload RUN`;
  const pause = await orDirectory(
    host,
    { name: options.run, line },
    () => findStep(kube, options),
  );
  reports.about({ resource: options.kind, name: options.run, namespace: kube.namespace });
  const emit = reports.listening(narrator.emit);
  const sending = { host, kube, pause, flags: options, results: {}, emit };
  await sendIntoStep(sending, source, host.interrupt);
  if (options.continues) host.terminal.err(await releaseStep(kube, pause, "continue"));
  return 0;
}
