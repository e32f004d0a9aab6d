/** The client of an exec, whatever protocol it speaks. */
import type { Status } from "../../../kube/interface.ts";

export interface ExecRequest {
  readonly command: string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface ExecClient {
  /** Resolves once output may be sent, or the connection has ended. */
  readonly opened: Promise<void>;
  readonly isOpen: boolean;
  /** Called once, before anything arrives. */
  listen(listener: ExecListener): void;
  /** Resolves once more may be sent, or the connection has ended. */
  send(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void>;
  /** Sends the Status with which the command ends, and ends the connection. */
  end(status: Status): void;
}

export interface ExecListener {
  stdin(bytes: Uint8Array): void;
  /** The client ends stdin, or the connection is lost. */
  stdinEnded(): void;
  /** @param payload JSON */
  resized(payload: Uint8Array): void;
}

/**
 * Upgrades the connection of a request. A websocket is open before the node is asked, SPDY is not.
 */
export interface Upgrader {
  readonly protocol: "spdy" | "websocket";
  upgrade(exec: ExecRequest, start: (client: ExecClient) => void): Response;
}
