/** Which protocol carries execs. */
import type { ExecProtocol } from "../interface.ts";

const VERBS = { spdy: "create", websocket: "get" } as const;

/** The protocol that the user asks for, or that the first exec of this process finds to work. */
export class ProtocolChoice {
  #chosen: Exclude<ExecProtocol, "auto"> | undefined;
  #hasWorked = false;

  constructor(asked: ExecProtocol = "auto") {
    this.#chosen = asked === "auto" ? undefined : asked;
  }

  /** Undefined until an exec has shown what works. */
  get chosen(): Exclude<ExecProtocol, "auto"> | undefined {
    return this.#chosen;
  }

  /**
   * The verbs on pods/exec: a POST for SPDY is `create`, the GET for a websocket is `get`, to which
   * API servers from 1.35 on add `create`.
   */
  get verbs(): readonly string[] {
    return this.#chosen === undefined ? Object.values(VERBS) : [VERBS[this.#chosen]];
  }

  /** Whether the chosen one has carried an exec: the server and the proxies let it through. */
  get hasWorked(): boolean {
    return this.#hasWorked;
  }

  /** Called once this protocol carries an exec. */
  worked(protocol: Exclude<ExecProtocol, "auto">): void {
    this.#chosen ??= protocol;
    this.#hasWorked = true;
  }
}
