/** Reads the definition that a run starts from, and checks the command line against it. */
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { HELD_LABELS } from "../../objects/marks.ts";
import { readByName, type ResolveContext } from "../../resolve/resolve.ts";
import { checkAccess } from "../../run/create/access.ts";
import { readDefaultTimeout } from "../../run/create/server_values.ts";
import type { PipelineRun, TaskRun, WorkspaceBinding } from "../../tekton/model.ts";
import type { NewRun } from "../../tekton/new_run.ts";
import { bindParams } from "../../tekton/params.ts";
import { checkWorkspaces } from "../../tekton/workspaces.ts";
import { readParam, type RunFlags } from "../options/run_flags.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";
import { readStart } from "./read_start.ts";
import { resolvingOptions } from "./resolving.ts";

export interface StartOptions extends RunFlags {
  /** The Pipeline's or Task's name. */
  readonly name: string;
}

/** A requested run, and its definition. */
export interface RunRequest<D extends Definition> {
  readonly kube: Kube;
  /** As messages name the definition: `Pipeline "build"`. */
  readonly owner: string;
  readonly definition: Stored<D>;
  readonly newRun: NewRun;
  readonly resolving: ResolveContext;
  /** The server's timeout for runs that name none. This takes the longest, and is needed last. */
  readonly defaultTimeout: Promise<string | undefined>;
}

/** Throws UsageError for params and workspaces that do not fit, and ClusterError. */
export async function requestRun<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  { kind, resource, runKind }: DefinitionKind<D, R>,
  options: StartOptions,
  { kube, workspaces, emit }: {
    kube: Kube;
    workspaces: WorkspaceBinding[];
    emit: (event: RunEvent) => void;
  },
): Promise<RunRequest<D>> {
  const { name } = options;
  const { namespace } = kube;
  const defaultTimeout = readDefaultTimeout(kube);
  defaultTimeout.catch(() => {}); // awaited later
  const [definition] = await Promise.all([
    readByName<D>(kube, resource, name),
    checkAccess(kube, namespace, runKind),
  ]);
  const owner = `${kind} "${name}"`;
  const params = bindParams(owner, definition.spec.params ?? [], options.params, readParam);
  checkWorkspaces(owner, definition.spec.workspaces ?? [], workspaces);
  return {
    kube,
    owner,
    definition,
    newRun: {
      name,
      namespace,
      params,
      workspaces,
      labels: { ...options.labels, ...HELD_LABELS },
      ...await readStart(host, options, definition, emit),
    },
    resolving: resolvingOptions(host, options, { kube, emit }),
    defaultTimeout,
  };
}
