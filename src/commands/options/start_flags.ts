/** The flags of `tkn pipeline start` and `tkn task start` about the run itself. */
import { parseKeyValue, parseList, parseTimeout } from "../../cli/values.ts";
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import type { Credentials } from "../../registry/credentials.ts";
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
  /** The origin of the new run, if that is not a Pipeline or Task by name. */
  readonly from?: StartFrom;
  /** Notes about the command line, for stderr. */
  readonly notes: readonly string[];
}

const RESOLVERS = ["hub", "git", "http", "cluster", "bundle", "remote"];

/** The last run, by any or by this kind of resolver; a run by its name; a Task in a bundle. */
export type StartFrom =
  | { readonly resolver?: string }
  | { readonly run: string }
  | FromBundle;

export interface FromBundle {
  /** The name of the image. */
  readonly bundle: string;
  /** In place of the credentials of Docker's and Podman's files. */
  readonly credentials?: Credentials;
  readonly skipsTls?: boolean;
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
    from: isPipeline ? pipelineFrom(flags) : taskFrom(flags),
    notes: isDeprecated ? ["--timeout is deprecated: use --pipeline-timeout"] : [],
  };
}

/** tkn's rule: --resolvertype goes with --last; "remote" alone means the last run too. */
function pipelineFrom(flags: Flags): StartFrom | undefined {
  checkExclusive(flags, ["last", "use-pipelinerun", "use-param-defaults"]);
  const run = flags.text("use-pipelinerun") || undefined;
  const resolver = flags.text("resolvertype") || undefined;
  const isLast = flags.on("last") || resolver === "remote";
  if (resolver !== undefined && !RESOLVERS.includes(resolver)) {
    throw new UsageError(`Cannot take --resolvertype "${resolver}": no such choice`, {
      hint: `one of: ${RESOLVERS.join(", ")}`,
    });
  }
  if (resolver !== undefined && run !== undefined) {
    throw new UsageError("Cannot use --resolvertype and --use-pipelinerun together", {
      hint: "leave out --resolvertype",
    });
  }
  if (resolver !== undefined && !isLast) {
    throw new UsageError(
      `Cannot start a Pipeline by --resolvertype "${resolver}": a resolver needs more than a name`,
      { hint: "add --last to start the last run by that resolver again" },
    );
  }
  if (isLast) return { resolver };
  return run === undefined ? undefined : { run };
}

function taskFrom(flags: Flags): StartFrom | undefined {
  checkExclusive(flags, ["last", "use-taskrun", "use-param-defaults"]);
  const bundle = flags.text("image") || undefined;
  const run = flags.text("use-taskrun") || undefined;
  const other = flags.on("last") ? "--last" : run === undefined ? undefined : "--use-taskrun";
  if (bundle !== undefined && other !== undefined) {
    throw new UsageError(`Cannot use --image and ${other} together: both name the Task`, {
      hint: "leave out one of them",
    });
  }
  const access = bundleAccess(flags, bundle !== undefined);
  if (bundle !== undefined) return { bundle, ...access };
  if (flags.on("last")) return {};
  return run === undefined ? undefined : { run };
}

const REMOTE = ["remote-bearer", "remote-username", "remote-password", "remote-skip-tls"];

function bundleAccess(
  flags: Flags,
  hasBundle: boolean,
): Pick<FromBundle, "credentials" | "skipsTls"> {
  const given = REMOTE.find((name) => flags.given(name));
  if (given === undefined) return {};
  if (!hasBundle) {
    throw new UsageError(`Cannot use --${given} without --image: there is no registry to read`, {
      hint: "add --image REF, or leave it out",
    });
  }
  const [bearer, username, password] = REMOTE.map((name) => flags.text(name) || undefined);
  if ((username === undefined) !== (password === undefined)) {
    throw new UsageError("Cannot log in with --remote-username or --remote-password alone", {
      hint: "--remote-username NAME --remote-password PASSWORD",
    });
  }
  if (bearer !== undefined && username !== undefined) {
    throw new UsageError("Cannot use --remote-bearer and --remote-username together", {
      hint: "leave out one of them",
    });
  }
  const credentials = bearer !== undefined
    ? { bearer }
    : username !== undefined
    ? { username, password: password! }
    : undefined;
  return {
    ...credentials === undefined ? {} : { credentials },
    ...flags.on("remote-skip-tls") ? { skipsTls: true } : {},
  };
}

/** Throws UsageError if two of the flags are given. */
function checkExclusive(flags: Flags, names: readonly string[]): void {
  const isGiven = (name: string) =>
    name.startsWith("use-") && name !== "use-param-defaults"
      ? (flags.text(name) ?? "") !== ""
      : flags.on(name);
  const [one, other] = names.filter(isGiven);
  if (other === undefined) return;
  throw new UsageError(
    `Cannot use --${one} and --${other} together: both say where values come from`,
    {
      hint: "leave out one of them",
    },
  );
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
