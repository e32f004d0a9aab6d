/** What `pipeline upload` and `task upload` share on the command line: strings in, typed values out. */
import stringArgv from "npm:string-argv@0.3.2";
import type { Flags } from "../cli/parse.ts";
import {
  parseDuration,
  parseKeyValue,
  parseParamValue,
  parseWorkspace,
  type WorkspaceFlag,
} from "../cli/values.ts";
import { UsageError } from "../errors.ts";
import type { ConnectOptions } from "../host.ts";
import type { Compress, Deletes } from "../transfer/options.ts";
import type { ParamType, ParamValue } from "../tekton/model.ts";
import { plainDirectory, whyNoDirectory } from "../tekton/source/destination.ts";
import type { Eol } from "../tree/git/checkout.ts";

const SECRETS = ["allow", "warn", "deny"] as const;
/** What is done about files that look like secrets. */
export type Secrets = typeof SECRETS[number];

/** What is sent, and where to. */
export interface SendFlags {
  /** As the user named it; "." by default. */
  readonly directory: string;
  readonly onWorkspace?: string;
  /** Without "..": relative to the workspace, "." for itself, or an absolute path in the container. Undefined: the clone's. */
  readonly onDirectory?: string;
  readonly ignore: string[];
  readonly ignoreFiles: string[];
  /** Whether git's rules and .tektonignore count. */
  readonly readsIgnoreFiles: boolean;
  readonly withGit: boolean;
  readonly eol: Eol;
  readonly secrets: Secrets;
  readonly program: string[];
  readonly compress: Compress;
  readonly deletes: Deletes;
}

/** How a run is started and shown. */
export interface RunFlags {
  readonly connect: ConnectOptions;
  readonly showlogs: boolean;
  /** How long the run may be held. */
  readonly pauseSeconds: number;
  /** Print the run in this format, and create nothing. */
  readonly dryRun?: OutputFormat;
  readonly params: { name: string; text: string }[];
  readonly workspaces: WorkspaceFlag[];
  readonly results: { name: string; value: string }[];
  readonly serviceAccount?: string;
  /** Start a run that resolves a remote reference and fails, where there is no other way. */
  readonly allowProbe: boolean;
  readonly color: boolean;
}

export interface UploadFlags extends SendFlags, RunFlags {
  readonly onStep?: string;
  /** The image that receives the upload, where it is not the step's own. */
  readonly image?: string;
  /** The step is then left held, its own work not done: with a shell in it, or with words how to go on. */
  readonly handOver?: "shell" | "words";
  /** Run again when the directory changes: after the run has ended, or at once in its stead. */
  readonly watch?: WatchMode;
}

/** Pure. Throws UsageError. */
export function uploadFlags(flags: Flags, directory: string | undefined): UploadFlags {
  const shell = flags.on("shell");
  if (shell && !flags.on("no-continue")) {
    throw new UsageError("Cannot open a shell: the run goes on once the upload is there", {
      hint: "add --no-continue",
    });
  }
  const image = flags.text("upload-image");
  if (image !== undefined && flags.on("no-continue")) {
    throw new UsageError("Cannot leave the step held in another image: its own work is not there", {
      hint: "leave out --upload-image or --no-continue",
    });
  }
  return {
    ...sendFlags(flags, directory),
    ...runFlags(flags),
    onStep: flags.text("on-step"),
    image,
    handOver: shell ? "shell" : flags.on("no-continue") ? "words" : undefined,
    watch: watchMode(flags),
  };
}

const WATCH_MODES = ["after", "restart"] as const;
export type WatchMode = typeof WATCH_MODES[number];

function watchMode(flags: Flags): WatchMode | undefined {
  const asked = flags.text("watch");
  if (asked === undefined) return undefined;
  const mode = WATCH_MODES.find((mode) => mode === asked);
  if (mode === undefined) {
    throw new UsageError(`Cannot watch as --watch="${asked}": no such mode`, {
      hint: "--watch or --watch=restart",
    });
  }
  const [other, why] = flags.on("no-continue")
    ? ["--no-continue", "the run is left held, and does not end"]
    : flags.on("dry-run")
    ? ["--dry-run", "it starts no run"]
    : !flags.on("showlogs")
    ? ["--showlogs=false", "the run is not followed to its end"]
    : flags.on("list")
    ? ["--list", "it starts no run"]
    : flags.given("explain")
    ? ["--explain", "it starts no run"]
    : [];
  if (other === undefined) return mode;
  throw new UsageError(`Cannot watch with ${other}: ${why}`, {
    hint: `leave out --watch or ${other}`,
  });
}

export function sendFlags(flags: Flags, directory: string | undefined): SendFlags {
  return {
    directory: directory ?? ".",
    onWorkspace: flags.text("on-workspace"),
    onDirectory: directoryFlag(flags.text("on-directory")),
    ignore: flags.texts("ignore"),
    ignoreFiles: flags.texts("ignore-file"),
    readsIgnoreFiles: !flags.on("no-ignore"),
    withGit: flags.on("with-git"),
    eol: oneOf(flags, "eol", EOLS),
    secrets: secrets(flags.text("secrets")!),
    program: program(flags.text("exec")!),
    compress: oneOf(flags, "compress", WHENS),
    deletes: oneOf(flags, "delete", WHENS),
  };
}

function secrets(asked: string): Secrets {
  const found = SECRETS.find((one) => one === asked);
  if (found !== undefined) return found;
  throw new UsageError(`Cannot treat secrets as --secrets "${asked}": there is no such way`, {
    hint: `one of: ${SECRETS.join(", ")}`,
  });
}

export function runFlags(flags: Flags): RunFlags {
  return {
    connect: connectFlags(flags),
    showlogs: flags.on("showlogs"),
    pauseSeconds: parseDuration(flags.text("pause-timeout")!, "pause-timeout"),
    dryRun: dryRun(flags),
    params: flags.texts("param").map((text) => {
      const { name, value } = parseKeyValue(text, "param");
      return { name, text: value };
    }),
    workspaces: flags.texts("workspace").map(parseWorkspace),
    results: flags.texts("result").map((text) => parseKeyValue(text, "result")),
    serviceAccount: flags.text("serviceaccount"),
    allowProbe: flags.on("allow-probe"),
    color: !flags.on("no-color"),
  };
}

const EOLS: readonly Eol[] = ["asis", "git"];
const WHENS = ["auto", "always", "never"] as const;

function oneOf<T extends string>(flags: Flags, name: string, values: readonly T[]): T {
  const asked = flags.text(name);
  const value = values.find((value) => value === asked);
  if (value !== undefined) return value;
  throw new UsageError(`Cannot take --${name} "${asked}": no such choice`, {
    hint: `one of: ${values.join(", ")}`,
  });
}

const FORMATS = ["yaml", "json", "name"] as const;
export type OutputFormat = typeof FORMATS[number];

function dryRun(flags: Flags): OutputFormat | undefined {
  const format = outputFormat(flags);
  if (!flags.on("dry-run") && flags.given("output")) {
    throw new UsageError(`Cannot print as --output "${format}": only --dry-run prints the run`, {
      hint: "add --dry-run",
    });
  }
  return flags.on("dry-run") ? format : undefined;
}

/** Throws UsageError for one that there is not. */
export function outputFormat(flags: Flags): OutputFormat {
  const asked = flags.text("output");
  const format = FORMATS.find((format) => format === asked);
  if (format !== undefined) return format;
  throw new UsageError(`Cannot print as --output "${asked}": no such format`, {
    hint: `one of: ${FORMATS.join(", ")}`,
  });
}

export function connectFlags(flags: Flags): ConnectOptions {
  return {
    namespace: flags.text("namespace"),
    context: flags.text("context"),
    kubeconfig: flags.text("kubeconfig"),
  };
}

/** A param's text as its declared type; for bindParams. */
export function readParam(name: string, text: string, type: ParamType): ParamValue {
  try {
    return parseParamValue(text, type);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`Cannot set param "${name}": it is an ${type}, and "${text}" is none`, {
      hint: error.hint?.replace("name=", () => `${name}=`),
    });
  }
}

/** Those of --result, by name. */
export function givenResults({ results }: Pick<RunFlags, "results">): Record<string, string> {
  return Object.fromEntries(results.map(({ name, value }) => [name, value]));
}

function directoryFlag(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const why = whyNoDirectory(path);
  if (why !== undefined) {
    throw new UsageError(`Cannot upload into --on-directory "${path}": ${why}`, {
      hint: "give a path relative to the workspace's root, or an absolute one in the container",
    });
  }
  const plain = plainDirectory(path);
  if (!path.startsWith("/")) return plain;
  return plain === "." ? "/" : `/${plain}`;
}

function program(command: string): string[] {
  const words = stringArgv(command);
  if (words.length > 0) return words;
  throw new UsageError(`Cannot run --exec "${command}": it names no program`, {
    hint: "the default is --exec tar",
  });
}
