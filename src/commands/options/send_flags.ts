/** The flags that say what is sent, and where it goes in the container. */
import stringArgv from "npm:string-argv@0.3.2";
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import { plainDirectory, whyNoDirectory } from "../../tekton/source/destination.ts";
import type { Compress, Deletes } from "../../transfer/options.ts";
import type { Eol } from "../../tree/git/checkout.ts";
import { choiceFlag } from "./choice.ts";

const SECRETS = ["allow", "warn", "deny"] as const;
/** How the program treats files that look like secrets. */
export type Secrets = typeof SECRETS[number];

const EOLS: readonly Eol[] = ["asis", "git"];
const WHENS = ["auto", "always", "never"] as const;

export interface SendFlags {
  /** As the user named it; "." by default. */
  readonly directory: string;
  readonly onWorkspace?: string;
  /**
   * Without "..": relative to the workspace ("." is its root), or an absolute path in the
   * container. Undefined: the directory of the clone that the upload replaces.
   */
  readonly onDirectory?: string;
  readonly ignore: string[];
  readonly ignoreFiles: string[];
  /** Whether git's rules and .tektonignore apply. */
  readonly readsIgnoreFiles: boolean;
  readonly withGit: boolean;
  readonly eol: Eol;
  readonly secrets: Secrets;
  /** The program that unpacks the archive, with its arguments. */
  readonly program: string[];
  readonly compress: Compress;
  readonly deletes: Deletes;
  /** Send only the changes since a commit that a clone checks out. */
  readonly base?: BaseFlag;
}

export interface BaseFlag {
  /** As the user named it; undefined: the newest ancestor of HEAD that a remote has. */
  readonly commit?: string;
  /** Whether everything is sent if the clone cannot be the base. */
  readonly isAuto: boolean;
}

/** Pure. Throws UsageError. */
export function sendFlags(flags: Flags, directory: string | undefined): SendFlags {
  return {
    directory: directory ?? ".",
    onWorkspace: flags.text("on-workspace"),
    onDirectory: directoryFlag(flags.text("on-directory")),
    ignore: flags.texts("ignore"),
    ignoreFiles: flags.texts("ignore-file"),
    readsIgnoreFiles: !flags.on("no-ignore"),
    withGit: flags.on("with-git"),
    eol: choiceFlag(flags, "eol", EOLS),
    secrets: secretsFlag(flags.text("secrets")!),
    program: programFlag(flags.text("exec")!),
    compress: choiceFlag(flags, "compress", WHENS),
    deletes: choiceFlag(flags, "delete", WHENS),
  };
}

function secretsFlag(asked: string): Secrets {
  const found = SECRETS.find((one) => one === asked);
  if (found !== undefined) return found;
  throw new UsageError(`Cannot treat secrets as --secrets "${asked}": there is no such way`, {
    hint: `one of: ${SECRETS.join(", ")}`,
  });
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

function programFlag(command: string): string[] {
  const words = stringArgv(command);
  if (words.length > 0) return words;
  throw new UsageError(`Cannot run --exec "${command}": it names no program`, {
    hint: "the default is --exec tar",
  });
}
