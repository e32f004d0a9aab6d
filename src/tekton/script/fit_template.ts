/**
 * Compares a template with the text that Tekton made from it, to find each variable's value. Pure.
 *
 *     git checkout $(params.revision) && cd $(workspaces.source.path)
 *     git checkout main && cd /workspace/source
 *
 * A text may fit in several ways, `$(params.a) $(params.b)` on `x y z` in two. A value on which all
 * ways agree is known. Otherwise only the text of the whole piece is known.
 */

/** The known values of a template's variables. */
export interface Fit {
  /** Texts by piece of the template: `$(params.a)`, or `$(params.a) $(params.b)`. */
  readonly pieces: ReadonlyMap<string, string>;
  /** Values by `variableName`. */
  readonly values: ReadonlyMap<string, string>;
  /** The names of all variables of the template. */
  readonly names: ReadonlySet<string>;
}

/** A variable of Tekton's, unlike a shell's command substitution: `$(date)` does not match. */
export const VARIABLE =
  /\$\(((?:inputs|outputs|params|workspaces|results|context|credentials|steps?|tasks|finally|artifacts)[.[][\w.\-[\]"'*]*)\)/;

/** Returns one name for all spellings: `params["x"]` and `inputs.params.x` are `params.x`. */
export function variableName(spelling: string): string {
  return spelling.replace(/^inputs\.(?=params\.)/, "")
    .replace(/\[(["'])([\w-]+)\1\]/g, ".$2").replace(/\['([^']*)'\]/g, '["$1"]');
}

/**
 * Returns undefined if the template can't give the text, or if that takes too long to decide.
 * `given` are values known to be right, by `variableName`.
 */
export function fitTemplate(
  template: string,
  filled: string,
  given: ReadonlyMap<string, string> = new Map(),
): Fit | undefined {
  const tokens = tokensOf(template);
  const values = new Map(given);
  let ways: Ways | undefined;
  // A value found in one place narrows the others.
  for (let known = -1; known < values.size;) {
    known = values.size;
    ways = waysThrough(tokens, { filled, values });
    if (ways === undefined) return undefined;
    for (const { from, to, start, end } of settled(ways)) {
      const text = filled.slice(start, end);
      const [{ name, text: reference }] = tokens.slice(from, to);
      if (to === from + 1 && name !== undefined && text !== reference) values.set(name, text);
    }
  }
  if (!hasSolution(tokens, { filled, values, ways: ways! })) return undefined;
  const pieces = new Map<string, string>();
  for (const { from, to, start, end } of settled(ways!)) {
    const part = tokens.slice(from, to);
    if (part.every(({ name }) => name === undefined)) continue;
    pieces.set(part.map(({ text }) => text).join(""), filled.slice(start, end));
  }
  const names = new Set(tokens.flatMap(({ name }) => name ?? []));
  return { pieces, values, names };
}

/** A literal, or a reference with its variable's name. */
interface Token {
  readonly text: string;
  readonly name?: string;
}

function tokensOf(template: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const found of template.matchAll(new RegExp(VARIABLE, "g"))) {
    tokens.push({ text: template.slice(end, found.index) });
    tokens.push({ text: found[0], name: variableName(found[1]) });
    end = found.index + found[0].length;
  }
  tokens.push({ text: template.slice(end) });
  return tokens.filter(({ text }) => text !== "");
}

interface Context {
  readonly filled: string;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Returns the texts that the token can stand for; undefined: any. Tekton may have left a reference
 * unchanged.
 */
function textsOf({ text, name }: Token, values: Context["values"]): string[] | undefined {
  if (name === undefined) return [text];
  const value = values.get(name);
  if (value === undefined) return undefined;
  return value === text ? [text] : [value, text];
}

/** For each border between tokens, the offsets in the text at which it can (1) or can't (0) be. */
type Ways = readonly Uint8Array[];

/** Returns the ways with each reference taken by itself, as if its variable occurred only once. */
function waysThrough(tokens: readonly Token[], { filled, values }: Context): Ways | undefined {
  const ways = Array.from(
    { length: tokens.length + 1 },
    () => new Uint8Array(filled.length + 1),
  );
  ways[0][0] = 1;
  tokens.forEach((token, at) => {
    const [here, next] = [ways[at], ways[at + 1]];
    const texts = textsOf(token, values);
    const first = here.indexOf(1);
    if (first < 0) return;
    if (texts === undefined) next.fill(1, first);
    for (const text of texts ?? []) {
      for (let place = first; place >= 0; place = here.indexOf(1, place + 1)) {
        if (filled.startsWith(text, place)) next[place + text.length] = 1;
      }
    }
  });
  // Backwards: keep only the offsets from which the end can be reached.
  ways[tokens.length].fill(0, 0, filled.length);
  if (ways[tokens.length][filled.length] === 0) return undefined;
  for (let at = tokens.length - 1; at >= 0; at--) {
    const [here, next] = [ways[at], ways[at + 1]];
    const texts = textsOf(tokens[at], values);
    const last = next.lastIndexOf(1);
    for (let place = here.indexOf(1); place >= 0; place = here.indexOf(1, place + 1)) {
      const leads = texts === undefined
        ? place <= last
        : texts.some((text) => filled.startsWith(text, place) && next[place + text.length] === 1);
      if (!leads) here[place] = 0;
    }
  }
  return ways;
}

/** Returns the shortest runs of tokens that have only one possible place. */
function settled(ways: Ways): { from: number; to: number; start: number; end: number }[] {
  const borders = ways.flatMap((places, at) => {
    const place = places.indexOf(1);
    return place === places.lastIndexOf(1) ? [{ at, place }] : [];
  });
  return borders.slice(1).map(({ at, place }, before) => ({
    from: borders[before].at,
    to: at,
    start: borders[before].place,
    end: place,
  }));
}

/** A solution is found quickly; proving that no solution exists can take exponential time. */
const MOST_STEPS = 100_000;

/** Whether there is a way that gives each variable the same value everywhere. */
function hasSolution(
  tokens: readonly Token[],
  { filled, values, ways }: Context & { ways: Ways },
): boolean {
  let steps = 0;
  const search = (at: number, place: number, values: Context["values"]): boolean => {
    if (at === tokens.length) return true;
    if (steps++ > MOST_STEPS) return false;
    const { name, text: reference } = tokens[at];
    const next = ways[at + 1];
    const texts = textsOf(tokens[at], values);
    if (texts !== undefined) {
      return texts.some((text) =>
        filled.startsWith(text, place) && next[place + text.length] === 1 &&
        search(at + 1, place + text.length, values)
      );
    }
    for (let end = next.indexOf(1, place); end >= 0; end = next.indexOf(1, end + 1)) {
      const text = filled.slice(place, end);
      const bound = text === reference ? values : new Map(values).set(name!, text);
      if (search(at + 1, end, bound)) return true;
    }
    return false;
  };
  return search(0, 0, values);
}
