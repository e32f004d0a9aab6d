/** The manifest for krew, the plugin manager of kubectl, from the checksums of a release. Pure. */
import { checksumOf, type Checksums } from "./checksums.ts";
import { archiveName, nameInArchive, type Target, TARGETS } from "./targets.ts";

export interface ReleasePlace {
  /** The repository, for example https://github.com/owner/name. */
  readonly home: string;
  /** The URL of the files of this release. */
  readonly files: string;
  /** For example 0.1.0. */
  readonly version: string;
}

export function renderKrew(place: ReleasePlace, checksums: Checksums): string {
  return `apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: tkn-dev
spec:
  version: v${place.version}
  homepage: ${place.home}
  shortDescription: Run Tekton Pipelines on local code
  description: |
    Runs a Tekton Pipeline or Task on the code in the working directory, with no
    commit and no push: the upload stands in for the task that fetches the source.
    Holds a step where it fails and opens a shell in its container.
  platforms:
${TARGETS.map((target) => platform(target, place, checksums)).join("")}`;
}

function platform(target: Target, { files }: ReleasePlace, checksums: Checksums): string {
  return `    - selector:
        matchLabels:
          os: ${target.os}
          arch: ${target.arch}
      uri: ${files}/${archiveName(target)}
      sha256: "${checksumOf(checksums, archiveName(target))}"
      bin: ${nameInArchive(target)}
`;
}
