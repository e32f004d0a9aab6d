/**
 * Records docs/upload.cast, the session of the picture in README.md. `deno task docs` then draws
 * the picture.
 */
import { type CastEvent, writeCast } from "../../tests/support/cast.ts";
import { COLUMNS, playUpload, ROWS, TERM } from "./upload_session.ts";

const KEY_MS = 40;
/** For a look at the screen before the next line. */
const LOOK_MS = 1_500;

const startMs = performance.now();
const events: CastEvent[] = [];
await playUpload({
  onOutput: (text) => record("o", text),
  look: () => wait(LOOK_MS),
  async type(session, line) {
    await wait(LOOK_MS);
    for (const key of line) {
      record("i", key);
      await session.type(key);
      await wait(KEY_MS * (0.5 + Math.random()));
    }
  },
});
const header = {
  width: COLUMNS,
  height: ROWS,
  timestamp: Math.floor(Date.now() / 1000),
  title: "tkn-dev runs a Pipeline on local code: a test fails, the user saves a fix, the test " +
    "passes in place, and the run continues",
  env: { SHELL: "/bin/sh", TERM },
};
await Deno.writeTextFile(
  new URL("../../docs/upload.cast", import.meta.url),
  writeCast({ header, events }),
);

function record(kind: CastEvent[1], text: string): void {
  const seconds = (performance.now() - startMs) / 1000;
  events.push([Number(seconds.toFixed(3)), kind, text]);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
