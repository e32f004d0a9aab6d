/** A cluster over the real network. Loaded when one is needed, for it brings the libraries of the kubeconfig. */
import type { Clock, ConnectOptions } from "../host.ts";
import { KubeClient } from "../kube/client.ts";
import type { Kube } from "../kube/interface.ts";
import { loadConnection } from "./kubeconfig.ts";
import { NetworkTransport } from "./network.ts";

export async function connect(options: ConnectOptions, clock: Clock): Promise<Kube> {
  const connection = await loadConnection(options);
  return new KubeClient(new NetworkTransport(connection, clock.delay), connection.namespace);
}
