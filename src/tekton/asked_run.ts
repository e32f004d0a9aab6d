/**
 * The spec that a user asked for, kept in an annotation of a run that holds. `--last` starts that
 * spec again: the run's own spec has gates for one client, and raised timeouts. Pure.
 */
import { UsageError } from "../errors.ts";
import { checked, isRecord } from "../shape.ts";
import { isRunKind, type Run, type RunKind } from "./model.ts";
import { RUN_SHAPE } from "./shapes.ts";

const ASKED = "tkn-dev/asked-spec";
/** Kubernetes allows 256 KiB for all annotations of an object. */
const MOST_CHARACTERS = 100_000;

/** Returns the run with its spec in the annotation. Params and workspaces stay in the run. */
export function withAsked<R extends Run>(run: R): R {
  const { params: _, workspaces: __, ...spec } = run.spec;
  const text = JSON.stringify({ kind: run.kind, spec });
  if (text.length > MOST_CHARACTERS) return run;
  const annotations = { ...run.metadata.annotations, [ASKED]: text };
  return { ...run, metadata: { ...run.metadata, annotations } };
}

/** Returns the kind of the run that the annotation describes; TaskRuns have it of PipelineRuns. */
export function askedKind({ metadata }: Run): RunKind | undefined {
  return read(metadata.annotations?.[ASKED])?.kind;
}

/**
 * Returns the run with the spec that its user asked for. `isHeld` tells whether the run's own spec
 * has gates. Throws UsageError for such a run without the annotation.
 */
export function askedRun<R extends Run>(run: R, isHeld: boolean): R {
  const found = read(run.metadata.annotations?.[ASKED]);
  if (found?.kind === run.kind) {
    const { params, workspaces } = run.spec;
    return { ...run, spec: { ...found.spec, params, workspaces } };
  }
  if (!isHeld) return run;
  throw new UsageError(
    `Cannot start ${run.kind} "${run.metadata.name}" again: it was held, and does not say what ` +
      "it was started from",
    { hint: "start it with its params and workspaces: -p and -w" },
  );
}

/** Returns undefined for a text of another origin. */
function read(text: string | undefined): { kind: RunKind; spec: object } | undefined {
  if (text === undefined) return undefined;
  try {
    const found: unknown = JSON.parse(text);
    if (!isRecord(found) || !isRunKind(found.kind) || !isRecord(found.spec)) return undefined;
    const run = checked({ kind: found.kind, metadata: {}, spec: found.spec }, RUN_SHAPE);
    return "value" in run ? run.value as { kind: RunKind; spec: object } : undefined;
  } catch {
    return undefined;
  }
}
