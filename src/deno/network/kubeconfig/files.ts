/** Finds, reads and merges kubeconfig files. */
import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import {
  newClusters,
  newContexts,
  newUsers,
  type User,
} from "npm:@kubernetes/client-node@1.4.0/dist/config_types.js";
import { type DocumentOptions, parse, type ParseOptions, type SchemaOptions } from "npm:yaml@2.9.1";
import { UsageError } from "../../../errors.ts";
import type { ConnectOptions } from "../../../host.ts";
import { variable } from "../../variable.ts";
import { EXTENSION } from "./exec_plugin.ts";
import { inCluster } from "./in_cluster.ts";
import { messageOf } from "./words.ts";
import type { ForPlugins, ForToken, Kubeconfig } from "./merged.ts";

/**
 * Reads the kubeconfig in the order of kubectl: the flag, $KUBECONFIG without missing files, then
 * ~/.kube/config, then in-cluster.
 */
export function readKubeconfig({ kubeconfig }: ConnectOptions): Kubeconfig {
  if (kubeconfig !== undefined) return readFile(kubeconfig);
  const asked = variable("KUBECONFIG");
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const named = asked?.split(separator).filter((path) => path !== "") ?? [];
  if (named.length > 0) {
    const present = named.filter(isFile);
    if (present.length === 0) throw noKubeconfig(`KUBECONFIG=${asked}`);
    return present.map(readFile).reduce(withMissing);
  }
  const own = homes().map((home) => join(home, ".kube", "config")).find(isFile);
  const config = own === undefined ? inCluster({ get: variable }) : readFile(own);
  if (config === undefined) throw noKubeconfig("~/.kube/config");
  return config;
}

function readFile(path: string): Kubeconfig {
  const absolute = (file?: string) => file && !isAbsolute(file) ? join(dirname(path), file) : file;
  try {
    const content = contentOf(readFileSync(path, "utf8"));
    const config = {
      clusters: newClusters(content.clusters)
        .map((cluster, at) => ({
          ...cluster,
          caFile: absolute(cluster.caFile),
          ...forPlugins((content.clusters as { cluster?: unknown }[])[at]?.cluster),
        })),
      users: newUsers(content.users).map((user, at) => ({
        ...user,
        tokenFile: absolute((content.users as { user?: ForToken }[])[at]?.user?.tokenFile),
        certFile: absolute(user.certFile),
        keyFile: absolute(user.keyFile),
        exec: withCommand(user.exec, absolute),
      })),
      contexts: newContexts(content.contexts),
      currentContext: content["current-context"],
    };
    [config.clusters, config.users, config.contexts].flat().forEach(checkTexts);
    return config;
  } catch (error) {
    const why = messageOf(error).replace(`: ${path}`, "").replace(/:$/, "");
    throw new UsageError(`Cannot read kubeconfig "${path}": ${why}`, {
      hint: "name another with --kubeconfig or $KUBECONFIG",
      cause: error,
    });
  }
}

/** Resolves a command with a slash against the kubeconfig. Other commands are on the PATH. */
function withCommand(exec: unknown, absolute: (file?: string) => string | undefined) {
  const { command } = (exec ?? {}) as { command?: unknown };
  if (typeof command !== "string" || !/[/\\]/.test(command)) return exec;
  return { ...exec as object, command: absolute(command) };
}

function forPlugins(cluster: unknown): ForPlugins {
  const given = (cluster ?? {}) as Record<string, unknown>;
  const extensions: unknown[] = Array.isArray(given.extensions) ? given.extensions : [];
  const found = extensions.find((one) => (one as { name?: unknown } | null)?.name === EXTENSION);
  return {
    disablesCompression: given["disable-compression"] === true,
    pluginConfig: (found as { extension?: unknown } | undefined)?.extension,
  };
}

/** Rejects numbers and lists in place of strings, as kubectl does. The library accepts them. */
function checkTexts(
  { exec: _, authProvider: __, pluginConfig: ___, ...one }:
    & { name: string }
    & Partial<User & ForPlugins>,
): void {
  const odd = Object.entries(one).find(([, value]) =>
    value !== null && ["object", "number"].includes(typeof value)
  );
  if (odd !== undefined) throw new Error(`${odd[0]} of "${one.name}" is not a string`);
}

/**
 * YAML 1.2 with merge keys, as Kubernetes' client library reads it: `yes` is a string. Dates
 * without quotes become Date objects, which `checkTexts` rejects as it does numbers.
 */
const YAML: ParseOptions & DocumentOptions & SchemaOptions = {
  merge: true,
  customTags: ["timestamp"],
  stringKeys: true,
  logLevel: "error",
};

function contentOf(text: string) {
  const content = parse(text, YAML) as
    | Record<string, unknown> & { "current-context"?: string }
    | undefined;
  if (content === undefined || content === null) throw new Error("it is empty");
  return content;
}

/** Merges two files by the rule of kubectl: the first file to name an entry wins. */
function withMissing(config: Kubeconfig, part: Kubeconfig): Kubeconfig {
  const both = <T extends { name: string }>(own: readonly T[], more: readonly T[]) => [
    ...own,
    ...more.filter(({ name }) => !own.some((one) => one.name === name)),
  ];
  return {
    clusters: both(config.clusters, part.clusters),
    users: both(config.users, part.users),
    contexts: both(config.contexts, part.contexts),
    currentContext: config.currentContext || part.currentContext,
  };
}

/** Returns where kubectl looks for .kube/config, the first file wins. */
function homes(): string[] {
  const { HOME = "", HOMEDRIVE = "", HOMEPATH = "", USERPROFILE = "" } = Object.fromEntries(
    ["HOME", "HOMEDRIVE", "HOMEPATH", "USERPROFILE"].map((name) => [name, variable(name)]),
  );
  const all = Deno.build.os === "windows" ? [HOME, HOMEDRIVE + HOMEPATH, USERPROFILE] : [HOME];
  return all.filter((home) => home !== "");
}

function noKubeconfig(looked: string): UsageError {
  return new UsageError(`Cannot find a kubeconfig: ${looked} is not there`, {
    hint: "name one with --kubeconfig, or try without a cluster: tkn-dev sandbox",
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
