import assert from "node:assert/strict";
import { FileError } from "../../../../src/host.ts";
import { findSecrets } from "../../../../src/tree/secrets/find_secrets.ts";
import { holdsSecret, mayHoldSecret } from "../../../../src/tree/secrets/secret_contents.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { file } from "../../../support/tree_text.ts";

const HOLDING: [string, string][] = [
  [".npmrc", "//registry.npmjs.org/:_authToken=npm_s3cret\n"],
  ["web/.npmrc", "registry=https://x\n_auth = czNjcmV0\n"],
  [".npmrc", "registry=https://me:s3cret@registry.example.com/\n"],
  [".yarnrc.yml", "npmRegistries:\n  //x:\n    npmAuthToken: s3cret\n"],
  [".netrc", "machine x\n  login me\n  password s3cret\n"],
  ["_netrc", "machine x login me password s3cret"],
  [".docker/config.json", '{"auths": {"x": {"auth": "bWU6czNjcmV0"}}}'],
  ["home/.docker/config.json", '{"auths":{"x":{"identitytoken":"s3cret"}}}'],
  [".dockercfg", '{"x": {"password": "s3cret"}}'],
  ["pip.conf", "[global]\nindex-url = https://me:s3cret@pypi.example.com/simple\n"],
  [".pypirc", "[pypi]\nusername: __token__\npassword: pypi-s3cret\n"],
  ["settings.xml", "<server><id>x</id><password>s3cret</password></server>"],
  [".m2/settings.xml", "<passphrase>s3cret</passphrase>"],
  [".m2/settings-security.xml", "<settingsSecurity><master>{s3cret}</master></settingsSecurity>"],
  ["deploy/config.json", '{"auths": {"x": {"auth": "bWU6czNjcmV0"}}}'],
  ["NuGet.Config", '<add key="ClearTextPassword" value="s3cret" />'],
  ["gradle.properties", "org.gradle.jvmargs=-Xmx1g\nsigning.password=s3cret\n"],
  [".git-credentials", "https://me:s3cret@example.com\n"],
  [".gitconfig", '[http "https://x/"]\n\textraheader = AUTHORIZATION: basic czNjcmV0\n'],
  [".gitmodules", '[submodule "a"]\n\tpath = a\n\turl = https://s3cret@example.com/a\n'],
  ["testdata/repo.git/config", '[remote "origin"]\n\turl = https://me:s3cret@example.com/a\n'],
  [".cargo/config.toml", '[registries.x]\ntoken = "s3cret"\n'],
  [".bundle/config", '---\nBUNDLE_GEMS__EXAMPLE__COM: "me:s3cret"\n'],
  ["auth.json", '{"http-basic": {"x": {"username": "me", "password": "s3cret"}}}'],
];

const HARMLESS: [string, string][] = [
  [".npmrc", "registry=https://registry.npmjs.org/\nsave-exact=true\n"],
  [".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n# _auth=example\n"],
  [".yarnrc.yml", 'npmAuthToken: "${NPM_TOKEN}"\nnodeLinker: node-modules\n'],
  [".netrc", "machine x\n  login me\n"],
  [".docker/config.json", '{"auths": {"x": {}}, "credsStore": "desktop"}'],
  ["pip.conf", "[global]\nindex-url = https://pypi.example.com/simple\n"],
  ["pip.conf", "[global]\nindex-url = https://${USER}:${TOKEN}@pypi.example.com/simple\n"],
  [".pypirc", "[pypi]\nusername = me\npassword =\n"],
  ["settings.xml", "<settings><localRepository>x</localRepository></settings>"],
  ["settings.xml", "<password>${env.MAVEN_PASSWORD}</password>"],
  ["NuGet.Config", '<add key="ClearTextPassword" value="%NUGET_PASSWORD%" />'],
  ["gradle.properties", "org.gradle.jvmargs=-Xmx1g\nsigning.password=\n# token=x\n"],
  [".gitmodules", '[submodule "a"]\n\tpath = a\n\turl = https://example.com/a\n'],
  ["testdata/repo.git/config", "[core]\n\tbare = true\n"],
  [".cargo/config.toml", "[build]\njobs = 4\n"],
  ["config.json", '{"auth": "s3cret"}'],
];

for (const [path, text] of HOLDING) {
  Deno.test(`a secret is found in ${path} with ${JSON.stringify(text)}`, () => {
    assert(mayHoldSecret(path));
    assert(holdsSecret(path, text));
  });
}

for (const [path, text] of HARMLESS) {
  Deno.test(`no secret is found in ${path} with ${JSON.stringify(text)}`, () => {
    assert(!holdsSecret(path, text));
  });
}

Deno.test("secrets are found by name or by content, of which only the beginning is read", async () => {
  const long = `${" ".repeat(300_000)}//x/:_authToken=s3cret\n`;
  const files = new MemoryFiles([
    file(".env", "x"),
    file(".npmrc", "//x/:_authToken=s3cret\n"),
    file("a/.npmrc", "save-exact=true\n"),
    file("b/.npmrc", long),
    file("c/.npmrc", "//x/:_authToken=s3cret\n"),
  ]);
  files.onTouch = (path) => {
    if (path === "/tree/c/.npmrc") throw new FileError(path, "permission denied");
  };
  const paths = [".env", ".npmrc", "a", "a/.npmrc", "b/.npmrc", "c/.npmrc"];
  const entries = paths.map((path) => {
    return { path, kind: path === "a" ? "directory" as const : "file" as const };
  });
  assert.deepEqual(await findSecrets(files, "/tree", entries), {
    named: [".env"],
    holding: [".npmrc"],
  });
});

Deno.test("the work for a long line is linear", () => {
  for (const sign of [" ", "\n", "$", "://$", '"', "_auth", "password ", "<password>", "=", "{{"]) {
    const long = `https://${sign.repeat(250_000 / sign.length)}`;
    for (const [path] of HOLDING) assert.equal(typeof holdsSecret(path, long), "boolean");
  }
});
