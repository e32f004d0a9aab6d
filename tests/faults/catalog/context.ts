/** The objects that a fault can act on during an upload. */
import type { FaultProxy } from "../proxy/fault_proxy.ts";
import type { Progress } from "../trial/progress.ts";
import type { TestNamespace } from "../cluster/test_namespace.ts";

export interface FaultContext {
  readonly proxy: FaultProxy;
  readonly progress: Progress;
  readonly testNamespace: TestNamespace;
  /** The tree of the upload; a copy if the fault changes it. */
  readonly tree: string;
  /** The directory on this machine of the workspace, if the upload goes into a volume. */
  readonly workspace: string;
  /** Signals the client, if it is running. */
  signal(name: Deno.Signal): void;
  /** Starts an upload of another tree into the same directory; resolves once its step is held. */
  startOther(): Promise<void>;
  /** Aborts when the injection is over. */
  readonly over: AbortSignal;
  /** Resolves after that time, or when the injection is over. */
  pause(ms: number): Promise<void>;
}
