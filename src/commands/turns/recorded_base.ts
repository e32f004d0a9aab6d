/**
 * Finds the commit that a workspace has below the uploads of its run, for a client that comes back
 * to a step that is held. The record in the workspace says it, with what uploads have changed
 * since; the run's annotation, which others can write, is only a reason to ask.
 */
import { ExpectedError, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { askStep } from "../../run/ask_step.ts";
import { readBase } from "../../step/protocol/record.ts";
import { recordedBaseCommand } from "../../step/scripts.ts";
import { pathOf } from "../../tekton/source/held_destination.ts";
import { findBase } from "../../tree/git/base_commit.ts";
import { runAnnotations, type StepTarget, type TargetOptions } from "../held/send_into_step.ts";
import { notOnBase } from "../options/base_flag.ts";
import { orEverything } from "../source/base.ts";
import type { Source } from "../source/source.ts";
import { uploadedBase } from "../source/upload_annotation.ts";
import { OnBase, type TreeOnBase } from "./on_base.ts";

const WITHOUT = "files that the clone brought are sent again, and those deleted here stay";

export interface RecordedBaseOptions extends TargetOptions {
  readonly host: Host;
  readonly target: StepTarget;
  readonly source: Source;
  readonly signal: AbortSignal;
}

/** Returns undefined if the run's upload is on no commit, or after a note if that is of no use. */
export async function onRecordedBase(
  options: RecordedBaseOptions,
): Promise<{ onBase: OnBase; tree: TreeOnBase } | undefined> {
  const { host: { capture }, target: { run }, flags, source, emit, signal } = options;
  const annotated = await annotatedBase(options);
  if (annotated === undefined) return undefined;
  const base = await recordedBase(options);
  const isRecorded = base?.run === `${run.kind}/${run.name}`;
  const hash = isRecorded ? base.commit : annotated;
  return await orEverything({ isAuto: true, emit, kind: UsageError, then: WITHOUT }, async () => {
    const refuse = (why: string) => new UsageError(`Cannot upload on top of ${short}: ${why}`);
    const short = hash.slice(0, 7);
    const [flag, why] = notOnBase(flags) ?? [];
    if (flag !== undefined) throw refuse(`that does not go with ${flag}, since ${why}`);
    if (!isRecorded) throw refuse("the workspace has no record of the run's upload");
    const commit = await findBase(capture, source.root, hash, `${short}, which the run cloned`);
    const onBase = new OnBase(capture, commit);
    return { onBase, tree: await onBase.treeOf(source, signal) };
  });
}

/** Returns the commit of the annotation, for an upload to the place that it is about. */
async function annotatedBase({ kube, target, flags }: RecordedBaseOptions) {
  const isElsewhere = flags.onWorkspace !== undefined || flags.onDirectory !== undefined;
  return isElsewhere ? undefined : uploadedBase(await runAnnotations(kube, target));
}

/** Returns undefined if the step does not answer: the upload fails for the same reason. */
async function recordedBase(
  { host: { clock }, kube, target: { pause, directory, record }, emit, signal }:
    RecordedBaseOptions,
) {
  if (record === undefined) return undefined;
  const command = recordedBaseCommand(pathOf({ path: pause.directory, directory }), record);
  const answer = await askStep({ kube, clock, pause, emit, signal }, command).catch((error) => {
    if (!(error instanceof ExpectedError)) throw error;
    return undefined;
  });
  return answer && readBase((await new Blob(answer.chunks).text()).trimEnd());
}
