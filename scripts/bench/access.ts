/** The bench's kubeconfigs: one user, one namespace, and optionally a link in between. */
import { execute } from "./process.ts";

interface Kubeconfig {
  clusters: { cluster: { server: string } }[];
  contexts: { context: { namespace?: string } }[];
}

export class Access {
  private constructor(
    private readonly config: Kubeconfig,
    /** The path of the file. */
    readonly path: string,
  ) {}

  /** A context of KUBECONFIG. Default: the current one. */
  static async open(options: {
    context?: string;
    namespace?: string;
    directory: string;
    signal: AbortSignal;
  }): Promise<Access> {
    const { context, namespace, directory, signal } = options;
    const view = ["kubectl", "config", "view", "--raw", "--flatten", "--minify", "-o", "json"];
    const argv = context === undefined ? view : [...view, "--context", context];
    const config = JSON.parse((await execute(argv, { signal })).stdout) as Kubeconfig;
    if (namespace !== undefined) config.contexts[0].context.namespace = namespace;
    const path = `${directory}/kubeconfig-${context ?? "current"}`;
    await Deno.writeTextFile(path, JSON.stringify(config), { mode: 0o600 });
    return new Access(config, path);
  }

  get namespace(): string {
    return this.config.contexts[0].context.namespace ?? "default";
  }

  get server(): URL {
    return new URL(this.config.clusters[0].cluster.server);
  }

  /**
   * Returns access through a port of this machine. Undefined if the server's certificate would not
   * match.
   */
  async through(port: number): Promise<Access | undefined> {
    const { server } = this;
    if (!["127.0.0.1", "localhost"].includes(server.hostname)) return undefined;
    const config = structuredClone(this.config);
    config.clusters[0].cluster.server = `${server.protocol}//${server.hostname}:${port}`;
    const path = `${this.path}-${port}`;
    await Deno.writeTextFile(path, JSON.stringify(config), { mode: 0o600 });
    return new Access(config, path);
  }
}
