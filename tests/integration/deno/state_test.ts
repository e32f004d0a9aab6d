import assert from "node:assert/strict";
import { openState } from "../../../src/deno/files/state.ts";
import { statePlace } from "../../../src/deno/files/state_place.ts";
import { FileError } from "../../../src/host.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const NAME = "0a1b.json";

function envOf(variables: Record<string, string>) {
  return { get: (name: string): string | undefined => variables[name] };
}

function stateIn(home: string) {
  return openState(envOf({ XDG_STATE_HOME: home }));
}

async function namesIn(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(() => "no error", (error) => error);
  assert.ok(error instanceof FileError, `${error}`);
  return error.state;
}

/** Variables, the system, and the directory. */
const PLACES: [Record<string, string>, typeof Deno.build.os, string | undefined][] = [
  [{ HOME: "/home/ada" }, "linux", "/home/ada/.local/state/tkn-dev"],
  [{ HOME: "/home/ada", XDG_STATE_HOME: "/x/" }, "linux", "/x/tkn-dev"],
  [{ HOME: "/home/ada", XDG_STATE_HOME: "x" }, "linux", "/home/ada/.local/state/tkn-dev"],
  [{ HOME: "/home/ada", XDG_STATE_HOME: "" }, "linux", "/home/ada/.local/state/tkn-dev"],
  [{ HOME: "/" }, "linux", "/.local/state/tkn-dev"],
  [{ HOME: "" }, "linux", undefined],
  [{}, "linux", undefined],
  [{ HOME: "home" }, "linux", undefined],
  [{ HOME: "/Users/ada" }, "darwin", "/Users/ada/Library/Application Support/tkn-dev"],
  [{ HOME: "/Users/ada", XDG_STATE_HOME: "/x" }, "darwin", "/x/tkn-dev"],
  [
    { LOCALAPPDATA: "C:\\Users\\ada\\AppData\\Local" },
    "windows",
    "C:\\Users\\ada\\AppData\\Local/tkn-dev",
  ],
  [{ LOCALAPPDATA: "C:", HOME: "/home" }, "windows", undefined],
  [{ XDG_STATE_HOME: "D:\\state\\" }, "windows", "D:\\state/tkn-dev"],
];

Deno.test("the place is that of the XDG specification, or of the system", () => {
  for (const [variables, os, place] of PLACES) {
    assert.equal(statePlace(envOf(variables), os), place, JSON.stringify(variables));
  }
});

Deno.test("a text is read as it was written, and only its owner may read it", async () => {
  using home = temporaryDirectory();
  const state = stateIn(`${home.path}/new/place`);
  assert.equal(await state.read(NAME), undefined);
  await state.write(NAME, "one\n");
  await state.write(NAME, "two ä\n");
  assert.equal(await state.read(NAME), "two ä\n");
  const modes = [`${state.directory}`, `${state.directory}/${NAME}`]
    .map((path) => (Deno.lstatSync(path).mode! & 0o777).toString(8));
  assert.deepEqual(modes, ["700", "600"]);
  assert.deepEqual(await namesIn(state.directory!), [NAME]);
});

Deno.test("without a home nothing is read, and writing is an error", async () => {
  const state = openState(envOf({}));
  assert.equal(await state.read(NAME), undefined);
  assert.equal(await refusal(state.write(NAME, "x")), "is not set");
});

Deno.test("a link is not followed, neither to read nor to write", async () => {
  using home = temporaryDirectory();
  const state = stateIn(home.path);
  await Deno.writeTextFile(`${home.path}/secret`, "kept");
  await Deno.mkdir(state.directory!);
  await Deno.symlink(`${home.path}/secret`, `${state.directory}/${NAME}`);
  assert.equal(await refusal(state.read(NAME)), "is a symbolic link");
  await state.write(NAME, "x");
  assert.equal(await state.read(NAME), "x");
  assert.equal(await Deno.readTextFile(`${home.path}/secret`), "kept");
});

Deno.test("a file that others can write to is not read", async () => {
  using home = temporaryDirectory();
  const state = stateIn(home.path);
  await state.write(NAME, "x");
  for (const mode of [0o620, 0o602]) {
    await Deno.chmod(`${state.directory}/${NAME}`, mode);
    assert.equal(await refusal(state.read(NAME)), "others can write to it");
  }
  await Deno.chmod(`${state.directory}/${NAME}`, 0o644);
  assert.equal(await state.read(NAME), "x");
});

Deno.test({
  name: "a file of another user is not read",
  ignore: Deno.uid() !== 0, // only root can give a file away
  async fn() {
    using home = temporaryDirectory();
    const state = stateIn(home.path);
    await state.write(NAME, "x");
    await Deno.chown(`${state.directory}/${NAME}`, 1000, 1000);
    assert.equal(await refusal(state.read(NAME)), "belongs to another user");
  },
});

Deno.test("a FIFO, a directory and a large file are not read", async () => {
  using home = temporaryDirectory();
  const state = stateIn(home.path);
  const path = `${state.directory}/${NAME}`;
  await Deno.mkdir(path, { recursive: true });
  assert.equal(await refusal(state.read(NAME)), "is no file");
  await Deno.remove(path);
  await new Deno.Command("mkfifo", { args: ["-m", "600", path] }).output();
  assert.equal(await refusal(state.read(NAME)), "is no file");
  await Deno.remove(path);
  await Deno.writeTextFile(path, "x".repeat(64 * 1024 + 1), { mode: 0o600 });
  assert.equal(await refusal(state.read(NAME)), "is too large");
  assert.equal(
    await refusal(state.write(NAME, "x".repeat(64 * 1024 + 1))),
    "it would be too large",
  );
});

Deno.test("the oldest files go, and files of others stay", async () => {
  using home = temporaryDirectory();
  const state = stateIn(home.path);
  await Deno.mkdir(state.directory!);
  const put = async (name: string, daysOld: number) => {
    const path = `${state.directory}/${name}`;
    await Deno.writeTextFile(path, "x");
    const time = new Date(Date.now() - daysOld * 86_400_000);
    await Deno.utime(path, time, time);
  };
  for (let at = 1; at <= 203; at++) await put(`${at}.json`, at);
  await put("notes.txt", 999);
  await put("5.json.0-1.tmp", 1);
  await put("6.json.0-1.tmp", 0);
  await state.write(NAME, "x");
  const names = await namesIn(state.directory!);
  assert.equal(names.filter((name) => name.endsWith(".json")).length, 200);
  for (const name of [NAME, "1.json", "199.json", "notes.txt", "6.json.0-1.tmp"]) {
    assert.ok(names.includes(name), name);
  }
  for (const name of ["200.json", "203.json", "5.json.0-1.tmp"]) {
    assert.ok(!names.includes(name), name);
  }
});

Deno.test("of many writers at once, one whole text stays", async () => {
  using home = temporaryDirectory();
  const texts = Array.from({ length: 20 }, (_, at) => `${at}`.repeat(5_000));
  const state = stateIn(home.path);
  await Promise.all(texts.map((text) => state.write(NAME, text)));
  assert.ok(texts.includes((await state.read(NAME))!));
});
