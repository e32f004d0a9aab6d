/** The flags that choose a cluster: -n, -c and -k, and whom to act as there. */
import type { Flags } from "../../cli/parse.ts";
import type { ConnectOptions } from "../../host.ts";

/** Pure. */
export function connectFlags(flags: Flags): ConnectOptions {
  const [as, asGroups] = [flags.text("as"), flags.texts("as-group")];
  return {
    namespace: flags.text("namespace"),
    context: flags.text("context"),
    kubeconfig: flags.text("kubeconfig"),
    ...as ? { as } : {},
    ...asGroups.length > 0 ? { asGroups } : {},
    ...(flags.on("verbose") ? { verbose: true } : {}),
  };
}
