/** The header WWW-Authenticate of a registry. Pure. */

export interface Challenge {
  /** In lower case: "basic", "bearer". */
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

const PARAM = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gy;

/** Reads `Bearer realm="https://…",service="…"`. Fetch joins several headers with commas. */
export function parseChallenges(header: string): Challenge[] {
  const found: Challenge[] = [];
  let at = 0;
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (;;) {
    skip(/[\s,]*/y);
    const scheme = skip(/([\w-]+)(?:\s+|$)(?!=)/y)?.[1];
    if (scheme === undefined) return found;
    const params = new Map<string, string>();
    for (let param = skip(PARAM); param !== null; param = skip(PARAM)) {
      const [, name, quoted, plain] = param;
      params.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain);
      const comma = at;
      skip(/\s*,\s*/y);
      PARAM.lastIndex = at;
      if (!PARAM.test(header)) at = comma;
    }
    found.push({ scheme: scheme.toLowerCase(), params });
  }
}
