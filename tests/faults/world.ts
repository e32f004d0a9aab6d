/** What a fault can reach while an upload goes on. */
import type { FaultProxy } from "./proxy/fault_proxy.ts";
import type { Seen } from "./seen.ts";
import type { Room } from "./room.ts";

export interface World {
  readonly proxy: FaultProxy;
  readonly seen: Seen;
  readonly room: Room;
  /** The tree that is uploaded; a fault that changes it has a copy. */
  readonly tree: string;
  /** Of an upload into a volume: the directory on this machine that is the workspace. */
  readonly workspace: string;
  /** Signals the client, if it lives. */
  signal(name: Deno.Signal): void;
  /** Starts another upload of another tree into the same place; resolves once its step holds. */
  startOther(): Promise<void>;
  /** Aborts when the injection is over. */
  readonly over: AbortSignal;
  /** Resolves after that time, or when the injection is over. */
  pause(ms: number): Promise<void>;
}
