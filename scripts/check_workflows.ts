/**
 * Checks the workflows of GitHub Actions by the rules of check_workflows/rules.ts. Exits with 1 on
 * findings.
 *
 *     deno task workflows                   the rules, without a network
 *     deno task workflows --tags            also that each commit is the release in its comment
 *     deno task workflows --tags TEMPLATE   the same, by copies: /mirror/{owner}+{name}
 */
import { type UsedAction, usedActions, workflowFaults } from "./check_workflows/rules.ts";

const DIRECTORY = new URL("../.github/workflows/", import.meta.url).pathname;
const GITHUB = "https://github.com/{owner}/{name}";
const [flag, template = GITHUB] = Deno.args;

const found: string[] = [];
for await (const { name } of Deno.readDir(DIRECTORY)) {
  const text = await Deno.readTextFile(DIRECTORY + name);
  found.push(...workflowFaults(text).map((fault) => `${name}: ${fault}`));
  if (flag !== "--tags") continue;
  for (const action of usedActions(text)) {
    const commit = await commitOf(action);
    if (commit === action.commit) continue;
    const { line, repository, tag } = action;
    found.push(`${name}: line ${line}: ${tag} of ${repository} is ${commit ?? "not there"}`);
  }
}
Deno.stderr.writeSync(new TextEncoder().encode(found.map((one) => `${one}\n`).join("")));
Deno.exit(found.length === 0 ? 0 : 1);

/** The commit of the tag: "tag^{}" for a tag with a message, else "tag". */
async function commitOf({ repository, tag }: UsedAction): Promise<string | undefined> {
  const [owner, name] = repository.split("/");
  const url = template.replace("{owner}", owner).replace("{name}", name);
  const args = ["ls-remote", "--", url, `refs/tags/${tag}`, `refs/tags/${tag}^{}`];
  const { success, stdout } = await new Deno.Command("git", { args, stderr: "inherit" }).output();
  if (!success) return undefined;
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  const commits = new Map(lines.map((line) => line.split("\t").reverse() as [string, string]));
  return commits.get(`refs/tags/${tag}^{}`) ?? commits.get(`refs/tags/${tag}`);
}
