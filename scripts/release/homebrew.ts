/** The formula for Homebrew, from the checksums of a release. Pure. */
import { checksumOf, type Checksums } from "./checksums.ts";
import type { ReleasePlace } from "./krew.ts";
import { archiveName, type Target, TARGETS } from "./targets.ts";

const SYSTEMS = [["darwin", "on_macos"], ["linux", "on_linux"]] as const;
const PROCESSORS = [["arm64", "on_arm"], ["amd64", "on_intel"]] as const;

export function renderFormula(place: ReleasePlace, checksums: Checksums): string {
  const systems = SYSTEMS.map(([os, on]) =>
    `  ${on} do\n${
      PROCESSORS.map(([arch, onProcessor]) => {
        const target = TARGETS.find((one) => one.os === os && one.arch === arch)!;
        return `    ${onProcessor} do\n${download(target, place, checksums)}    end\n`;
      }).join("")
    }  end\n`
  );
  return `class TknDev < Formula
  desc "Run Tekton Pipelines on local code"
  homepage "${place.home}"
  version "${place.version}"
  license "Apache-2.0"

${systems.join("\n")}
  def install
    bin.install "tkn-dev"
    man1.install "tkn-dev.1"
  end

  test do
    assert_match "tkn-dev #{version}", shell_output("#{bin}/tkn-dev version --client")
  end
end
`;
}

function download(target: Target, { files }: ReleasePlace, checksums: Checksums): string {
  return `      url "${files}/${archiveName(target)}"
      sha256 "${checksumOf(checksums, archiveName(target))}"
`;
}
