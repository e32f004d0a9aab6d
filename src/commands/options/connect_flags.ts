/** The flags that choose a cluster: -n, -c and -k. */
import type { Flags } from "../../cli/parse.ts";
import type { ConnectOptions } from "../../host.ts";

/** Pure. An empty value is that of a variable that is not set: no value, as in kubectl and tkn. */
export function connectFlags(flags: Flags): ConnectOptions {
  return {
    namespace: flags.text("namespace") || undefined,
    context: flags.text("context") || undefined,
    kubeconfig: flags.text("kubeconfig") || undefined,
    ...(flags.on("verbose") ? { verbose: true } : {}),
  };
}
