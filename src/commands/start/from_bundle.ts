/** A Task in a Tekton bundle that the command line names. */
import { ClusterError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { BundleAccess } from "../../resolve/here/bundle.ts";
import { isRecord } from "../../shape.ts";
import type { PipelineRun, TaskRun } from "../../tekton/model.ts";
import type { BaseRun } from "../../tekton/new_run.ts";
import { readDefinition } from "../../tekton/resolved.ts";
import { parseDocuments } from "../manifests/yaml.ts";
import type { FromBundle } from "../options/start_flags.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";

export interface InBundle<D extends Definition> {
  readonly name: string;
  readonly definition: D;
  readonly base: BaseRun;
  readonly isInline: true;
  readonly params: readonly [];
  readonly workspaces: readonly [];
}

/** Returns the names of the bundle's objects of that kind. Throws ClusterError and UsageError. */
export async function namesInBundle(
  host: Host,
  kind: string,
  from: FromBundle,
): Promise<string[]> {
  const { bundleNames } = await import("../../resolve/here/bundle.ts");
  return await bundleNames(host, from.bundle, kind, accessOf(from));
}

/** Reads a Task out of a bundle, as tkn does. The run has it inline. */
export async function readFromBundle<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  { noun, kind }: DefinitionKind<D, R>,
  name: string,
  from: FromBundle,
): Promise<InBundle<D>> {
  const { readBundle } = await import("../../resolve/here/bundle.ts");
  const text = await readBundle(host, from.bundle, { kind: noun, name }, accessOf(from));
  const what = `Cannot read ${noun} "${name}" of the bundle "${from.bundle}"`;
  const refuse = (why: string, hint?: string) => new ClusterError(`${what}: ${why}`, { hint });
  const [document] = parsed(text, refuse);
  if (!isRecord(document) || document.kind !== kind) throw refuse(`it is no ${kind}`);
  const definition = readDefinition(kind, document, { what, refuse }) as unknown as D;
  const base = { spec: { taskSpec: definition.spec } as TaskRun["spec"] };
  return { name, definition, base, isInline: true, params: [], workspaces: [] };
}

function parsed(text: string, refuse: (why: string) => Error): unknown[] {
  try {
    return parseDocuments(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message.split("\n")[0] : String(error));
  }
}

function accessOf({ credentials, skipsTls }: FromBundle): BundleAccess {
  return credentials === undefined
    ? { skipsTls }
    : { skipsTls, credentials: () => Promise.resolve(credentials) };
}
