/** Writes the texts in tests/golden from the code. Check the diff before you commit it. */
import { helpGoldens } from "../tests/unit/cli/help_goldens.ts";
import { viewGoldens } from "../tests/unit/view/view_goldens.ts";

for (const [name, render] of Object.entries({ ...helpGoldens, ...viewGoldens })) {
  await Deno.writeTextFile(new URL(`../tests/golden/${name}`, import.meta.url), render());
}
