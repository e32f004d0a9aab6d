/**
 * The API of Artifact Hub and of Tekton Hub, as Tekton's resolver `hub` uses it. Pure.
 * https://artifacthub.io/docs/api/, and Tekton's pkg/resolution/resolver/hub/params.go
 */
import { checked, isRecord, type Shape } from "../../shape.ts";
import { compareVersions, parseConstraint, parseVersion, type Version } from "./constraint.ts";

export interface HubPackage {
  readonly type: "artifact" | "tekton";
  /** The address of the hub, without a slash at its end. */
  readonly server: string;
  /** In lower case: "task". */
  readonly kind: string;
  readonly catalog: string;
  readonly name: string;
  /** A version or a constraint: ">= 0.5". */
  readonly version: string;
}

const DEFAULT_SERVER = "https://artifacthub.io";
const CATALOGS: Readonly<Record<string, string>> = {
  task: "tekton-catalog-tasks",
  pipeline: "tekton-catalog-pipelines",
};

/** The addresses of hubs in the environment, by the names that Tekton's resolver reads. */
export interface HubServers {
  readonly artifact?: string;
  readonly tekton?: string;
}

/** Returns the package that the params of the resolver name, or why they name no package. */
export function hubPackage(
  params: ReadonlyMap<string, string>,
  servers: HubServers,
): HubPackage | { why: string } {
  const type = params.get("type") ?? "artifact";
  if (type !== "artifact" && type !== "tekton") return { why: "its type is no hub's" };
  const kind = params.get("kind") ?? "task";
  const [name, version] = [params.get("name"), params.get("version")];
  if (name === undefined || version === undefined) return { why: "its name or version is missing" };
  const isArtifact = type === "artifact";
  const catalog = params.get("catalog") ?? (isArtifact ? CATALOGS[kind] : "Tekton");
  if (catalog === undefined) return { why: `the hub has no default catalog for the kind ${kind}` };
  const given = params.get("url") ?? servers[type] ?? (isArtifact ? DEFAULT_SERVER : undefined);
  if (given === undefined) return { why: "a Tekton Hub has no default address" };
  const server = given.replace(/\/+$/, "").replace(/\/api\/v1$/, "");
  if (!/^https?:\/\//.test(server) || !URL.canParse(server)) {
    return { why: `the hub's address "${given}" is not an http or https URL` };
  }
  return { type, server, kind, catalog, name, version };
}

/** Returns the URL of the list of versions. */
export function versionsUrl({ type, server, kind, catalog, name }: HubPackage): string {
  return type === "artifact"
    ? `${server}/api/v1/packages/${path(`tekton-${kind}`, catalog, name)}`
    : `${server}/v1/resource/${path(catalog, kind, name)}`;
}

/** Returns the URL of one version. Artifact Hub has three numbers in each, Tekton Hub two. */
export function manifestUrl(wanted: HubPackage, version: string): string {
  const numbers = version.split(".");
  if (wanted.type === "artifact") {
    return `${versionsUrl(wanted)}/${path(numbers.length === 2 ? `${version}.0` : version)}`;
  }
  return `${versionsUrl(wanted)}/${path(numbers.slice(0, 2).join("."))}/yaml`;
}

function path(...parts: string[]): string {
  return parts.map(encodeURIComponent).join("/");
}

const LIST: Shape = {
  available_versions: [{ version: "name" }],
  data: { versions: [{ version: "name" }], manifestRaw: "text", yaml: "text" },
};

/**
 * Returns the newest version of a list that the constraint allows, with its three numbers;
 * undefined if the text is no constraint, but a version. Throws HubError if no version fits.
 */
export function newestVersion({ type, version }: HubPackage, list: unknown): string | undefined {
  const fits = parseConstraint(version);
  if (fits === undefined) return undefined;
  const answer = shaped(list);
  const all = type === "artifact" ? answer.available_versions : answer.data?.versions;
  if (all === undefined) throw new HubError("the hub's answer has no list of versions");
  const versions = all.filter(({ prerelease }) => prerelease !== true)
    .map(({ version }) => parseVersion(version))
    .filter((one): one is Version => one !== undefined)
    .toSorted(compareVersions);
  const found = versions.findLast(fits);
  if (found !== undefined) return found.join(".");
  const known = versions.map((one) => one.join(".")).slice(-MOST_VERSIONS).join(", ");
  throw new HubError(`no version fits "${version}"${known === "" ? "" : `; it has ${known}`}`);
}

const MOST_VERSIONS = 5;

/** Returns the YAML of the answer for one version. Throws HubError. */
export function manifestOf({ type }: HubPackage, answer: unknown): string {
  const { data } = shaped(answer);
  const text = type === "artifact" ? data?.manifestRaw : data?.yaml;
  if (text === undefined || text === "") throw new HubError("the hub's answer has no manifest");
  return text;
}

/** Why an answer of a hub has not what was asked for. */
export class HubError extends Error {}

interface Answer {
  readonly available_versions?: { version: string; prerelease?: unknown }[];
  readonly data?: {
    readonly versions?: { version: string; prerelease?: unknown }[];
    readonly manifestRaw?: string;
    readonly yaml?: string;
  };
}

function shaped(answer: unknown): Answer {
  if (!isRecord(answer)) throw new HubError("the hub's answer is not a JSON object");
  const found = checked(answer, LIST);
  if ("why" in found) throw new HubError(`in the hub's answer ${found.why}`);
  return found.value as Answer;
}
