import assert from "node:assert/strict";
import { stampInstaller, stampTask } from "../../../../scripts/release/stamp.ts";

const RELEASES = "https://example.test/owner/name/releases/download";

Deno.test("a release writes its address into the installer", () => {
  const stamped = stampInstaller("#!/bin/sh\nreleases=''\nversion=1\n", RELEASES);
  assert.equal(stamped, `#!/bin/sh\nreleases='${RELEASES}'\nversion=1\n`);
});

Deno.test("a release writes its image into the Task", () => {
  const task = "    - name: image\n      # A release has a default here.\n";
  const stamped = stampTask(task, "ghcr.test/owner/name:1.2.3");
  assert.equal(stamped, "    - name: image\n      default: ghcr.test/owner/name:1.2.3\n");
});

Deno.test("a file without the line for the address is rejected", () => {
  assert.throws(() => stampInstaller("version=1\n", RELEASES), {
    message: `install.sh: it must have the line "releases=''" once`,
  });
});

Deno.test("an address that a shell would read is rejected", () => {
  assert.throws(() => stampInstaller("releases=''\n", "https://$(id)/'"), /is not an address$/);
});
