/** Creates a run: with the specs inline, or with temporary objects that it refers to. */
import { isStatus, StatusError } from "../../kube/status.ts";
import { type CreateContext, createOnce, withFreeName } from "../../objects/create_once.ts";
import { RESOURCE_OF, type Run } from "../../tekton/model.ts";
import type { RunManifest } from "../../tekton/run_manifest.ts";
import { type CreatedRun, createTemporary } from "./temporary_objects.ts";

export interface Created extends CreatedRun {
  /** Why the run is not inline, in words; undefined for an inline run. */
  readonly why?: string;
}

/**
 * Creates the run inline if that means the same and the cluster accepts it, else with temporary
 * objects. The webhook may refuse inline, or a feature flag forbid, what is valid by reference.
 */
export async function createRun(
  context: CreateContext,
  runManifest: RunManifest,
): Promise<Created> {
  if (runManifest.whyNotInline !== undefined) {
    return await createByReference(context, runManifest, runManifest.whyNotInline);
  }
  try {
    const inline: Run = runManifest.inline();
    const run = await createOnce(context, RESOURCE_OF[inline.kind], inline);
    return { run, objects: [], owned: Promise.resolve() };
  } catch (error) {
    const why = whyRefused(error);
    if (runManifest.temporary === undefined || why === undefined) throw error;
    return await createByReference(context, runManifest, why).catch((other) => {
      throw isStatus(other, 403) ? error : other;
    });
  }
}

async function createByReference(
  context: CreateContext,
  runManifest: RunManifest,
  why: string,
): Promise<Created> {
  const created = await withFreeName(runManifest.inline(), () => {
    return createTemporary(context, runManifest.temporary!(`tkn-dev-${context.random(6)}`));
  });
  return { ...created, why };
}

/** Returns the reason in words if Tekton's webhook refused the run or failed; else undefined. */
function whyRefused(error: unknown): string | undefined {
  if (!(error instanceof StatusError)) return undefined;
  const { message = "" } = error.status;
  if (!/admission webhook|failed calling webhook/.test(message)) return undefined;
  return /must not set the field\(s\): [^\n]*\b(pipelineSpec|taskSpec)\b/.test(message)
    ? "this cluster forbids specs inline (disable-inline-spec)"
    : `the cluster refuses it inline: ${message}`;
}
