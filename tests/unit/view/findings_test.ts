import assert from "node:assert/strict";
import { type Finding, renderFinding, renderVerdict } from "../../../src/view/findings.ts";
import { styles } from "../../../src/view/text/style.ts";

const plain = styles(false);

Deno.test("a finding is a line, with its fix below; text of the cluster is escaped", () => {
  const finding: Finding = {
    check: "rights",
    state: "failure",
    text: "you may not \x1b[2J",
    fix: "kubectl",
  };
  assert.equal(
    renderFinding(finding, plain),
    `FAILED   rights         you may not \\x1b[2J\n${" ".repeat(24)}fix: kubectl\n`,
  );
});

Deno.test("the verdict counts failures and warnings", () => {
  const of = (...states: Finding["state"][]) =>
    renderVerdict(states.map((state) => ({ check: "x", state, text: "" })), plain);
  assert.equal(of("ok", "skipped"), "Ready.\n");
  assert.equal(of("warning"), "Ready, 1 warning.\n");
  assert.equal(of("failure", "warning", "warning"), "1 failed, 2 warnings.\n");
});
