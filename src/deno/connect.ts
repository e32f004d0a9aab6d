/** A cluster over the real network. Loaded when one is needed, for it brings the libraries of the kubeconfig. */
import type { Clock, ConnectOptions } from "../host.ts";
import { KubeClient } from "../kube/client.ts";
import type { Kube } from "../kube/interface.ts";
import type { Debug } from "../kube/transport.ts";
import { loadConnection } from "./kubeconfig.ts";
import { NetworkTransport, orAborted } from "./network.ts";

/** `interrupt` is the user's Ctrl-C: it ends a credential plugin that is waited for, too. */
export async function connect(
  options: ConnectOptions,
  { clock, interrupt, debug }: { clock: Clock; interrupt: AbortSignal; debug?: Debug },
): Promise<Kube> {
  const connection = await orAborted(loadConnection(options, interrupt), interrupt);
  const server = connection.server.replace(/\/\/[^/]*@/, "//");
  debug?.(`server ${server}, namespace ${connection.namespace}`);
  const transport = new NetworkTransport(connection, clock.delay, debug);
  return new KubeClient(transport, connection.namespace, interrupt);
}
