/** The flags of `tkn pipeline start` and `tkn task start` about the run itself. */
import { parseKeyValue, parseList, parseTimeout } from "../../cli/values.ts";
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import type { TaskAccount, Timeouts } from "../../tekton/new_run.ts";

export interface StartFlags {
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly taskAccounts: readonly TaskAccount[];
  /** A file or URL. */
  readonly podTemplate?: string;
  /** The run's name begins with it and a dash. */
  readonly prefix?: string;
  /** Undefined where the command line has no timeout. */
  readonly timeouts?: Timeouts;
  /** Notes about the command line, for stderr. */
  readonly notes: readonly string[];
}

/** Pure. Throws UsageError. */
export function startFlags(flags: Flags): StartFlags {
  const isPipeline = flags.has("pipeline-timeout");
  const labels = listed(flags, "labels").map((text) => parseKeyValue(text, "labels"));
  const isDeprecated = isPipeline && flags.given("timeout");
  return {
    labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    serviceAccount: flags.text("serviceaccount") || undefined,
    taskAccounts: isPipeline ? listed(flags, "task-serviceaccount").map(taskAccount) : [],
    podTemplate: flags.text("pod-template") || undefined,
    prefix: flags.text("prefix-name") || undefined,
    timeouts: isPipeline ? pipelineTimeouts(flags) : taskTimeout(flags),
    notes: isDeprecated ? ["--timeout is deprecated: use --pipeline-timeout"] : [],
  };
}

function listed(flags: Flags, name: string): string[] {
  return flags.texts(name).flatMap((text) => parseList(text, name));
}

function taskAccount(text: string): TaskAccount {
  const [task, serviceAccount, ...more] = text.split("=");
  if (task !== "" && serviceAccount !== undefined && more.length === 0) {
    return { task, serviceAccount };
  }
  throw new UsageError(`Cannot read --task-serviceaccount "${text}": it is not TASK=NAME`, {
    hint: "--task-serviceaccount build=my-account",
  });
}

/** The three timeouts win over the deprecated one. */
function pipelineTimeouts(flags: Flags): Timeouts | undefined {
  const [pipeline, tasks, last, deprecated] = [
    "pipeline-timeout",
    "tasks-timeout",
    "finally-timeout",
    "timeout",
  ].map((name) => timeout(flags, name));
  const own = { pipeline, tasks, finally: last };
  if (Object.values(own).some((value) => value !== undefined)) return own;
  return deprecated === undefined ? undefined : { pipeline: deprecated };
}

function taskTimeout(flags: Flags): Timeouts | undefined {
  const task = timeout(flags, "timeout");
  return task === undefined ? undefined : { task };
}

/** tkn treats an empty value as absent. */
function timeout(flags: Flags, name: string): string | undefined {
  const text = flags.text(name) ?? "";
  return text === "" ? undefined : parseTimeout(text, name);
}
