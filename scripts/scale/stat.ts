/** Lines of /proc/PID/stat, see proc(5). Pure. */

export interface ProcessStat {
  readonly pid: number;
  /** The program's name, at most 15 characters of it. */
  readonly name: string;
  readonly parent: number;
  /** Its own, and that of its children that have ended. */
  readonly ownTicks: number;
  readonly reapedTicks: number;
  /** With the pid it names a process for good. */
  readonly startTicks: number;
}

/** Of a second: what Linux tells to programs, whatever its own clock does. */
export const TICKS_PER_SECOND = 100;

/** Undefined where it is no such line. */
export function parseStat(text: string): ProcessStat | undefined {
  const [begin, end] = [text.indexOf("("), text.lastIndexOf(")")]; // a name may have both
  const fields = text.slice(end + 2).split(" ");
  if (begin < 0 || end < begin || fields.length < 20) return undefined;
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid: Number(text.slice(0, begin)),
    name: text.slice(begin + 1, end),
    parent: field(4),
    ownTicks: field(14) + field(15),
    reapedTicks: field(16) + field(17),
    startTicks: field(22),
  };
}

/** The process and all that descend from it. */
export function family(root: ProcessStat, all: readonly ProcessStat[]): ProcessStat[] {
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found = [root];
  for (let at = 0; at < found.length; at++) found.push(...children.get(found[at].pid) ?? []);
  return found;
}
