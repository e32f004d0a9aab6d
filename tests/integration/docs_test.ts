/**
 * Checks the documents: their commands run and show what they print, and their links, anchors,
 * paths, tasks and flags exist.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { parseAllDocuments } from "npm:yaml@2.9.1";
import { app } from "../../src/app.ts";
import { PROGRAM } from "../../src/cli/commands.ts";
import { parse } from "../../src/cli/parse.ts";
import { denoHost } from "../../src/deno/host.ts";
import { playUpload } from "../../scripts/docs/upload_session.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { readCast, textOf } from "../support/cast.ts";
import {
  anchorsOf,
  type Block,
  blocksOf,
  commandsOf,
  type Document,
  inlineCode,
  linksOf,
  readDocuments,
  shellWords,
} from "../support/documents.ts";
import { applyGreet, greetCheckout } from "../support/greet_checkout.ts";
import { observedAccess } from "../support/observed_access.ts";
import { shownLines } from "../support/shown_lines.ts";
import { missingLines, runCommand } from "../support/shown_commands.ts";
import { missing, testWith } from "../support/tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const documents = await readDocuments();
const tasks: Record<string, unknown> =
  JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)).tasks;

/** Documents that programs write. */
const WRITTEN = /^docs\/(bench|licenses|reliability|scale)\.md$/;
/** Programs that a block may call and that a machine need not have. */
const NEEDS = ["git", "sh"];
const CONSOLE = "console";
/** Blocks that are data, or code of which a part is shown. */
const NOT_COMMANDS = ["text", "yaml", "ts", "json", "dockerfile"];

const consoles = documents.flatMap((document) =>
  blocksOf(document).filter(({ language }) => language === CONSOLE)
    .map((block) => ({ document, block }))
);

Deno.test("the documents show commands in blocks of a console only", () => {
  const others = documents.filter(({ path }) => !WRITTEN.test(path)).flatMap((document) =>
    blocksOf(document).filter(({ language }) => ![CONSOLE, ...NOT_COMMANDS].includes(language))
      .map(({ line, language }) => `${document.path}:${line}: ${language || "no language"}`)
  );
  assert.deepEqual(others, []);
});

Deno.test("each block of a console has commands, and one that is not run says why", () => {
  const silent = consoles.filter(({ block }) => {
    const why = block.notes.get("not run");
    return commandsOf(block).length === 0 || why !== undefined && why.split(" ").length < 4;
  });
  assert.deepEqual(silent.map(({ document, block }) => `${document.path}:${block.line}`), []);
  assert.ok(consoles.filter(({ block }) => isRun(block)).length >= 15);
});

Deno.test("each command line of tkn-dev in the documents is one that it reads", () => {
  const wrong: string[] = [];
  for (const document of documents) {
    const shown = blocksOf(document).filter(({ language }) => language === CONSOLE)
      .flatMap((block) => commandsOf(block).map(({ text }) => text));
    const named = inlineCode(document);
    const lines = [...shown, ...named].flatMap((line) => {
      const at = line.search(/(?:^|[;&|] *|\buntil )tkn[- ]dev\b/);
      return at < 0 ? [] : [line.slice(at).replace(/^.*?tkn[- ]dev/, "tkn-dev")];
    });
    for (const line of lines) {
      const why = whyUnread(shellWords(line).slice(1));
      if (why !== undefined) wrong.push(`${document.path}: ${line}: ${why}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** Undefined for a command line that the program reads; a text may name a command alone. */
function whyUnread(argv: readonly string[]): string | undefined {
  try {
    parse(argv, PROGRAM);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return message.endsWith(" is missing") || argv[0] === "COMMAND" ? undefined : message;
  }
}

Deno.test("each flag that a guide names is a flag of tkn-dev", () => {
  const flags = PROGRAM.commands.flatMap(({ flags }) =>
    flags.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])])
  );
  const known = new Set([...flags, "-it", "--flag"]);
  const wrong = documents.filter(({ path }) => /^(README|docs\/(guide|limitations))/.test(path))
    .flatMap((document) => inlineCode(document).map((code) => `${document.path}: ${code}`))
    .filter((named) => {
      const [, flag] = /: (--?[a-z][a-z-]*)(?:$|[ =[])/.exec(named) ?? [];
      return flag !== undefined && !known.has(flag) && !known.has(flag.slice(0, 2));
    });
  assert.deepEqual(wrong, []);
});

Deno.test("each task that the documents name is one of deno.json", () => {
  const texts = documents.filter(({ path }) => !WRITTEN.test(path)).map(({ text }) => text);
  const named = texts.flatMap((text) =>
    [...text.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z][\w:]*)/g)].map(([, name]) => name)
  );
  assert.ok(named.length >= 20);
  assert.deepEqual([...new Set(named)].filter((name) => !(name in tasks)), []);
});

Deno.test("each link in the documents leads to a file, and to a heading of it", () => {
  const wrong: string[] = [];
  for (const document of documents) {
    for (const target of linksOf(document)) {
      const [path, anchor] = target.split("#");
      const file = path === ""
        ? document.path
        : new URL(path, `file:///${document.path}`).pathname.slice(1);
      const found = documents.find((one) => one.path === file);
      const leads = existsSync(`${ROOT}${file}`) &&
        (anchor === undefined || found !== undefined && anchorsOf(found).has(anchor));
      if (!leads) wrong.push(`${document.path}: ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** The first words of lines in blocks of text: a tree of folders has paths there. */
function treePaths(document: Document): string[] {
  const texts = blocksOf(document).filter(({ language }) => language === "text");
  return texts.flatMap(({ text }) => text.split("\n").map((line) => line.split(" ")[0]));
}

/** Words of the reasons why blocks are not run: some name a test that does. */
function reasonWords(document: Document): string[] {
  return blocksOf(document).flatMap(({ notes }) => (notes.get("not run") ?? "").split(" "));
}

Deno.test("each path that the documents name exists", () => {
  const PATH =
    /^(?:(?:src|tests|scripts|docs|examples|\.ci)\/[\w./-]+|main\.ts|deno\.(?:json|lock))$/;
  const named = documents.filter(({ path }) => !WRITTEN.test(path)).flatMap((document) =>
    [...inlineCode(document), ...treePaths(document), ...reasonWords(document)]
      .filter((code) => PATH.test(code))
      .map((path) => ({ document, path }))
  );
  assert.ok(named.length >= 50);
  const wrong = named.filter(({ path }) => !existsSync(`${ROOT}${path}`))
    .map(({ document, path }) => `${document.path}: ${path}`);
  assert.deepEqual(wrong, []);
});

/** Files below `directory`, relative to the repository. */
async function* filesOf(directory: string): AsyncGenerator<string, void, undefined> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${directory}`)) {
    if (isDirectory) yield* filesOf(`${directory}/${name}`);
    else yield `${directory}/${name}`;
  }
}

Deno.test("each file that a comment or a README in src names exists", async () => {
  const files = await Array.fromAsync(filesOf("src"));
  const wrong: string[] = [];
  for (const path of files) {
    const text = await Deno.readTextFile(`${ROOT}${path}`);
    if (path.endsWith("/README.md")) {
      const folder = path.slice(0, -"README.md".length);
      const isThere = (name: string) =>
        ["", "src/", folder].some((from) => existsSync(`${ROOT}${from}${name}`)) ||
        files.some((file) => file.startsWith(folder) && file.endsWith(`/${name}`));
      const named = [...text.matchAll(/(?<![\w./-])[\w./-]+\.(?:ts|sh)\b/g)].map(([name]) => name);
      wrong.push(...named.filter((name) => !isThere(name)).map((name) => `${path}: ${name}`));
    }
    const comments = text.split("\n").filter((line) => /^\s*(\/\*\*|\*|\/\/|#)/.test(line)).join(
      "\n",
    );
    const places = comments.matchAll(
      /(?<![\w./-])(?:src|tests|scripts|docs)\/[\w./-]+\.(?:ts|sh|md|yaml)\b/g,
    );
    for (const [place] of places) {
      if (!existsSync(`${ROOT}${place}`)) wrong.push(`${path}: ${place}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** Folders below `directory`, relative to the repository. */
async function* foldersOf(directory: string): AsyncGenerator<string, void, undefined> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${directory}`)) {
    if (!isDirectory) continue;
    yield `${directory}/${name}`;
    yield* foldersOf(`${directory}/${name}`);
  }
}

Deno.test("each folder of src is in the page of the architecture, or in the README above it", async () => {
  const page = documents.find(({ path }) => path === "docs/architecture.md")!;
  const shown = new Set(treePaths(page));
  const missing: string[] = [];
  for await (const folder of foldersOf("src")) {
    if (shown.has(folder)) continue;
    const levels = folder.split("/");
    const isInReadme = levels.slice(2).some((_, at) => {
      const above = `${ROOT}${levels.slice(0, at + 2).join("/")}/README.md`;
      return existsSync(above) &&
        Deno.readTextFileSync(above).includes(`\`${levels[at + 2]}/\``);
    });
    if (!isInReadme) missing.push(folder);
  }
  assert.deepEqual(missing, []);
});

testWith(["groff"], "the man page is one that groff formats without a warning", async () => {
  const args = ["-ww", "-z", "-man", `${ROOT}docs/reference/tkn-dev.1`];
  const { success, stderr } = await new Deno.Command("groff", { args }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.ok(success);
});

Deno.test("README.md has at most 8 KB", async () => {
  assert.ok((await Deno.stat(`${ROOT}README.md`)).size <= 8192);
});

function isRun({ notes }: Block): boolean {
  return !notes.has("not run");
}

for (const document of documents) {
  const blocks = blocksOf(document);
  if (!blocks.some((block) => block.language === CONSOLE && isRun(block))) continue;
  testWith(NEEDS, `the commands in ${document.path} run, and print what it shows`, async () => {
    await runBlocks(document, blocks);
  });
}

/** Runs the commands of a document in order, on a sandbox, in a checkout of examples/greet. */
async function runBlocks({ path }: Document, blocks: readonly Block[]): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "tkn-dev-docs-" });
  await using sandbox = await startSandbox();
  const { kubeconfig } = sandbox;
  try {
    await applyGreet(kubeconfig);
    const { cwd, env } = await greetCheckout({ directory, kubeconfig });
    let lastRun: string | undefined;
    for (const block of blocks) {
      const file = block.notes.get("file");
      if (file !== undefined) {
        await Deno.mkdir(`${cwd}/${file}`.replace(/[^/]*$/, ""), { recursive: true });
        await Deno.writeTextFile(`${cwd}/${file}`, block.text);
      }
      if (block.language !== CONSOLE || !isRun(block)) continue;
      for (const { text, output } of commandsOf(block)) {
        if (/\bdeno(@[\d.]+)? task /.test(text)) continue; // checked by name above
        if (/^kubectl\b/.test(text) && missing("kubectl").length > 0) continue;
        const command = text.replaceAll(/greet-run-\w{5}\b/g, (name) => lastRun ?? name);
        const ran = await runCommand(command, { cwd, env });
        const at = `${path}:${block.line}: ${command}`;
        const expected = Number(block.notes.get("exit code") ?? 0);
        assert.equal(ran.code, expected, `${at}: exit code ${ran.code}\n${ran.output}`);
        const lines = missingLines(output, ran.output);
        assert.deepEqual(lines, [], `${at} printed:\n${ran.output}`);
        lastRun = /greet-run-\w{5}\b/.exec(ran.output)?.[0] ?? lastRun;
      }
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

testWith(["git", "script"], "the picture in README.md shows what tkn-dev prints", async () => {
  const cast = readCast(await Deno.readTextFile(`${ROOT}docs/upload.cast`));
  let played = "";
  await playUpload({
    onOutput: (text) => played += text,
    type: (session, line) => session.type(line),
  });
  const recorded = shownLines(textOf(cast, "o"));
  const now = shownLines(played);
  const advice = "it has changed: run deno task cast:upload, then deno task docs";
  assert.deepEqual(missingLines(recorded, now.join("\n")), [], advice);
  assert.deepEqual(missingLines(now, recorded.join("\n")), [], advice);
});

interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

testWith(
  ["git"],
  "the Role of the guide has the rights that uploads use, and no other",
  async () => {
    const guide = documents.find(({ path }) => path === "docs/guide/least-privilege.md")!;
    const [role] = blocksOf(guide).filter(({ language }) => language === "yaml");
    const [{ rules }] = parseAllDocuments(role.text).map((one) => one.toJS() as { rules: Rule[] });
    const granted = rules.flatMap(({ apiGroups: [group], resources, verbs }) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => `${verb} ${resource}${group === "" ? "" : `.${group}`}`)
      )
    );
    const used = await rightsOfUploads();
    // Used by the websocket, which comes where SPDY is refused.
    used.add("get pods/exec");
    // Among the further rights: without it, a claim counts as there.
    assert.ok(used.delete("get persistentvolumeclaims"));
    assert.deepEqual(granted.toSorted(), [...used].toSorted());
  },
);

async function rightsOfUploads(): Promise<Set<string>> {
  const directory = await Deno.makeTempDir({ prefix: "tkn-dev-docs-" });
  await using sandbox = await startSandbox();
  const { kubeconfig } = sandbox;
  try {
    await applyGreet(kubeconfig);
    const { cwd } = await greetCheckout({ directory, kubeconfig });
    const run = async (...argv: string[]) => {
      assert.equal(await app([...argv, "-k", kubeconfig], quietHost()), 0, argv.join(" "));
    };
    const source = ["-w", "name=source,claimName=greet"];
    return await observedAccess(async () => {
      await run("pipeline", "upload", "greet", cwd, ...source);
      await run("task", "upload", "run-script", cwd, ...source, "-p", "script=test/test.sh");
      const debugged = ["-p", "script=build.sh", "--exec-instead", "true"];
      await run("task", "debug", "run-script", ...source, ...debugged);
      await run("pipeline", "upload", "greet", cwd, ...source, "--no-continue");
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function quietHost() {
  const host = denoHost();
  return { ...host, terminal: { ...host.terminal, out: () => {}, err: () => {} } };
}
