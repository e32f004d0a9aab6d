/** The cluster behind a proxy on loopback. */
import type { Cluster } from "./cluster.ts";
import { changedKubeconfig } from "./kubeconfig.ts";

interface Proxy extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts the proxy that `open` makes before the API server, and returns it with flags that lead to
 * it. Disposal ends both.
 */
export async function throughProxy<P extends Proxy>(
  cluster: Cluster,
  directory: string,
  open: (server: { hostname: string; port: number }) => P,
) {
  const { hostname, port } = new URL(cluster.kube.server);
  const proxy = open({ hostname, port: Number(port) });
  const flags = await changedKubeconfig(cluster, `${directory}.kubeconfig`, (config) => {
    for (const one of config.clusters) one.cluster.server = `https://127.0.0.1:${proxy.port}`;
  });
  return {
    proxy,
    flags,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await Deno.remove(`${directory}.kubeconfig`);
    },
  };
}
