/** The rules for the workflows of GitHub Actions. Pure. */
import { isMap, isScalar, LineCounter, parseDocument, visit } from "npm:yaml@2.9.1";

/** An action of another repository, as a line of a workflow names it. */
export interface UsedAction {
  readonly line: number;
  /** For example actions/checkout. */
  readonly repository: string;
  readonly commit: string;
  /** The release in the comment, such as v7.0.1. */
  readonly tag: string;
}

interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs?: Record<string, Job>;
}

interface Job {
  readonly permissions?: unknown;
  readonly "timeout-minutes"?: unknown;
  readonly "runs-on"?: unknown;
  readonly steps?: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

/** Events that run with the rights of the repository on the code of strangers. */
const UNSAFE_EVENTS = ["pull_request_target", "workflow_run", "issue_comment"];
const USES = /^\s*(?:- )?uses: (\S+)(?: # (\S+))?$/;
const PINNED = /^([\w.-]+\/[\w.-]+)(?:\/[\w./-]+)?@([0-9a-f]{40})$/;

/** Returns the actions that are pinned by a commit and say their release. */
export function usedActions(text: string): UsedAction[] {
  return text.split("\n").flatMap((line, at) => {
    const [, uses, tag] = USES.exec(line) ?? [];
    const [, repository, commit] = PINNED.exec(uses ?? "") ?? [];
    return commit === undefined || tag === undefined
      ? []
      : [{ line: at + 1, repository, commit, tag }];
  });
}

/** Returns what is wrong with a workflow, each with its line or job. */
export function workflowFaults(text: string): string[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) return document.errors.map(({ message }) => message);
  const workflow = document.toJS() as Workflow;
  const faults = [...permissionFaults(workflow), ...pinFaults(text)];
  const events = Object.keys(asMap(workflow.on));
  for (const event of events.filter((one) => UNSAFE_EVENTS.includes(one))) {
    faults.push(`on: ${event} runs code of strangers with the rights of the repository`);
  }
  for (const [name, job] of Object.entries(workflow.jobs ?? {})) {
    faults.push(...jobFaults(job).map((fault) => `job ${name}: ${fault}`));
  }
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== "run" || isMap(value)) return;
      const content = isScalar(value) ? String(value.value) : "";
      if (!content.includes("${{")) return;
      const { line } = lines.linePos((key.range ?? [0])[0]);
      faults.push(`line ${line}: run has an expression, which may be shell text; use env`);
    },
  });
  return faults;
}

function permissionFaults({ on, permissions, jobs = {} }: Workflow): string[] {
  const faults: string[] = [];
  if (permissions === undefined) faults.push("permissions: missing, so GitHub may grant all");
  const writes = writesOf(permissions);
  if (writes.length > 0) faults.push(`permissions: every job may write ${writes.join(", ")}`);
  const isPublic = "pull_request" in asMap(on);
  for (const [name, job] of Object.entries(jobs)) {
    const granted = writesOf(job.permissions);
    if (isPublic && granted.length > 0) {
      faults.push(`job ${name}: may write ${granted.join(", ")}, and runs for pull requests`);
    }
    const isLocal = (job.steps ?? []).some(({ run = "" }) => /\b(npx|npm|deno)\b|\.ci\//.test(run));
    if (granted.length > 0 && isLocal) {
      faults.push(`job ${name}: may write ${granted.join(", ")}, and runs code of packages`);
    }
  }
  return faults;
}

/** The words of `permissions` that may be written; "all" for write-all. */
function writesOf(permissions: unknown): string[] {
  if (typeof permissions === "string") return permissions === "write-all" ? ["all"] : [];
  return Object.entries(asMap(permissions)).filter(([, right]) => right === "write")
    .map(([name]) => name);
}

function pinFaults(text: string): string[] {
  return text.split("\n").flatMap((line, at) => {
    const [, uses, tag] = USES.exec(line) ?? [];
    if (uses === undefined && /^\s*(?:- )?uses:/.test(line)) {
      return [`line ${at + 1}: uses is not an action and the comment of its release`];
    }
    if (uses === undefined || uses.startsWith("./")) return [];
    if (!PINNED.test(uses)) return [`line ${at + 1}: ${uses} is not pinned by a commit`];
    const isRelease = /^v\d+\.\d+\.\d+$/.test(tag ?? "");
    return isRelease ? [] : [`line ${at + 1}: ${uses} has no comment with its release`];
  });
}

function jobFaults(job: Job): string[] {
  const faults: string[] = [];
  if (typeof job["timeout-minutes"] !== "number") faults.push("it has no timeout-minutes");
  if (/-latest$/.test(String(job["runs-on"]))) faults.push("runs-on names no version");
  for (const { uses, with: inputs } of job.steps ?? []) {
    const keeps = inputs?.["persist-credentials"] !== false;
    if (uses?.startsWith("actions/checkout@") && keeps) {
      faults.push("checkout leaves the token in .git; set persist-credentials: false");
    }
  }
  return faults;
}

/** The events of `on` may be a word or a list. */
function asMap(value: unknown): Record<string, unknown> {
  if (typeof value === "string") return { [value]: null };
  if (Array.isArray(value)) return Object.fromEntries(value.map((one) => [String(one), null]));
  return (value ?? {}) as Record<string, unknown>;
}
