/** The bench's command line. Pure. */

export interface Options {
  /** Names of cases; empty for all. */
  readonly cases: readonly string[];
  readonly repeat?: number;
  readonly image: string;
  /** An image with git besides. */
  readonly gitImage: string;
  readonly namespace?: string;
}

const USAGE =
  `deno task bench [CASE]... [--repeat N] [--image IMAGE] [--git-image IMAGE] [--namespace NAME]`;

/** Throws for an unknown flag or case. */
export function readOptions(args: readonly string[], names: readonly string[]): Options {
  const cases: string[] = [];
  const flags = new Map<string, string>();
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const [, flag, given] = /^--(repeat|image|git-image|namespace)(?:=(.*))?$/.exec(arg) ?? [];
    const value = flag === undefined ? undefined : given ?? left.shift();
    if (value !== undefined) flags.set(flag, value);
    else if (names.includes(arg)) cases.push(arg);
    else throw new Error(`Cannot read "${arg}": no such case or flag\n${USAGE}`);
  }
  const repeat = flags.has("repeat") ? Number(flags.get("repeat")) : undefined;
  if (repeat !== undefined && !(Number.isInteger(repeat) && repeat > 0)) {
    throw new Error(`Cannot read "--repeat ${flags.get("repeat")}": not a number from 1 on`);
  }
  return {
    cases,
    repeat,
    image: flags.get("image") ?? "localhost/busybox:1",
    gitImage: flags.get("git-image") ?? "localhost/git:1",
    namespace: flags.get("namespace"),
  };
}
