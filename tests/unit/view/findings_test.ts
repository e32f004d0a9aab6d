import assert from "node:assert/strict";
import { type Finding, renderFinding, renderVerdict } from "../../../src/view/findings.ts";
import { styles } from "../../../src/view/text/style.ts";

const PLAIN = styles(false);
const command = "kubectl create rolebinding tkn-dev --clusterrole=edit --user='ada b' -n team";
const DENIED: Finding = {
  check: "rights",
  state: "failure",
  text: "you may not create pods/exec in namespace team",
  command,
};

Deno.test("without a width, a finding and its remedy have a line each", () => {
  assert.equal(
    renderFinding(DENIED, PLAIN),
    `FAILED   rights         ${DENIED.text}\n${" ".repeat(24)}fix: ${command}\n`,
  );
});

Deno.test("on a terminal, lines are broken at words, and a command so that a shell reads it", () => {
  const fix = "ask an administrator";
  const printed = renderFinding({ ...DENIED, fix }, PLAIN, 72);
  assert.equal(
    printed,
    `\
FAILED   rights         you may not create pods/exec in namespace team
                        fix: ask an administrator
                             kubectl create rolebinding tkn-dev \\
                             --clusterrole=edit --user='ada b' -n team
`,
  );
});

Deno.test("on a narrow terminal, the text is below its subject", () => {
  const printed = renderFinding(DENIED, PLAIN, 45);
  assert.equal(
    printed,
    `\
FAILED   rights
  you may not create pods/exec in namespace
  team
  fix: kubectl create rolebinding tkn-dev \\
       --clusterrole=edit --user='ada b' \\
       -n team
`,
  );
});

Deno.test("a command with other quotes stays on one line", () => {
  const odd = `kubectl get pvc $'a\\'b c' -n a-namespace-with-a-very-long-name`;
  assert.ok(renderFinding({ ...DENIED, command: odd }, PLAIN, 45).includes(`fix: ${odd}\n`));
});

Deno.test("text from the cluster is escaped and cannot move the cursor", () => {
  const text = "user \x1b[2J\u202eada\nFAILED";
  assert.equal(
    renderFinding({ check: "identity", state: "ok", text }, PLAIN, 80),
    "ok       identity       user \\x1b[2J\\u202eada\\nFAILED\n",
  );
});

Deno.test("the verdict counts failures and warnings", () => {
  const of = (...states: Finding["state"][]) =>
    renderVerdict(states.map((state) => ({ check: "x", state, text: "" })), PLAIN);
  assert.equal(of("ok", "skipped"), "Ready.\n");
  assert.equal(of("warning"), "Ready, 1 warning.\n");
  assert.equal(of("failure", "warning", "warning"), "1 failed, 2 warnings.\n");
});
