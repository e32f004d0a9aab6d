/**
 * The documents that a client reads before its first request: version, groups, resources, and
 * enough OpenAPI that kubectl leaves field validation to the server.
 */
import { apiVersionOf, type Kind, KINDS } from "../store/kinds.ts";

const VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"];
const REVIEW: Kind = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
  namespaced: false,
};

/** Returns the document at a path, or undefined if discovery has no such path. */
export function discovery(path: string): unknown {
  if (path === "/version") return VERSION;
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups: groups() };
  if (path === "/openapi/v3") return openApiIndex();
  const schema = /^\/openapi\/v3\/(.+)$/.exec(path);
  if (schema !== null) return openApi(schema[1]);
  const group = /^\/apis\/([^/]+)$/.exec(path);
  if (group !== null) return groups().find(({ name }) => name === group[1]);
  const version = /^\/apis?\/(v1|[^/]+\/v1(?:beta1)?)$/.exec(path);
  return version === null ? undefined : resourceList(version[1]);
}

const VERSION = {
  major: "1",
  minor: "34",
  gitVersion: "v1.34.0+tkn-dev-sandbox",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: `${Deno.build.os}/${Deno.build.arch}`,
};

const GROUPS = ["authorization.k8s.io/v1", "tekton.dev/v1", "resolution.tekton.dev/v1beta1"];

function groups() {
  return GROUPS.map((groupVersion) => {
    const [name, ofName] = groupVersion.split("/");
    const version = { groupVersion, version: ofName };
    return {
      kind: "APIGroup",
      apiVersion: "v1",
      name,
      versions: [version],
      preferredVersion: version,
    };
  });
}

function resourceList(groupVersion: string) {
  const kinds = [...KINDS, REVIEW].filter((kind) => apiVersionOf(kind) === groupVersion);
  if (kinds.length === 0) return undefined;
  const resources = kinds.flatMap((kind) => {
    const { plural, namespaced, shortNames } = kind;
    const verbs = kind === REVIEW ? ["create"] : VERBS;
    const singularName = kind.kind.toLowerCase();
    const entry = { name: plural, singularName, namespaced, kind: kind.kind, verbs, shortNames };
    if (kind.kind !== "Pod") return [entry];
    const part = { singularName: "", namespaced, kind: "Pod" };
    return [
      entry,
      { ...part, name: "pods/log", verbs: ["get"] },
      { ...part, name: "pods/ephemeralcontainers", verbs: ["get", "patch", "update"] },
      { ...part, name: "pods/exec", kind: "PodExecOptions", verbs: ["create", "get"] },
    ];
  });
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}

function openApiIndex() {
  const paths = ["api/v1", ...GROUPS.map((group) => `apis/${group}`)];
  return {
    paths: Object.fromEntries(
      paths.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=1` }]),
    ),
  };
}

/**
 * Returns paths without schemas. kubectl looks up the PATCH operation of a kind; if that accepts
 * `fieldValidation`, kubectl does not validate on the client.
 */
function openApi(path: string) {
  const version = path.replace(/^apis?\//, "");
  const kinds = KINDS.filter((kind) => apiVersionOf(kind) === version);
  const parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
    name,
    in: "query",
    schema: { type: name === "force" ? "boolean" : "string" },
  }));
  const responses = { 200: { description: "OK" } };
  const operations = kinds.map((kind) => {
    const { group, version, namespaced } = kind;
    const inNamespace = namespaced ? "namespaces/{namespace}/" : "";
    const gvk = { "x-kubernetes-group-version-kind": { group, version, kind: kind.kind } };
    const patch = { ...gvk, "x-kubernetes-action": "patch", parameters, responses };
    return [`/${path}/${inNamespace}${kind.plural}/{name}`, { patch }];
  });
  return {
    openapi: "3.0.0",
    info: { title: "tkn-dev sandbox", version: "1" },
    paths: Object.fromEntries(operations),
    components: { schemas: {} },
  };
}
