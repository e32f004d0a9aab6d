/** The flags that choose a cluster: -n, -c and -k. */
import type { Flags } from "../../cli/parse.ts";
import type { ConnectOptions } from "../../host.ts";

/** Pure. */
export function connectFlags(flags: Flags): ConnectOptions {
  return {
    namespace: flags.text("namespace"),
    context: flags.text("context"),
    kubeconfig: flags.text("kubeconfig"),
    ...(flags.on("verbose") ? { verbose: true } : {}),
  };
}
