/** The questions for one workspace: its bindings in one list, the likely ones first. Pure. */
import { type Answers, workspaceAnswer } from "../../cli/answers.ts";
import { parseWorkspace } from "../../cli/values.ts";
import { UsageError } from "../../errors.ts";
import type { Row, TextQuestion } from "../../view/ask/question.ts";
import { askChoice, askText, type Conversation } from "./conversation.ts";
import type { Offers } from "./offers.ts";
import { described } from "./param_questions.ts";
import type { WorkspaceFacts } from "./workspace_facts.ts";

/** A row of the list, and the binding that it is: the keys of --workspace without name. */
type Offered =
  | { readonly row: Row; readonly binding: string }
  | { readonly row: Row; readonly ask: TextQuestion; readonly key: string };

export function* askWorkspace(
  workspace: { readonly name: string; readonly description?: unknown },
  facts: WorkspaceFacts,
  offers: Offers,
): Conversation<Answers> {
  const { name } = workspace;
  const offered = bindingsFor(facts, offers);
  const chosen = offered[
    yield* askChoice({
      what: "Workspace",
      name,
      about: [described(workspace.description)],
      rows: offered.map(({ row }) => row),
    })
  ];
  if ("binding" in chosen) return workspaceAnswer(name, chosen.binding);
  return workspaceAnswer(name, `${chosen.key}${yield* askText(chosen.ask)}`);
}

function bindingsFor(
  { isForCredentials, isReadOnly, emptyDir }: WorkspaceFacts,
  { claims, configMaps, secrets }: Offers,
): Offered[] {
  const isFilled = isForCredentials || isReadOnly; // an empty volume would be of no use
  const groups = {
    volumes: isFilled ? [] : [NEW_VOLUME],
    empty: isFilled || emptyDir === "refused" ? [] : [emptyDirectory(emptyDir)],
    claims: existing(claims, "claim", "claimName="),
    configMaps: existing(configMaps, "config map", "config="),
    secrets: existing(secrets, "secret", "secret="),
  };
  const { volumes, empty, ...others } = groups;
  return [
    ...volumes,
    ...empty,
    ...isForCredentials
      ? [...others.secrets, ...others.configMaps, ...others.claims]
      : isReadOnly
      ? [...others.configMaps, ...others.secrets, ...others.claims]
      : [...others.claims, ...others.configMaps, ...others.secrets],
    OTHER,
  ];
}

const NEW_VOLUME: Offered = {
  row: { text: "new volume", about: "deleted with the run" },
  key: "volume=",
  ask: { what: "Size of the new volume", initial: "1Gi", check: problemWith("volume=") },
};

const OTHER: Offered = {
  row: { text: "something else", about: "as --workspace takes it" },
  key: "",
  ask: {
    what: "Binding",
    about: [
      "keys of --workspace without name: claimName=PVC,subPath=DIR, volume=2Gi,storageClass=NAME " +
      "or volumeClaimTemplateFile=FILE",
    ],
    check: problemWith(""),
  },
};

function emptyDirectory(kind: "one" | "each"): Offered {
  const about = kind === "one" ? "deleted with the pod" : "another one in each task";
  return { row: { text: "empty directory", about }, binding: "emptyDir=" };
}

/** Returns the objects of a list, or else a question for the name. */
function existing(rows: readonly Row[] | undefined, kind: string, key: string): Offered[] {
  if (rows !== undefined) {
    return rows.map(({ text, about }) => ({
      row: { text: `${kind} ${text}`, about },
      binding: `${key}${text}`,
    }));
  }
  const ask = { what: `Name of the ${kind}`, check: problemWith(key) };
  return [{ row: { text: kind, about: "by its name: you may not list them" }, key, ask }];
}

/** Returns a check of the text behind the key, by the parser of --workspace. */
function problemWith(key: string): (text: string) => string | undefined {
  return (text) => {
    if (text.includes("\n")) return "it has several lines";
    const words = `name=x,${key}${text}`;
    try {
      parseWorkspace(words);
      return undefined;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return error.message.replace(`Cannot read --workspace "${words}": `, "");
    }
  };
}
