/** Asks for what a new run needs and the command line lacks, or refuses it in one error. */
import type { Answers } from "../../cli/answers.ts";
import { ClusterError, type UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import type { PipelineWorkspace } from "../../tekton/model.ts";
import { isNothing, missingError, type MissingInputs } from "../../tekton/missing_inputs.ts";
import type { Narrator } from "../output/narrator.ts";
import { askChoice, askText, type Conversation } from "./conversation.ts";
import { type AskFlags, canAsk, converse } from "./converse.ts";
import { askInputs } from "./input_questions.ts";
import { listed, readOffers } from "./offers.ts";
import type { WorkspaceFacts } from "./workspace_facts.ts";

/** Where questions are asked, and what must be known before. */
export interface Asking {
  readonly kube: Kube;
  readonly flags: AskFlags;
  readonly suspendFor: Narrator["suspendFor"];
  /** Rejects if the run could not be created whatever the answers are. */
  readonly ready: Promise<unknown>;
}

export interface Needed {
  readonly owner: string;
  readonly missing: MissingInputs;
  /** Optional workspaces without a binding, which are offered if something else is asked. */
  readonly optional: readonly PipelineWorkspace[];
  readonly factsOf: (workspace: PipelineWorkspace) => WorkspaceFacts;
}

const NO_RUN = "no run was created";

/** Throws UsageError that lists all that is missing, if the user cannot be asked. */
export async function askMissing(
  host: Host,
  { kube, flags, suspendFor, ready }: Asking,
  { owner, missing, optional, factsOf }: Needed,
): Promise<Answers> {
  if (isNothing(missing)) return [];
  const refusal = missingError(owner, missing);
  if (!canAsk(host, flags)) throw refusal;
  const needsOffers = missing.workspaces.length + optional.length > 0;
  const [offers] = await Promise.all([needsOffers ? readOffers(kube) : {}, ready]);
  const conversation = askInputs({ missing, optional, factsOf, offers });
  const answers = await suspendFor(() => converse(host, flags, conversation, NO_RUN));
  if (answers === undefined) throw refusal;
  return answers;
}

export interface NeededName {
  readonly kind: "Pipeline" | "Task";
  readonly noun: "pipeline" | "task";
  /** The error if the user cannot be asked. */
  readonly refusal: UsageError;
  /** The bundle that has it, and its names; undefined for the namespace. */
  readonly bundle?: { readonly image: string; names(): Promise<string[]> };
  /** Said if the user gives no answer: "no run was created". */
  readonly otherwise?: string;
}

/** Asks for the name of a Pipeline or Task: by a list, unless the user may not list them. */
export async function askName(
  host: Host,
  { kube, flags, suspendFor, ready }: Asking,
  { kind, noun, refusal, bundle, otherwise = NO_RUN }: NeededName,
): Promise<[string]> {
  if (!canAsk(host, flags)) throw refusal;
  const list = bundle === undefined
    ? listed(kube, `${noun}s`)
    : bundle.names().then((names) => names.map((text) => ({ text })));
  const [found] = await Promise.all([list, ready]);
  if (found?.length === 0 && bundle !== undefined) {
    throw new ClusterError(`Cannot choose a ${kind}: the bundle "${bundle.image}" has none`);
  }
  if (found?.length === 0) {
    throw new ClusterError(
      `Cannot choose a ${kind}: namespace "${kube.namespace}" has none`,
      { hint: `-n NAMESPACE names another namespace: kubectl get ${noun}s -A` },
    );
  }
  const question = nameQuestion(kind, found);
  const name = await suspendFor(() => converse(host, flags, question, otherwise));
  if (name === undefined) throw refusal;
  return [name];
}

function* nameQuestion(
  what: "Pipeline" | "Task",
  rows: Awaited<ReturnType<typeof listed>>,
): Conversation<string> {
  if (rows !== undefined) return rows[yield* askChoice({ what, rows })].text;
  const check = (text: string) =>
    /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(text) ? undefined : "not a name on a cluster";
  return yield* askText({ what: `Name of the ${what}`, check });
}
