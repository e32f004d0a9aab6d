/**
 * Create, get, list, watch, update, patch and delete, with the checks and responses of the API
 * server.
 */
import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../kube/interface.ts";
import {
  badRequest,
  invalid,
  methodNotAllowed,
  notFound,
  unfitPatch,
  unsupportedMediaType,
} from "../store/api_error.ts";
import { apiVersionOf, type Kind, NAMESPACES, PODS } from "../store/kinds.ts";
import { jsonPatch, PatchError } from "./json_patch.ts";
import { mergePatch } from "../store/merge_patch.ts";
import { selector } from "./selectors.ts";
import { now, type Store } from "../store/store.ts";
import { isTableWanted, table } from "./tables.ts";
import { admit, admitUpdate } from "../tekton/webhook/admission.ts";
import { watch } from "./watch.ts";

export interface ObjectRequest {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly name?: string;
  readonly request: Request;
  readonly url: URL;
}

export class Objects {
  constructor(private readonly store: Store) {}

  async answer(asked: ObjectRequest): Promise<Response> {
    const { request: { method }, name } = asked;
    if (name === undefined) {
      if (method === "GET") return this.#list(asked);
      if (method === "POST") return await this.#create(asked);
    } else {
      if (method === "GET") return this.#show(asked, this.#get(asked));
      if (method === "PUT") return this.#update(asked, await body(asked));
      if (method === "PATCH") return await this.#patch(asked);
      if (method === "DELETE") return this.#delete(asked);
    }
    throw methodNotAllowed();
  }

  #get({ kind, namespace = "", name }: ObjectRequest): KubeObject {
    return this.store.get(kind, namespace, name!);
  }

  #list(asked: ObjectRequest): Response {
    const { kind, namespace, url, request } = asked;
    const query = url.searchParams;
    const version = String(this.store.version);
    const asTable = isTableWanted(request.headers.get("accept"));
    if (["1", "true"].includes(query.get("watch") ?? "")) {
      const show = (object: KubeObject) =>
        asTable ? table(kind, [object], object.metadata.resourceVersion ?? "") : object;
      const events = watch(this.store, { kind, namespace, query, show });
      return new Response(events, { headers: { "content-type": "application/json" } });
    }
    const items = this.store.list(kind, namespace).filter(selector(query));
    if (asTable) return Response.json(table(kind, items, version));
    return Response.json({
      kind: `${kind.kind}List`,
      apiVersion: apiVersionOf(kind),
      metadata: { resourceVersion: version },
      items,
    });
  }

  async #create(asked: ObjectRequest): Promise<Response> {
    const { kind, url, namespace } = asked;
    if (kind === PODS) throw badRequest("the sandbox makes the pods of TaskRuns only");
    if (namespace !== undefined && this.store.find(NAMESPACES, "", namespace) === undefined) {
      throw notFound(NAMESPACES, namespace);
    }
    const given = await body(asked);
    const { metadata } = given;
    if (!metadata.name && !metadata.generateName) {
      throw invalid(kind, "", "metadata.name", "Required value: name or generateName is required");
    }
    if (metadata.name && !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(metadata.name)) {
      throw invalid(kind, metadata.name, "metadata.name", NAME_RULE(metadata.name));
    }
    const isStrict = url.searchParams.get("fieldValidation") === "Strict";
    const object = admit(kind, { ...given, metadata: { ...metadata, namespace } }, isStrict);
    const isDry = url.searchParams.get("dryRun") === "All";
    const created = isDry ? this.store.prepare(kind, object) : this.store.create(kind, object);
    return this.#show(asked, created, 201);
  }

  #update(asked: ObjectRequest, given: KubeObject): Response {
    const { kind, url } = asked;
    const before = this.#get(asked);
    const object = admitUpdate(kind, before, {
      ...given,
      metadata: { ...given.metadata, namespace: before.metadata.namespace },
    });
    if (given.metadata.name !== before.metadata.name) {
      throw badRequest(
        `the name of the object (${given.metadata.name}) does not match the name on the URL`,
      );
    }
    if (kind === PODS && !isDeepStrictEqual(before.spec, object.spec)) {
      throw invalid(kind, before.metadata.name!, "spec", POD_RULE);
    }
    const isDry = url.searchParams.get("dryRun") === "All";
    return this.#show(asked, isDry ? object : this.store.update(kind, object));
  }

  async #patch(asked: ObjectRequest): Promise<Response> {
    const before = this.#get(asked);
    return this.#update(asked, await patched(before, asked.request));
  }

  #delete(asked: ObjectRequest): Response {
    const { kind, url } = asked;
    const object = this.#get(asked);
    if (url.searchParams.get("dryRun") !== "All") this.#remove(kind, object);
    if (kind === PODS) {
      return Response.json(this.store.find(kind, asked.namespace ?? "", asked.name!) ?? object);
    }
    const { name, uid } = object.metadata;
    const details = { name, group: kind.group || undefined, kind: kind.plural, uid };
    return Response.json({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details,
    });
  }

  /** Deletes an object. A pod gets a deletionTimestamp first, which watches can see. */
  #remove(kind: Kind, { metadata }: KubeObject): void {
    const { namespace = "", name = "" } = metadata;
    if (kind === PODS) {
      const pod = this.store.get(kind, namespace, name);
      this.store.modify(kind, pod, (copy) => copy.metadata.deletionTimestamp = now());
    }
    this.store.delete(kind, namespace, name);
  }

  #show({ kind, request }: ObjectRequest, object: KubeObject, status = 200): Response {
    const asTable = request.method === "GET" && isTableWanted(request.headers.get("accept"));
    return Response.json(
      asTable ? table(kind, [object], object.metadata.resourceVersion ?? "") : object,
      { status },
    );
  }
}

/** The API server lists more fields; the sandbox needs only these. */
const POD_RULE = "Forbidden: pod updates may not change fields other than " +
  "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`";

const NAME_RULE = (name: string) =>
  `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case ` +
  "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

/**
 * Returns the object in the request's body. Throws unless it has the kind and namespace of the
 * path.
 */
async function body({ kind, namespace, request }: ObjectRequest): Promise<KubeObject> {
  const object = await json(request) as KubeObject;
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    throw badRequest("the body of the request is not an object");
  }
  const expected = apiVersionOf(kind);
  if ((object.kind ?? kind.kind) !== kind.kind || (object.apiVersion ?? expected) !== expected) {
    throw badRequest(
      `${object.kind} in version "${object.apiVersion}" cannot be handled as a ${kind.kind}: ` +
        `the API path is for ${expected}, Kind=${kind.kind}`,
    );
  }
  const metadata = object.metadata ?? {};
  if (
    metadata.namespace !== undefined && namespace !== undefined && metadata.namespace !== namespace
  ) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  return { ...object, metadata };
}

async function patched(before: KubeObject, request: Request): Promise<KubeObject> {
  const type = request.headers.get("content-type")?.split(";")[0];
  switch (type) {
    case "application/merge-patch+json":
    // Differs from a merge patch in lists only, which the sandbox's core kinds do not have.
    case "application/strategic-merge-patch+json":
      return mergePatch(before, await json(request)) as KubeObject;
    case "application/json-patch+json":
      return byOperations(before, await json(request));
    default:
      throw unsupportedMediaType(`the sandbox knows no patches of the type ${type}`);
  }
}

function byOperations(before: KubeObject, patch: unknown): KubeObject {
  const isList = Array.isArray(patch) &&
    patch.every((one) => typeof one === "object" && one !== null && !Array.isArray(one));
  if (!isList) throw badRequest("error decoding patch: json: it is no list of objects");
  try {
    const object = jsonPatch(before, patch);
    if (typeof object === "object" && object !== null) return object as KubeObject;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
  }
  throw unfitPatch();
}

async function json(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}
