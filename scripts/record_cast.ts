/**
 * Records docs/repair.cast: a terminal session on the cluster of KUBECONFIG, as the user of the
 * context TKN_DEV_TEST_CONTEXT. tests/scenarios/hold/repair_session.ts has what is typed.
 */
import { COLUMNS, playRepair, ROWS, TERM } from "../tests/scenarios/hold/repair_session.ts";
import { type CastEvent, writeCast } from "../tests/support/cast.ts";
import { openCluster } from "../tests/support/cluster.ts";

/** Longer pauses are shortened in the recording. */
const IDLE_SECONDS = 2;
const KEY_MS = 45;
/** The pause before a line is typed, which grows with the text on the screen. */
const LOOK_MS = 500;
const LOOK_MS_PER_CHARACTER = 2;

const kubeconfig = Deno.env.get("KUBECONFIG");
if (kubeconfig === undefined) throw new Error("name a cluster with KUBECONFIG");
const cluster = await openCluster(kubeconfig, { context: Deno.env.get("TKN_DEV_TEST_CONTEXT") });
const startMs = performance.now();
const events: CastEvent[] = [];
let unread = 0;
const directory = await Deno.makeTempDir({ prefix: "tkn-dev-cast-" });
try {
  await playRepair(cluster, {
    directory,
    onOutput(text) {
      unread += text.length;
      record("o", text);
    },
    async type(session, line) {
      await wait(Math.min(LOOK_MS + unread * LOOK_MS_PER_CHARACTER, IDLE_SECONDS * 1000));
      for (const key of line) {
        record("i", key);
        await session.type(key);
        await wait(KEY_MS * (0.5 + Math.random()));
      }
      unread = 0;
    },
  });
} finally {
  await Deno.remove(directory, { recursive: true });
}
const header = {
  width: COLUMNS,
  height: ROWS,
  timestamp: Math.floor(Date.now() / 1000),
  idle_time_limit: IDLE_SECONDS,
  title: "tkn-dev: a Pipeline with a wrong script is held, run, edited, run again and patched",
  env: { SHELL: "/bin/sh", TERM },
};
await Deno.writeTextFile(
  new URL("../docs/repair.cast", import.meta.url),
  writeCast({ header, events }),
);
Deno.exit();

function record(kind: CastEvent[1], text: string): void {
  const seconds = (performance.now() - startMs) / 1000;
  events.push([Number(seconds.toFixed(3)), kind, text]);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
