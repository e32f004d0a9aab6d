/** What is there once a client has ended: when all is over, and what is left. */
import type { FoundRun, Room } from "./room.ts";
import { after, CANCEL_MS, LOOK_MS, PAUSE_SECONDS, SETTLE_MS } from "./times.ts";

/** The runs once none of them can do anything any more, or the time for that is over. */
export async function settled(room: Room, signal: AbortSignal): Promise<FoundRun[]> {
  const limit = Date.now() + PAUSE_SECONDS * 1000 + SETTLE_MS;
  while (true) {
    const runs = await room.runs();
    const isOver = !runs.some(isGoing) && !(await room.pods()).some(isAlive);
    if (isOver || Date.now() > limit || signal.aborted) return runs;
    await after(LOOK_MS);
  }
}

/** Runs that are held though the client has given up, and of which it has said nothing like that. */
export async function forgotten(
  room: Room,
  { stderr, isReleased }: { stderr: string; isReleased: () => boolean },
): Promise<string[]> {
  const logsDrained = ({ name }: FoundRun) =>
    stderr.split("\n").some((line) => line.includes(name) && /\b(may|still)\b/.test(line));
  const limit = Date.now() + CANCEL_MS;
  while (!isReleased()) {
    const untold = (await room.runs()).filter((run) =>
      isGoing(run) && run.state !== "cancelling" && !logsDrained(run)
    );
    if (untold.length === 0 || Date.now() > limit) {
      return untold.map(({ name, state }) => `run ${name} is ${state}, and nobody was told`);
    }
    await after(LOOK_MS);
  }
  return [];
}

/** Of runs that are over by right, the first one ours. */
export async function leftOvers(room: Room, runs: readonly FoundRun[]): Promise<string[]> {
  const others = runs.slice(1).filter(({ state }) => state === "succeeded" || state === "failed");
  const pods = (await room.pods()).filter(isAlive);
  return [
    ...runs.filter(isGoing).map(({ name, state }) => `run ${name} is ${state}`),
    ...others.map(({ name }) => `a second run, ${name}`),
    ...pods.map(({ metadata, status }) => `pod ${metadata.name} is ${status.phase}`),
    ...await room.extras(),
  ];
}

export function isGoing({ state }: FoundRun): boolean {
  return state === "pending" || state === "running" || state === "cancelling";
}

/** One that is being deleted ends by itself. */
function isAlive(
  { status, metadata }: { status?: { phase?: string }; metadata: { deletionTimestamp?: string } },
): boolean {
  return (status?.phase === "Running" || status?.phase === "Pending") &&
    metadata.deletionTimestamp === undefined;
}
