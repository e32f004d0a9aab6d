/** The questions for everything that a run needs and does not have. Pure. */
import type { Answers } from "../../cli/answers.ts";
import type { PipelineWorkspace } from "../../tekton/model.ts";
import type { MissingInputs } from "../../tekton/missing_inputs.ts";
import { askChoice, type Conversation } from "./conversation.ts";
import type { Offers } from "./offers.ts";
import { askParam, described } from "./param_questions.ts";
import type { WorkspaceFacts } from "./workspace_facts.ts";
import { askWorkspace } from "./workspace_questions.ts";

export interface AskedInputs {
  readonly missing: MissingInputs;
  /** Optional workspaces that may be offered. */
  readonly optional: readonly PipelineWorkspace[];
  readonly factsOf: (workspace: PipelineWorkspace) => WorkspaceFacts;
  readonly offers: Offers;
}

/** Params, then workspaces, each in the order of the definition; optional workspaces last. */
export function* askInputs(
  { missing, optional, factsOf, offers }: AskedInputs,
): Conversation<Answers> {
  const answers: string[] = [];
  for (const spec of missing.params) answers.push(...yield* askParam(spec));
  const ask = (workspace: PipelineWorkspace) => askWorkspace(workspace, factsOf(workspace), offers);
  for (const workspace of missing.workspaces) answers.push(...yield* ask(workspace));
  for (let left = optional; left.length > 0;) {
    const chosen = yield* askOptional(left, left.length < optional.length);
    if (chosen === undefined) break;
    answers.push(...yield* ask(chosen));
    left = left.filter((one) => one !== chosen);
  }
  return answers;
}

function* askOptional(
  workspaces: readonly PipelineWorkspace[],
  isMore: boolean,
): Conversation<PipelineWorkspace | undefined> {
  const rows = workspaces.map(({ name, description }) => ({
    text: name,
    about: described(description),
  }));
  const what = `Bind ${isMore ? "another" : "an"} optional workspace`;
  const at = yield* askChoice({ what, rows: [{ text: "no" }, ...rows] });
  return at === 0 ? undefined : workspaces[at - 1];
}
