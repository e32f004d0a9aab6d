/** The cluster as its administrator sees it, over connections without faults. */
import { Buffer } from "node:buffer";
import { parse } from "npm:yaml@2.9.1";
import type { Upstream } from "../proxy/link.ts";

export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name?: string;
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    ownerReferences?: unknown[];
  };
  // deno-lint-ignore no-explicit-any
  [key: string]: any;
}

interface Kubeconfig {
  "current-context": string;
  contexts: { name: string; context: { cluster: string; user: string } }[];
  clusters: { name: string; cluster: Record<string, string> }[];
  users: { name: string; user: Record<string, string> }[];
}

export const TEKTON = "/apis/tekton.dev/v1";

export class Admin {
  private constructor(
    readonly upstream: Upstream,
    private readonly config: Kubeconfig,
    private readonly client: Deno.HttpClient,
    private readonly token: string,
  ) {}

  /** Connects as the user of the current context, who must have a token. */
  static async open(kubeconfig: string): Promise<Admin> {
    const config = parse(await Deno.readTextFile(kubeconfig)) as Kubeconfig;
    const { cluster, user } = find(config, config["current-context"]);
    const data = cluster["certificate-authority-data"];
    const ca = data === undefined
      ? await Deno.readTextFile(cluster["certificate-authority"])
      : Buffer.from(data, "base64").toString();
    const { hostname, port } = new URL(cluster.server);
    const upstream = { hostname, port: Number(port), caCerts: [ca] };
    return new Admin(upstream, config, Deno.createHttpClient({ caCerts: [ca] }), user.token);
  }

  /** Returns a kubeconfig of an ordinary user (`dev`, if it exists) through a proxy. */
  kubeconfig({ port, ca, namespace }: { port: number; ca: string; namespace: string }): string {
    const isThere = this.config.contexts.some(({ name }) => name === "dev");
    const { user } = find(this.config, isThere ? "dev" : this.config["current-context"]);
    const data = Buffer.from(ca).toString("base64");
    const cluster = {
      server: `https://127.0.0.1:${port}`,
      "certificate-authority-data": data,
    };
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "faulty", cluster }],
      users: [{ name: "user", user }],
      contexts: [{ name: "faulty", context: { cluster: "faulty", user: "user", namespace } }],
      "current-context": "faulty",
    });
  }

  async request(method: string, path: string, body?: unknown): Promise<Response> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return await fetch(`https://${this.upstream.hostname}:${this.upstream.port}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": type },
      body: body === undefined ? undefined : JSON.stringify(body),
      client: this.client,
    });
  }

  /** Throws unless the server accepts the request. */
  async json(method: string, path: string, body?: unknown): Promise<KubeObject> {
    const response = await this.request(method, path, body);
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    }
    return JSON.parse(text);
  }

  async list(path: string): Promise<KubeObject[]> {
    return (await this.json("GET", path)).items;
  }

  /** Returns undefined if the object does not exist. */
  async get(path: string): Promise<KubeObject | undefined> {
    const response = await this.request("GET", path);
    if (response.ok) return await response.json();
    await response.body?.cancel();
    return undefined;
  }

  /** Creates an object unless it exists. */
  async ensure(path: string, object: KubeObject): Promise<void> {
    const response = await this.request("POST", path, object);
    const text = await response.text();
    if (!response.ok && response.status !== 409) {
      throw new Error(`POST ${path}: ${response.status} ${text.slice(0, 300)}`);
    }
  }

  /** Deletes objects at once, as with `--force`, if they exist. */
  async remove(path: string): Promise<void> {
    const query = "gracePeriodSeconds=0&propagationPolicy=Background";
    const response = await this.request("DELETE", `${path}?${query}`);
    await response.body?.cancel();
  }
}

function find({ contexts, clusters, users }: Kubeconfig, context: string) {
  const named = contexts.find(({ name }) => name === context)!.context;
  return {
    cluster: clusters.find(({ name }) => name === named.cluster)!.cluster,
    user: users.find(({ name }) => name === named.user)!.user,
  };
}
