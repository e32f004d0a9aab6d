/**
 * Connects to a cluster over the real network. Loaded on demand: it imports the kubeconfig
 * libraries.
 */
import type { Clock, ConnectOptions } from "../../host.ts";
import { KubeClient } from "../../kube/client.ts";
import type { Kube } from "../../kube/interface.ts";
import type { Debug } from "../../kube/transport.ts";
import { loadConnection } from "./kubeconfig.ts";
import { NetworkTransport, orAborted } from "./transport.ts";

/** @param interrupt aborts at Ctrl-C, and also ends a credential plugin */
export async function connect(
  options: ConnectOptions,
  { clock, interrupt, debug }: { clock: Clock; interrupt: AbortSignal; debug?: Debug },
): Promise<Kube> {
  const connection = await orAborted(loadConnection(options, interrupt), interrupt);
  const server = connection.server.replace(/\/\/[^/]*@/, "//");
  debug?.(`server ${server}, namespace ${connection.namespace}`);
  const transport = new NetworkTransport(connection, clock.delay, debug);
  return new KubeClient(transport, connection.namespace, interrupt, options.execProtocol);
}
