import assert from "node:assert/strict";
import type { ExecOptions, ExecResult } from "../../../src/kube/interface.ts";
import { send } from "../../../src/transfer/send.ts";
import { Digests } from "../../../src/tree/digests.ts";
import { receive } from "../../support/fake_receiver.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { file } from "../../support/tree_text.ts";
import { assertBelow, orRefused } from "../asserts.ts";
import corpus from "../corpus/receiver.json" with { type: "json" };
import { linesOf, number, path, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

interface Input {
  /** The entries that it lists, and those in the record. */
  readonly listing: string;
  readonly record: string;
  /** The answer to the first request for the lock; "" if it is taken. */
  readonly lock: string;
  /** Replaces its receipt; "" for the right one. */
  readonly receipt: string;
  readonly exitCode: number;
}

const NODES = [file("a", "hello"), file("src/b", "hi")];
const entry = fc.tuple(fc.constantFrom("81a4", "41ed", "a1ff"), number, number, number, path);
const recorded = fc.tuple(
  fc.constantFrom("2cf24dba5fb0a30e26e8", "dir", "link"),
  number,
  number,
  path,
);
const receipt = fc.tuple(number, number, text).map((words) => `receipt ${words.join(" ")}`);

const locked = fc.tuple(
  fc.oneof(fc.constantFrom("abcdefghij", "-", "a/../b"), text),
  fc.oneof(fc.constantFrom("writing", "cut", "done"), text),
  number,
  fc.oneof(fc.constantFrom("PipelineRun/r", "Pod/x", "TaskRun/../x"), text),
).map((words) => `locked ${words.join(" ")}`);

/** A line of the client with a path. */
const NAMED = /^(?:look|remove|rmdir|doubt|follow \d+|dir (?:-|[0-7]+) \d+) (.*)$/s;
const WORDS =
  /^(look \.|ask|ping|recall|forget|doubt \.|plain|gzip|lock PipelineRun\/r|break (-|[a-z0-9]{10}))$/;

export const receiverTarget: Target<Input> = {
  name: "receiver",
  claim:
    "the client of a lying receiver names no path outside the target, and compares the receipt",
  inputs: fc.record({
    listing: linesOf(entry.map((words) => words.join(" "))),
    record: linesOf(recorded.map((words) => words.join(" "))),
    lock: fc.oneof(
      { weight: 4, arbitrary: fc.constant("") },
      { weight: 1, arbitrary: linesOf(locked) },
    ),
    receipt: fc.oneof(fc.constant(""), receipt, text),
    exitCode: fc.constantFrom(0, 0, 0, 1, 10, 14, 17, 255),
  }),
  async check({ listing, record, lock, receipt, exitCode }) {
    const heard: string[] = [];
    let said = "";
    const kube = new FakeKube();
    kube.onExec = async (options: ExecOptions): Promise<ExecResult> => {
      const onStdout = (bytes: Uint8Array) => {
        const text = new TextDecoder().decode(bytes);
        if (!text.startsWith("receipt ")) return options.onStdout?.(bytes);
        said = text;
        options.onStdout?.(receipt === "" ? bytes : new TextEncoder().encode(`${receipt}\n`));
      };
      await receive({ ...options, onStdout }, {
        ask: [`gzip\nsha256sum\nlisted\n${listing}\n`],
        lock: lock === "" ? [] : [`${lock}\n`],
        recall: `recorded 1700000000\ntkn-dev record 1\n${record}\n`,
        onLine: (line) => heard.push(line),
      });
      return { exitCode, message: "" };
    };
    const files = new MemoryFiles(NODES);
    const clock = new FakeClock();
    clock.isAutomatic = true;
    const sent = await orRefused(() =>
      send({
        ...{ kube, clock, files, digests: new Digests(files, "/tree"), root: "/tree" },
        ...{ compress: "never", deletes: "auto", release: true, directory: ".", program: ["tar"] },
        entries: NODES.map(({ path, content, mode, mtimeSeconds }) => {
          return { path, kind: "file", sizeBytes: content.length, mode, mtimeSeconds };
        }),
        pause: {
          ...{ namespace: "ns", pod: "p", uid: "u", container: "step-s", image: "i" },
          ...{ step: "s", targetStep: "s", said: [], directory: "/w", gate: "script" },
        },
        record: "/w/record",
        run: { kind: "PipelineRun", name: "r" },
        results: {},
        random: (length) => "r".repeat(length),
        emit: () => {},
        signal: new AbortController().signal,
      })
    );
    for (const line of heard) {
      const path = NAMED.exec(line)?.[1];
      if (path === undefined || WORDS.test(line)) assert.match(line, WORDS);
      else assertBelow(path.replace(/^\.\//, ""));
    }
    if (sent === undefined || receipt === "") return;
    // Without sha256sum it may say "-".
    assert.equal(
      receipt.trim().split(" ").slice(0, 3).join(" "),
      said.trim().split(" ").slice(0, 3).join(" "),
    );
  },
  corpus,
  runs: 1_500,
};
