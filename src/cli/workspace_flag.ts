/** Parses the value of --workspace, in tkn's syntax (its pkg/workspaces). Pure. */
import { UsageError } from "../errors.ts";

/**
 * A workspace binding with the API's own fields, except `volumeClaimTemplateFile` and
 * `csiFile`, which name the YAML file of `volumeClaimTemplate` and of `csi`. It has exactly one
 * source.
 */
export interface WorkspaceFlag {
  name: string;
  subPath?: string;
  persistentVolumeClaim?: { claimName: string };
  emptyDir?: { medium?: "Memory" | "HugePages" };
  configMap?: { name: string; items?: KeyToPath[] };
  secret?: { secretName: string; items?: KeyToPath[] };
  volumeClaimTemplateFile?: string;
  csiFile?: string;
  volumeClaimTemplate?: { spec: ClaimSpec };
}

export interface ClaimSpec {
  accessModes: string[];
  storageClassName?: string;
  resources: { requests: { storage: string } };
}

export interface KeyToPath {
  key: string;
  path: string;
}

export const SOURCES = [
  "claimName",
  "emptyDir",
  "config",
  "secret",
  "volumeClaimTemplateFile",
  "csiFile",
  "volume",
];
/** Keys for `volume` only. */
const CLAIM_KEYS = ["storageClass", "accessMode"];
const HINT =
  "--workspace name=NAME,volume=1Gi and name=NAME,claimName=PVC are two forms; --help has the others";

/**
 * Parses `name=source,claimName=pvc,subPath=dir`, with exactly one of claimName, emptyDir (empty,
 * Memory or HugePages, with or without double quotes), config, secret, volumeClaimTemplateFile,
 * csiFile and volume. `item=key=path` can be repeated for config and secret.
 *
 * `volume=2Gi` is not in tkn: a new volume of that size, with the cluster's default storage class
 * or storageClass=NAME, and accessMode=ReadWriteOnce or another one. tkn skips unknown keys; this
 * throws UsageError for them.
 */
export function parseWorkspace(text: string): WorkspaceFlag {
  const { fields, items } = readFields(text);
  const name = fields.get("name");
  if (!name) throw refused(text, "name=NAME is missing");
  const sources = SOURCES.filter((source) => fields.has(source));
  if (sources.length === 0) throw refused(text, `it needs one of ${SOURCES.join(", ")}`);
  if (sources.length > 1) throw refused(text, `${sources.join(" and ")} exclude each other`);
  const [source] = sources;
  const value = fields.get(source)!;
  if (items.length > 0 && source !== "config" && source !== "secret") {
    throw refused(text, "item goes with config or secret only");
  }
  if (value === "" && source !== "emptyDir") throw refused(text, `${source} is empty`);
  const claimKey = CLAIM_KEYS.find((key) => fields.has(key));
  if (claimKey !== undefined && source !== "volume") {
    throw refused(text, `${claimKey} goes with volume only`);
  }
  if (source === "volume") {
    return { name, ...subPathOf(fields), volumeClaimTemplate: claim(fields, text) };
  }
  return {
    name,
    ...subPathOf(fields),
    ...bound(source, value, { items, text }),
  };
}

function subPathOf(fields: ReadonlyMap<string, string>): { subPath?: string } {
  const subPath = fields.get("subPath");
  return subPath ? { subPath } : {};
}

/** Access modes by the short names that kubectl prints. */
const ACCESS_MODES = { RWO: "ReadWriteOnce", RWX: "ReadWriteMany", RWOP: "ReadWriteOncePod" };

function claim(fields: ReadonlyMap<string, string>, text: string): { spec: ClaimSpec } {
  const storage = fields.get("volume")!;
  if (!/^[1-9]\d*(\.\d+)?([KMGTPE]i|[kMGTPE])?$/.test(storage)) {
    throw refused(text, `volume is a size like 500Mi or 2Gi, not "${storage}"`);
  }
  const asked = fields.get("accessMode") ?? "RWO";
  const found = Object.entries(ACCESS_MODES).find((names) => names.includes(asked));
  if (found === undefined) {
    throw refused(text, `accessMode is one of ${Object.values(ACCESS_MODES).join(", ")}`);
  }
  const [, accessMode] = found;
  const storageClassName = fields.get("storageClass");
  return {
    spec: {
      accessModes: [accessMode],
      ...(storageClassName ? { storageClassName } : {}),
      resources: { requests: { storage } },
    },
  };
}

function bound(
  source: string,
  value: string,
  { items, text }: { items: KeyToPath[]; text: string },
): Omit<WorkspaceFlag, "name"> {
  const withItems = items.length === 0 ? {} : { items };
  switch (source) {
    case "claimName":
      return { persistentVolumeClaim: { claimName: value } };
    case "config":
      return { configMap: { name: value, ...withItems } };
    case "secret":
      return { secret: { secretName: value, ...withItems } };
    case "volumeClaimTemplateFile":
      return { volumeClaimTemplateFile: value };
    case "csiFile":
      return { csiFile: value };
    default: {
      const medium = value.replace(/^"(.*)"$/, "$1");
      if (medium === "") return { emptyDir: {} };
      if (medium === "Memory" || medium === "HugePages") return { emptyDir: { medium } };
      throw refused(text, `emptyDir is nothing, Memory or HugePages, not "${value}"`);
    }
  }
}

function readFields(text: string): { fields: Map<string, string>; items: KeyToPath[] } {
  const fields = new Map<string, string>();
  const items: KeyToPath[] = [];
  for (const field of text.split(",")) {
    if (field === "") continue; // as after a last comma, which tkn takes
    const [key, value] = cut(field);
    if (value === undefined) throw refused(text, `"${field}" is not key=value`);
    if (key === "item") {
      const [item, path] = cut(value);
      if (path === undefined) throw refused(text, `"${field}" is not item=key=path`);
      items.push({ key: item, path });
      continue;
    }
    if (!["name", "subPath", ...SOURCES, ...CLAIM_KEYS].includes(key)) {
      throw refused(text, `no key "${key}"`);
    }
    if (fields.has(key)) throw refused(text, `${key} is there twice`);
    fields.set(key, value);
  }
  return { fields, items };
}

function cut(text: string): [before: string, after: string | undefined] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function refused(text: string, state: string): UsageError {
  return new UsageError(`Cannot read --workspace "${text}": ${state}`, { hint: HINT });
}
