/** Parses lines of /proc/PID/stat, see proc(5). Pure. */

export interface ProcessStat {
  readonly pid: number;
  /** The first 15 characters of the program's name. */
  readonly name: string;
  readonly parent: number;
  /** Times of the process itself, and of its children that have ended. */
  readonly ownTicks: number;
  readonly reapedTicks: number;
  /** Together with the pid, this identifies a process permanently. */
  readonly startTicks: number;
}

/** Linux reports times in this unit, independent of the clock of the kernel. */
export const TICKS_PER_SECOND = 100;

/** Undefined for another line. */
export function parseStat(text: string): ProcessStat | undefined {
  const [begin, end] = [text.indexOf("("), text.lastIndexOf(")")]; // a name may contain both
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

/** Returns the process and all its descendants. */
export function family(root: ProcessStat, all: readonly ProcessStat[]): ProcessStat[] {
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found = [root];
  for (let at = 0; at < found.length; at++) found.push(...children.get(found[at].pid) ?? []);
  return found;
}
