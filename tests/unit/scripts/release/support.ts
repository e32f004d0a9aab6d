/** A release that does not exist: the checksum of the archive number 3 is "333…". */
import { archiveName, TARGETS } from "../../../../scripts/release/targets.ts";

export const MADE_UP = new Map(
  TARGETS.map((target, at) => [archiveName(target), `${at}`.repeat(64)]),
);

export const PLACE = {
  home: "https://example.test/owner/name",
  files: "https://example.test/owner/name/releases/download/v1.2.3",
  version: "1.2.3",
};
