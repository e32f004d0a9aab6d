/** An open exec, whatever protocol carries it. */
import { parseExecStatus } from "../answers.ts";
import { exitCodeOf } from "../frames.ts";
import type { ExecOptions, ExecResult, TerminalSize } from "../interface.ts";
import type { Debug } from "../transport.ts";
import type { ProtocolChoice } from "./protocols.ts";

/** The options of one exec, the way to it, and what prints its lines of `--verbose`. */
export type Options = ExecOptions & {
  readonly protocols?: ProtocolChoice;
  readonly debug?: Debug;
};

/** Receives what the command writes. */
export interface Output {
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
}

/** The connection of one command. */
export interface ExecStream {
  /** Words for `--verbose`. */
  readonly protocol: string;
  /** Whether the client can end stdin while the command runs. */
  readonly canEndStdin: boolean;
  readonly isOpen: boolean;
  /** The number of messages from the server, without answers to pings. */
  readonly received: number;
  /** The number of answers to pings. */
  readonly pongs: number;
  /** The number of bytes that the client has sent, without pings. */
  readonly sentBytes: number;
  /** The number of these that the network has not taken yet. */
  readonly bufferedAmount: number;
  /** Resolves with the Status of the command. Rejects if the connection ends without one. */
  readonly result: Promise<ExecResult>;
  /**
   * Sends bytes of stdin. Resolves once more may be sent, or once the connection has ended. The
   * caller does not change the bytes until then.
   */
  send(bytes: Uint8Array): Promise<void>;
  endStdin(): void;
  /** Asks the server for a sign of life. */
  ping(): void;
  resize(size: TerminalSize): void;
  close(): void;
}

/** The connection of the command, or the node's refusal to run it. */
export type Opened = ExecStream | { readonly notRun: ExecResult };

/** Reads the Status with which a command ends. */
export function resultOf(text: string): ExecResult {
  const status = parseExecStatus(text);
  return { exitCode: exitCodeOf(status), message: status.message ?? "" };
}
