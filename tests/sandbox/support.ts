/** A started sandbox and a client of fetch and WebSocket, for the sandbox's tests. */
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { KubeObject } from "../../src/kube/interface.ts";
import { Channel, decodeFrame, encodeFrame, V5 } from "../../src/kube/frames.ts";

export const TEKTON = "/apis/tekton.dev/v1/namespaces/default";
export const CORE = "/api/v1/namespaces/default";

// deno-lint-ignore no-explicit-any
type Json = any;

export interface ExecOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: Json;
}

export class Client implements AsyncDisposable {
  readonly #http: Deno.HttpClient;

  constructor(readonly sandbox: Awaited<ReturnType<typeof startSandbox>>) {
    this.#http = Deno.createHttpClient({ caCerts: [sandbox.ca] });
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.sandbox.token}`, ...init.headers };
    return fetch(this.sandbox.server + path, { ...init, headers, client: this.#http });
  }

  async json(path: string, init: RequestInit = {}): Promise<Json> {
    return await (await this.request(path, init)).json();
  }

  async text(path: string): Promise<string> {
    return await (await this.request(path)).text();
  }

  async create(path: string, object: unknown): Promise<Json> {
    const response = await this.request(path, { method: "POST", body: JSON.stringify(object) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    return answer;
  }

  patch(path: string, patch: unknown): Promise<Json> {
    const headers = { "content-type": "application/merge-patch+json" };
    return this.json(path, { method: "PATCH", headers, body: JSON.stringify(patch) });
  }

  /** Yields the events of a collection, beginning with its current objects. */
  async *watch(collection: string, query = ""): AsyncGenerator<{ type: string; object: Json }> {
    const stop = new AbortController();
    const response = await this.request(`${collection}?watch=1${query}`, { signal: stop.signal });
    try {
      let rest = "";
      for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) yield JSON.parse(line);
      }
    } finally {
      stop.abort();
      await response.body?.cancel().catch(() => {});
    }
  }

  /** Returns the object of that name once the condition holds. */
  async until(
    collection: string,
    name: string,
    isWanted: (object: Json) => boolean,
  ): Promise<Json> {
    for await (const { object } of this.watch(collection, `&fieldSelector=metadata.name=${name}`)) {
      if (isWanted(object)) return object;
    }
    throw new Error(`the watch of ${name} ended`);
  }

  /** Returns a run once it has ended. */
  done(collection: string, name: string): Promise<Json> {
    return this.until(collection, name, (run) => run.status?.completionTime !== undefined);
  }

  /** Runs inline steps as a TaskRun and waits for its end. */
  async runTask(taskSpec: unknown, spec: Record<string, unknown> = {}): Promise<Json> {
    const run = await this.startTask(taskSpec, spec);
    return await this.done(`${TEKTON}/taskruns`, run.metadata.name);
  }

  startTask(taskSpec: unknown, spec: Record<string, unknown> = {}): Promise<Json> {
    return this.create(`${TEKTON}/taskruns`, {
      metadata: { generateName: "run-" },
      spec: { taskSpec, ...spec },
    });
  }

  async runPipeline(spec: unknown): Promise<Json> {
    const run = await this.startPipeline(spec);
    return await this.done(`${TEKTON}/pipelineruns`, run.metadata.name);
  }

  startPipeline(spec: unknown): Promise<Json> {
    return this.create(`${TEKTON}/pipelineruns`, { metadata: { generateName: "run-" }, spec });
  }

  logs(pod: string, container: string, query = ""): Promise<string> {
    return this.text(`${CORE}/pods/${pod}/log?container=${container}${query}`);
  }

  /** Returns the pod of a TaskRun once its first step runs. */
  async runningPod(taskRun: string): Promise<Json> {
    const pod = `${taskRun}-pod`;
    return await this.until(`${CORE}/pods`, pod, (each) => each.status.phase === "Running");
  }

  /** Opens a socket of `…/exec`. */
  async socket(pod: string, container: string, command: string[], protocols = [V5], more = "") {
    const socket = this.#newSocket({ pod, container, command, protocols, more });
    await opened(socket);
    return socket;
  }

  async exec(pod: string, container: string, command: string[], stdin?: string) {
    const socket = this.#newSocket({ pod, container, command, protocols: [V5], more: "" });
    const outcome = outcomeOf(socket); // first, because a refusal comes with the opening
    await opened(socket);
    if (stdin !== undefined) {
      socket.send(encodeFrame(Channel.stdin, new TextEncoder().encode(stdin)));
    }
    socket.send(Uint8Array.of(255, 0));
    return await outcome;
  }

  #newSocket({ pod, container, command, protocols, more }: SocketOptions): WebSocket {
    const words = command.map((word) => `&command=${encodeURIComponent(word)}`).join("");
    const query = `container=${container}&stdin=true&stdout=true&stderr=true${more}${words}`;
    const url = `${this.sandbox.server.replace("https", "wss")}${CORE}/pods/${pod}/exec?${query}`;
    const headers = { authorization: `Bearer ${this.sandbox.token}` };
    const socket = new WebSocket(url, { protocols, headers, client: this.#http });
    socket.binaryType = "arraybuffer";
    return socket;
  }

  async [Symbol.asyncDispose]() {
    await this.sandbox.close();
    this.#http.close();
  }
}

interface SocketOptions {
  readonly pod: string;
  readonly container: string;
  readonly command: string[];
  readonly protocols: string[];
  /** More of the query. */
  readonly more: string;
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
}

/** Collects what arrives on an exec's socket until it closes. */
export function outcomeOf(socket: WebSocket): Promise<ExecOutcome> {
  const text = ["", "", "", ""];
  const decoder = new TextDecoder();
  socket.addEventListener("message", ({ data }) => {
    const { channel, payload } = decodeFrame(new Uint8Array(data))!;
    text[channel] += decoder.decode(payload);
  });
  return new Promise((resolve) =>
    socket.addEventListener("close", () =>
      resolve({
        stdout: text[1],
        stderr: text[2],
        status: text[3] === "" ? undefined : JSON.parse(text[3]),
      }))
  );
}

export async function start(): Promise<Client> {
  return new Client(await startSandbox());
}

/** A step with a shell script. */
export function step(name: string, script: string, more: Record<string, unknown> = {}) {
  return { name, image: "localhost/busybox:1", script, ...more };
}

/** Returns the status, reason and message of the run's condition. */
export function verdict(run: KubeObject) {
  const { conditions } = run.status as { conditions: Json[] };
  const { status, reason, message } = conditions[0];
  return { status, reason, message };
}
