/** Plays src/step/receive.sh: answers requests, reads the archive and prints its receipt. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { ExecOptions, ExecResult } from "../../src/kube/interface.ts";
import { type Member, readTar } from "./tar_text.ts";
import { concat } from "../../src/concat.ts";

export interface Played {
  /** The answers to "ask", one each time, without their last line. */
  readonly ask?: readonly string[];
  readonly recall?: string;
  /** The answers to "lock", one each time; afterwards the lock is taken. */
  readonly lock?: readonly string[];
  /** Called for each line from the client, before the answer. */
  readonly onLine?: (line: string) => void;
  /** Called for each chunk of the archive. */
  readonly onChunk?: (bytes: number) => void;
}

export interface Received extends ExecResult {
  /** The lines before the archive. */
  readonly lines: string[];
  readonly members: Member[];
  readonly manifest: string;
}

export async function receive(options: ExecOptions, played: Played = {}): Promise<Received> {
  const say = (text: string) => options.onStdout?.(new TextEncoder().encode(text));
  const asked = [...played.ask ?? []];
  const locked = [...played.lock ?? []];
  const lines: string[] = [];
  const archive: Uint8Array[] = [];
  let rest = "";
  let packing: string | undefined;
  for await (const chunk of options.stdin!) {
    if (packing !== undefined) {
      archive.push(chunk);
      played.onChunk?.(concat(archive).length);
      continue;
    }
    const heard = (rest + new TextDecoder().decode(chunk)).split("\n");
    rest = heard.pop()!;
    for (const line of heard) {
      lines.push(line);
      played.onLine?.(line);
      if (line === "ask") say(`${asked.shift() ?? "gzip\nsha256sum\nlisted\n"}ready\n`);
      else if (line === "recall") say(`${played.recall ?? ""}ready\n`);
      else if (line.startsWith("lock ")) say(`${locked.shift() ?? ""}ready\n`);
      else if (line === "ping") say("ready\n");
      else if (line === "plain" || line === "gzip") packing = line;
    }
  }
  const bytes = concat(archive);
  const members = readTar(packing === "gzip" ? gunzipSync(bytes) : bytes);
  const { content } = members.at(-1)!;
  const manifest = new TextDecoder().decode(content);
  const [, files, size] = /^files (\d+)\nbytes (\d+)$/m.exec(manifest)!;
  const digest = createHash("sha256").update(content).digest("hex");
  say(`receipt ${files} ${size} ${digest}\n`);
  return { exitCode: 0, message: "", lines, members, manifest };
}
