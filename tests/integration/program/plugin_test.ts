/** The program as a plugin of tkn, the real one if it is on the PATH, and of kubectl. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { VERSION } from "../../../src/version.ts";
import { commandLine, environmentWithHome } from "../../support/program.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { missing, testWith } from "../../support/tools.ts";

/** How tkn finds its plugins. */
const STAND_IN = `#!/bin/sh
directory=\${TKN_PLUGINS_DIR:-\${XDG_CONFIG_HOME:-$HOME/.config}/tkn/plugins}
name=tkn-$1
shift
if [ -x "$directory/$name" ]; then exec "$directory/$name" "$@"; fi
exec "$name" "$@"
`;

const options = { ignore: Deno.build.os === "windows" };

function place() {
  const directory = temporaryDirectory();
  const { path } = directory;
  const bin = `${path}/bin`;
  mkdirSync(bin);
  if (missing("tkn").length > 0) writeProgram(`${bin}/tkn`, STAND_IN);
  return {
    path,
    bin,
    run(command: string[], env: Record<string, string> = {}) {
      const { code, stdout, stderr } = new Deno.Command(command[0], {
        args: command.slice(1),
        env: {
          PATH: `${bin}:${Deno.env.get("PATH")}`,
          NO_COLOR: "1",
          ...environmentWithHome(path),
          ...env,
        },
        stdin: "null",
      }).outputSync();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

function writeProgram(path: string, script: string): void {
  writeFileSync(path, script, { mode: 0o755 });
}

/** The program as a file of that name. */
function install(path: string): void {
  const words = commandLine([]).map((word) => `'${word}'`).join(" ");
  writeProgram(path, `#!/bin/sh\nexec ${words} "$@"\n`);
}

for (const where of ["bin", "plugins", ".config/tkn/plugins", "config/tkn/plugins"]) {
  testWith(["sh"], `tkn dev runs the program in ${where}, with its words and exit code`, () => {
    using here = place();
    mkdirSync(`${here.path}/${where}`, { recursive: true });
    install(`${here.path}/${where}/tkn-dev`);
    const env: Record<string, string> = where === "plugins"
      ? { TKN_PLUGINS_DIR: `${here.path}/plugins` }
      : where === "config/tkn/plugins"
      ? { XDG_CONFIG_HOME: `${here.path}/config` }
      : {};
    const { code, stdout } = here.run(["tkn", "dev", "--version"], env);
    assert.equal(code, 0);
    assert.match(stdout, RegExp(`^tkn-dev ${VERSION}\n`));
    const wrong = here.run(["tkn", "dev", "pipeline", "uplaod"], env);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /did you mean tkn-dev pipeline upload\?/);
    assert.match(here.run(["tkn", "dev", "__complete", "pipeline", "up"], env).stdout, /^upload\t/);
  }, options);
}

testWith(["kubectl", "sh"], "kubectl runs the program by a link, and completes it", () => {
  using here = place();
  install(`${here.bin}/tkn-dev`);
  symlinkSync("tkn-dev", `${here.bin}/kubectl-tkn_dev`);
  const completer = '#!/bin/sh\nexec tkn-dev __complete "$@"\n';
  writeProgram(`${here.bin}/kubectl_complete-tkn_dev`, completer);
  for (const name of ["tkn-dev", "tkn_dev"]) {
    const { code, stdout, stderr } = here.run(["kubectl", name, "version", "--client"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, RegExp(`^tkn-dev ${VERSION}\n`));
  }
  const completed = here.run(["kubectl", "__complete", "tkn-dev", "pipeline", "up"]);
  assert.match(completed.stdout, /^upload\t.*\n:4\n/);
}, options);
