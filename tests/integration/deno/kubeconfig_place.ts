/** A directory with kubeconfigs, for tests. */
import { chmodSync, writeFileSync } from "node:fs";
import type { ConnectOptions } from "../../../src/host.ts";
import {
  type Connection,
  type Credentials,
  loadConnection,
} from "../../../src/deno/network/kubeconfig.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

export interface Parts {
  server?: string;
  cluster?: Record<string, unknown>;
  user?: Record<string, unknown>;
  context?: Record<string, unknown>;
  current?: string;
}

/** Returns a kubeconfig in which each entry is named `name`. */
export function config(
  name: string,
  { server, cluster, user, context, current = name }: Parts = {},
) {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": current,
    clusters: [{ name, cluster: { server: server ?? `https://${name}.test`, ...cluster } }],
    users: [{ name, user: user ?? { token: `token-of-${name}` } }],
    contexts: [{ name, context: { cluster: name, user: name, ...context } }],
  });
}

export class Place implements Disposable {
  readonly #directory = temporaryDirectory();
  readonly #before = ["KUBECONFIG", "HOME"].map((name) => [name, Deno.env.get(name)] as const);

  constructor() {
    Deno.env.delete("KUBECONFIG");
    Deno.env.set("HOME", this.path("nobodys-home"));
  }

  path(name: string): string {
    return `${this.#directory.path}/${name}`;
  }

  write(name: string, text: string, mode = 0o600): string {
    const path = this.path(name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  [Symbol.dispose](): void {
    for (const [name, value] of this.#before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    this.#directory[Symbol.dispose]();
  }
}

/** Returns the server, namespace and authorization of the connection. */
export async function connected(options: ConnectOptions = {}) {
  const connection = await loadConnection(options);
  return [connection.server, connection.namespace, await authorization(connection)];
}

/** Returns the header of the credentials, which are other ones than the refused. */
export async function authorization(
  { credentials }: Connection,
  refused?: Credentials,
): Promise<string | undefined> {
  const { headers } = await credentials(refused);
  return headers.find(([name]) => name === "Authorization")?.[1];
}
