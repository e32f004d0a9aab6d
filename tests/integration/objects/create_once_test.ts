/** Creates a run over a real network that cuts the connection at the worst moment: HTTP/1.1, 2. */
import assert from "node:assert/strict";
import { denoHost } from "../../../src/deno/host.ts";
import { NetworkTransport } from "../../../src/deno/network/transport.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import type { KubeObject } from "../../../src/kube/interface.ts";
import { createOnce } from "../../../src/objects/create_once.ts";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { TASK_RUNS } from "../../../src/tekton/model.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";

const { clock, random, interrupt } = denoHost();
const certificates = await makeCertificates();

/** An API server with one kind, behind a proxy that cuts connections on request. */
class Server implements AsyncDisposable {
  readonly runs = new Map<string, KubeObject>();
  /** The number of create requests. */
  posts = 0;
  /** The accident of the first create request. */
  accident: (server: Server, create: () => Response) => Promise<Response> | Response = (
    _,
    create,
  ) => create();
  readonly proxy: FaultyProxy;
  readonly #listener: Deno.HttpServer<Deno.NetAddr>;

  constructor(private readonly isTls: boolean) {
    const { cert, key } = certificates;
    const where = { hostname: "127.0.0.1", port: 0, onListen() {} };
    const answer = (request: Request) => this.#answer(request);
    this.#listener = isTls
      ? Deno.serve({ ...where, cert, key }, answer)
      : Deno.serve(where, answer);
    this.proxy = new FaultyProxy({ hostname: "127.0.0.1", port: this.#listener.addr.port });
  }

  connect(): KubeClient {
    const connection = {
      server: `${this.isTls ? "https" : "http"}://127.0.0.1:${this.proxy.port}`,
      namespace: "default",
      tls: { ca: [certificates.ca] },
      credentials: () => Promise.resolve({ headers: [] }),
    };
    return new KubeClient(new NetworkTransport(connection, clock.delay), "default");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.#listener.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const name = new URL(request.url).pathname.split("/taskruns/")[1];
    if (request.method === "GET") {
      const found = this.runs.get(name);
      return found === undefined ? failure(404, "not found") : Response.json(found);
    }
    const object: KubeObject = await request.json();
    object.metadata.uid = `uid-${this.posts}`;
    this.posts += 1;
    const create = () => {
      const { name } = object.metadata;
      if (this.runs.has(name!)) return failure(409, `taskruns "${name}" already exists`);
      this.runs.set(name!, object);
      return Response.json(object, { status: 201 });
    };
    return this.posts === 1 ? await this.accident(this, create) : create();
  }
}

function failure(code: number, message: string): Response {
  return Response.json({ kind: "Status", code, message }, { status: code });
}

const ACCIDENTS: Record<string, Server["accident"]> = {
  "before it was carried out": ({ proxy }) => {
    proxy.cutAll();
    return failure(503, "nobody hears this");
  },
  "after it was carried out": ({ proxy }, create) => {
    const answer = create();
    proxy.cutAll();
    return answer;
  },
  "in the middle of its answer": ({ proxy }, create) => {
    create();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(`{ "metadata": `));
      },
      pull() {
        setTimeout(() => proxy.cutAll(), 50); // after the beginning has arrived
        return new Promise(() => {});
      },
    });
    return new Response(body, { status: 201 });
  },
  "by a gateway that says so": (_, create) => {
    create();
    return new Response("gateway timeout", { status: 504 });
  },
};

for (const protocol of ["HTTP/1.1", "HTTP/2"]) {
  for (const [when, accident] of Object.entries(ACCIDENTS)) {
    Deno.test({
      name: `over ${protocol} a creation that is cut off ${when} makes one run, which is known`,
      // Cut connections and their bodies end only at a garbage collection.
      sanitizeResources: false,
      sanitizeOps: false,
      async fn() {
        await using server = new Server(protocol === "HTTP/2");
        server.accident = accident;
        const kube = server.connect();
        await kube.get(TASK_RUNS, "default", "none").catch(() => {}); // opens a connection, which is reused
        const run: KubeObject = { metadata: { generateName: "r-", namespace: "default" } };
        const created = await createOnce({ kube, clock, random, interrupt }, TASK_RUNS, run);
        assert.deepEqual([...server.runs.keys()], [created.metadata.name]);
      },
    });
  }
}
