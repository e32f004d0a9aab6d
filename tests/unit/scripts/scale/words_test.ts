import assert from "node:assert/strict";
import { fillPage } from "../../../../scripts/scale/words.ts";

Deno.test("only the text between the markers is replaced", () => {
  const page = "# Title\n\n<!-- begin measured -->\n\nold\n\n<!-- end measured -->\n\nprose\n";
  assert.equal(fillPage(page, "new"), page.replace("old", "new"));
  assert.throws(() => fillPage("# Title", "new"), /Cannot fill/);
});
