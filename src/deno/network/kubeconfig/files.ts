/** Finds, reads and merges kubeconfig files. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type DocumentOptions, parse, type ParseOptions, type SchemaOptions } from "npm:yaml@2.9.1";
import { UsageError } from "../../../errors.ts";
import type { ConnectOptions } from "../../../host.ts";
import { variable } from "../../variable.ts";
import { readSmallFile } from "./bounded_file.ts";
import type { Entry, Kubeconfig } from "./entries.ts";
import { inCluster } from "./in_cluster.ts";
import { messageOf } from "./words.ts";

/**
 * Reads the kubeconfig in the order of kubectl: the flag, $KUBECONFIG without missing files, then
 * ~/.kube/config, then in-cluster.
 */
export function readKubeconfig({ kubeconfig }: Pick<ConnectOptions, "kubeconfig">): Kubeconfig {
  if (kubeconfig !== undefined) return readFile(kubeconfig);
  const asked = variable("KUBECONFIG");
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const named = asked?.split(separator).filter((path) => path !== "") ?? [];
  if (named.length > 0) {
    const present = named.filter(existsSync);
    if (present.length === 0) throw noKubeconfig(`KUBECONFIG=${asked}`);
    return present.map(readFile).reduce(merged);
  }
  const own = homes().map((home) => join(home, ".kube", "config")).find(existsSync);
  const config = own === undefined ? inCluster({ get: variable }) : readFile(own);
  if (config === undefined) throw noKubeconfig("~/.kube/config");
  return config;
}

function readFile(path: string): Kubeconfig {
  try {
    const content = contentOf(readSmallFile(path));
    const current = content["current-context"];
    const file = { path, directory: resolve(dirname(path)) };
    return {
      clusters: entriesOf(content, "clusters", "cluster", file),
      users: entriesOf(content, "users", "user", file),
      contexts: entriesOf(content, "contexts", "context", file),
      currentContext: typeof current === "string" ? current : undefined,
    };
  } catch (error) {
    const why = messageOf(error).replace(`: ${path}`, "").replace(/:$/, "");
    throw new UsageError(`Cannot read kubeconfig "${path}": ${why}`, {
      hint: "name another with --kubeconfig or $KUBECONFIG",
      cause: error,
    });
  }
}

/** An entry without a name can't be chosen, so it is left out. */
function entriesOf(
  content: Record<string, unknown>,
  key: string,
  inner: string,
  file: Entry["file"],
): Entry[] {
  const list = content[key] ?? [];
  if (!Array.isArray(list)) throw new Error(`${key} is not a list`);
  return list.flatMap((item): Entry[] => {
    const { name, [inner]: own } = (item ?? {}) as Record<string, unknown>;
    return typeof name === "string" && name !== "" ? [{ name, content: own, file }] : [];
  });
}

/**
 * YAML 1.2 with merge keys, as Kubernetes' client library reads it: `yes` is a string. Dates
 * without quotes become Date objects, which are refused as numbers are.
 */
export const YAML: ParseOptions & DocumentOptions & SchemaOptions = {
  merge: true,
  customTags: ["timestamp"],
  stringKeys: true,
  logLevel: "error",
};

function contentOf(text: string): Record<string, unknown> {
  const content: unknown = parse(text, YAML);
  if (content === undefined || content === null) throw new Error("it is empty");
  if (typeof content !== "object" || Array.isArray(content)) throw new Error("it is not an object");
  return content as Record<string, unknown>;
}

/**
 * Merges two files by the rule of kubectl: the first file to name an entry wins. So does the first
 * entry of a name in one file.
 */
function merged(config: Kubeconfig, part: Kubeconfig): Kubeconfig {
  return {
    clusters: [...config.clusters, ...part.clusters],
    users: [...config.users, ...part.users],
    contexts: [...config.contexts, ...part.contexts],
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
