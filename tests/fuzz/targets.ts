/** All targets in the order in which they run. */
import type { AnyTarget } from "./target.ts";
import { againTarget } from "./targets/again.ts";
import { argvTarget } from "./targets/argv.ts";
import { checkoutTarget } from "./targets/checkout.ts";
import { createTarget } from "./targets/create.ts";
import { credentialsTarget } from "./targets/credentials.ts";
import { execTarget } from "./targets/exec.ts";
import { execSpdyTarget } from "./targets/exec_spdy.ts";
import { framesTarget } from "./targets/frames.ts";
import { heldLineTarget } from "./targets/held_line.ts";
import { ignoreTarget } from "./targets/ignore.ts";
import { kubeconfigTarget } from "./targets/kubeconfig.ts";
import { listingTarget } from "./targets/listing.ts";
import { logGarbageTarget, logLinesTarget } from "./targets/log_lines.ts";
import { loweringTarget, webhookTarget } from "./targets/lowering.ts";
import { pathBytesTarget } from "./targets/path_bytes.ts";
import { receiptTarget } from "./targets/receipt.ts";
import { receiverTarget } from "./targets/receiver.ts";
import { recordTarget } from "./targets/record.ts";
import { challengeTarget, imageNameTarget, layerTarget } from "./targets/registry.ts";
import { sanitizeTarget } from "./targets/sanitize.ts";
import { spdyNoiseTarget, spdyTarget } from "./targets/spdy.ts";
import { statusTarget } from "./targets/status.ts";
import { tarHeadersTarget } from "./targets/tar_headers.ts";
import { watchTarget } from "./targets/watch.ts";

export const TARGETS: readonly AnyTarget[] = [
  framesTarget,
  spdyTarget,
  spdyNoiseTarget,
  statusTarget,
  execTarget,
  execSpdyTarget,
  watchTarget,
  logLinesTarget,
  logGarbageTarget,
  recordTarget,
  listingTarget,
  receiverTarget,
  receiptTarget,
  checkoutTarget,
  heldLineTarget,
  pathBytesTarget,
  tarHeadersTarget,
  ignoreTarget,
  credentialsTarget,
  imageNameTarget,
  challengeTarget,
  layerTarget,
  sanitizeTarget,
  argvTarget,
  againTarget,
  createTarget,
  kubeconfigTarget,
  loweringTarget,
  webhookTarget,
];
