/** A gateway on loopback that ends TLS before an API server, and has its own way with upgrades. */
import { Authority } from "./certificates.ts";
import type { Cluster } from "./cluster.ts";
import { changedKubeconfig } from "./kubeconfig.ts";

/**
 * The fate of an upgrade: a status answers it, `strip` forwards it as a plain request, `cut`
 * hangs up, `swallow` does nothing, `pass` lets it through.
 */
export type UpgradeFate = number | "strip" | "cut" | "swallow" | "pass";

interface Target {
  readonly hostname: string;
  readonly port: number;
  readonly caCerts: string[];
}

class Gateway implements AsyncDisposable {
  /** The protocols of the upgrades so far: "SPDY/3.1", "websocket". */
  readonly upgrades: string[] = [];
  /** Decides on each upgrade. */
  fate: (protocol: string) => UpgradeFate = () => "pass";
  readonly #open = new Set<Deno.Conn>();
  readonly #listener: Deno.TlsListener;
  readonly #serving: Promise<void>;

  private constructor(
    private readonly target: Target,
    tls: { readonly cert: string; readonly key: string },
    readonly authority: string,
  ) {
    this.#listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...tls });
    this.#serving = this.#accept();
  }

  static async before(target: Target): Promise<Gateway> {
    const authority = await Authority.make("gateway");
    const issued = await authority.issue({ name: "gateway", ips: ["127.0.0.1"] });
    return new Gateway(target, issued, authority.pem);
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close();
    for (const one of this.#open) close(one);
    await this.#serving;
  }

  async #accept(): Promise<void> {
    const all: Promise<void>[] = [];
    try {
      while (true) {
        const client = await this.#listener.accept();
        this.#open.add(client);
        all.push(this.#serve(client).catch(() => {}).finally(() => close(client)));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // closed: the end
    }
    await Promise.all(all);
  }

  /** Each upgrade has a separate connection, so the first head decides. */
  async #serve(client: Deno.TlsConn): Promise<void> {
    const { head, rest } = await readHead(client);
    const protocol = /^upgrade: *(\S+)/im.exec(head)?.[1];
    if (protocol === undefined) return await this.#pass(client, head, rest);
    this.upgrades.push(protocol);
    const fate = this.fate(protocol);
    if (fate === "cut") return;
    if (fate === "swallow") return void await client.read(new Uint8Array(1));
    if (typeof fate === "number") return await refuse(client, fate);
    const passed = fate === "pass" ? head : head.replaceAll(/^(upgrade|connection):.*\r\n/gim, "");
    await this.#pass(client, passed, rest);
  }

  async #pass(client: Deno.TlsConn, head: string, rest: Uint8Array<ArrayBuffer>): Promise<void> {
    const server = await Deno.connectTls({ ...this.target, alpnProtocols: ["http/1.1"] });
    this.#open.add(server);
    try {
      await writeAll(server, new TextEncoder().encode(head));
      await writeAll(server, rest);
      await Promise.race([copy(client, server), copy(server, client)]);
    } finally {
      close(server);
    }
  }
}

async function readHead(client: Deno.TlsConn) {
  const latin1 = new TextDecoder("latin1");
  const buffer = new Uint8Array(1 << 16);
  let length = 0;
  while (true) {
    const read = await client.read(buffer.subarray(length));
    if (read === null) throw new Error("no head");
    length += read;
    const text = latin1.decode(buffer.subarray(0, length));
    const end = text.indexOf("\r\n\r\n") + 4;
    if (end >= 4) return { head: text.slice(0, end), rest: buffer.slice(end, length) };
  }
}

async function refuse(client: Deno.TlsConn, status: number): Promise<void> {
  const body = "<html>no upgrades here</html>";
  const head = `HTTP/1.1 ${status} x\r\nContent-Type: text/html\r\nContent-Length: ${body.length}`;
  await writeAll(client, new TextEncoder().encode(`${head}\r\n\r\n${body}`));
}

async function copy(from: Deno.TlsConn, to: Deno.TlsConn): Promise<void> {
  const buffer = new Uint8Array(1 << 16);
  for (let read; (read = await from.read(buffer)) !== null;) {
    await writeAll(to, buffer.subarray(0, read));
  }
}

async function writeAll(to: Deno.TlsConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // closed already
  }
}

/** Starts a gateway before the API server, and returns it with flags that lead to it. */
export async function throughGateway(cluster: Cluster, directory: string, proxy?: number) {
  const { hostname, port } = new URL(cluster.kube.server);
  const path = `${directory}.kubeconfig`;
  let opened: Gateway | undefined;
  const flags = await changedKubeconfig(cluster, path, async (config) => {
    const [{ cluster: first }] = config.clusters;
    const file = first["certificate-authority"];
    const ca = file === undefined
      ? atob(first["certificate-authority-data"])
      : await Deno.readTextFile(file);
    opened = await Gateway.before({ hostname, port: Number(port), caCerts: [ca] });
    for (const { cluster } of config.clusters) {
      delete cluster["certificate-authority"];
      cluster.server = `https://127.0.0.1:${opened.port}`;
      cluster["certificate-authority-data"] = btoa(opened.authority);
      if (proxy !== undefined) cluster["proxy-url"] = `http://127.0.0.1:${proxy}`;
    }
  });
  const gateway = opened!;
  return {
    gateway,
    flags,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await Deno.remove(path);
    },
  };
}
