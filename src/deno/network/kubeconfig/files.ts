/** Finds, reads and merges kubeconfig files. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  type DocumentOptions,
  parseAllDocuments,
  type ParseOptions,
  type ScalarTag,
  type SchemaOptions,
} from "npm:yaml@2.9.1";
import { UsageError } from "../../../errors.ts";
import type { ConnectOptions } from "../../../host.ts";
import { variable } from "../../variable.ts";
import { readSmallFile } from "./bounded_file.ts";
import type { Entry, Kubeconfig } from "./entries.ts";
import { inCluster } from "./in_cluster.ts";
import { messageOf } from "./words.ts";

/**
 * Reads the kubeconfig in the order of kubectl: the flag, $KUBECONFIG without missing files, then
 * ~/.kube/config. Inside a pod, its service account stands in for files that are missing or empty.
 */
export function readKubeconfig(
  { kubeconfig }: Pick<ConnectOptions, "kubeconfig">,
  ofPod = () => inCluster({ get: variable }),
): Kubeconfig {
  const { paths, looked } = placesOf(kubeconfig);
  const config = paths.map(readFile).reduce(merged, NOTHING);
  if (config.clusters.length + config.users.length + config.contexts.length > 0) return config;
  const own = ofPod();
  if (own === undefined && paths.length === 0) throw noKubeconfig(looked);
  return own ?? config;
}

const NOTHING: Kubeconfig = { clusters: [], users: [], contexts: [] };

/** Returns the files to read, and where they were looked for. */
function placesOf(kubeconfig: string | undefined): { paths: string[]; looked: string } {
  if (kubeconfig !== undefined) return { paths: [kubeconfig], looked: kubeconfig };
  const asked = variable("KUBECONFIG");
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const named = asked?.split(separator).filter((path) => path !== "") ?? [];
  if (named.length > 0) {
    return { paths: named.filter(existsSync), looked: `KUBECONFIG=${asked}` };
  }
  const all = homes().map((home) => join(home, ".kube", "config"));
  return { paths: all.filter(existsSync).slice(0, 1), looked: "~/.kube/config" };
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

/** Words without quotes that are true or false in YAML 1.1, which kubectl reads. */
const FLAG: ScalarTag = {
  tag: "tag:yaml.org,2002:bool",
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  resolve: (word) => /^(?:y|on$)/i.test(word),
};

/**
 * YAML 1.2 with what kubectl adds: merge keys, more words for true and false, and the last of two
 * equal keys counts. Dates without quotes become Date objects, which are refused as numbers are.
 */
export const YAML: ParseOptions & DocumentOptions & SchemaOptions = {
  merge: true,
  customTags: ["timestamp", FLAG],
  stringKeys: true,
  uniqueKeys: false,
  logLevel: "error",
};

/** Reads the first document, as kubectl does. */
function contentOf(text: string): Record<string, unknown> {
  const [first] = parseAllDocuments(text, YAML);
  if (first !== undefined && first.errors.length > 0) throw first.errors[0];
  const content: unknown = first?.toJS() ?? {};
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
