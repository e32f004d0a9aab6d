/** Creates the run, sends the directory while the run is held, and follows the run to its end. */
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { upload, uploadInto, type UploadOptions } from "../../run/upload.ts";
import type { RunManifest } from "../../tekton/run_manifest.ts";
import { renderRunManifest } from "../manifests/render_run.ts";
import type { UploadFlags } from "../options/upload_flags.ts";
import type { Narrator } from "../output/narrator.ts";
import { printCreated } from "../manifests/print_created.ts";
import { printData } from "../output/print_data.ts";
import { type Source, treeToSend } from "../source/source.ts";
import { uploadAnnotations } from "../source/upload_annotation.ts";
import { changesOnClone, type ClonedBase, wholeTree } from "./on_clone.ts";
import type { Ahead } from "../watch/ahead.ts";
import { prepack } from "./prepack.ts";
import type { ReplacedWork } from "./result_files.ts";

export interface UploadRun extends Pick<Narrator, "emit"> {
  readonly kube: Kube;
  readonly runManifest: RunManifest;
  /** Where the run is held for the upload. */
  readonly held: { readonly task?: string; readonly step: string };
  /** The Pipeline's task, if the upload stands in for all of its steps. */
  readonly uploaded?: string;
  /** Undefined if every step of the Task runs. */
  readonly replacedWork?: ReplacedWork;
  /** Set if the run does that work, and the upload brings the changes since its commit. */
  readonly clone?: ClonedBase;
  readonly notes: readonly string[];
  /** The changes that the upload needs, as sentences for --dry-run. */
  readonly changes: readonly string[];
  /** Work of the run that does not wait for the upload, as `task lint`. */
  readonly early: readonly string[];
}

/** Returns the exit code. With `ahead`, the run may be one that waits, and the next one will. */
export async function runUpload(
  host: Host,
  flags: UploadFlags,
  source: Source,
  given: UploadRun,
  ahead?: Ahead,
): Promise<number> {
  const emit = ahead?.listening(given.emit) ?? given.emit;
  const run = { ...given, emit };
  if (flags.dryRun !== undefined) {
    printData(host, renderRunManifest(run.runManifest, flags.dryRun, run.changes));
    return 0;
  }
  for (const text of run.notes) emit({ kind: "note", text });
  const sending = { ...run, source };
  const sent = run.clone === undefined
    ? { options: await wholeTree(flags, sending), base: () => undefined }
    : changesOnClone(flags, sending, run.clone);
  const facts = await source.git;
  const options: UploadOptions = {
    ...run,
    clock: host.clock,
    random: host.random,
    ...treeToSend(source),
    prepack: (signal) => prepack(host, { flags, source, signal }),
    annotations: (receipt) => uploadAnnotations(receipt, facts, sent.base()),
    ...sent.options,
    program: flags.program,
    compress: flags.compress,
    deletes: flags.deletes,
    showlogs: flags.showlogs,
    pauseSeconds: flags.pauseSeconds,
    interrupt: host.interrupt,
    onReleased: ({ live }) => ahead?.begin(options, live, run.early),
  };
  const taken = await ahead?.take(options);
  const { created, outcome } = taken === undefined
    ? await upload(options)
    : await uploadInto(options, taken.run, taken, () => {});
  if (outcome === undefined) {
    printCreated(host, created, flags.print);
    return 0;
  }
  return outcome.succeeded ? 0 : 1;
}
