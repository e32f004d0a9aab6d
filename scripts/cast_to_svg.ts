/**
 * Draws a recorded session (asciicast v2) as an SVG that plays in a loop. The same recording gives
 * the same bytes.
 *
 *     cast_to_svg.ts [--check] CAST SVG     --check: writes nothing, fails if SVG differs
 */
import { readCast } from "../tests/support/cast.ts";
import { playCast } from "./docs/cast_screen.ts";
import { castSvg } from "./docs/cast_svg.ts";

/** The longest wait for the next line when the picture plays. */
const IDLE_MS = 1_600;
const FRAME_MS = 150;

/** The SVG of a recording. */
export function svgOfCast(text: string): string {
  const cast = readCast(text);
  const played = playCast(cast, { idleMs: IDLE_MS, frameMs: FRAME_MS });
  const description = String(cast.header.title ?? "A terminal session");
  return castSvg(played, { description, title: "tkn-dev" });
}

if (import.meta.main) {
  const [castPath, svgPath] = Deno.args.filter((word) => word !== "--check");
  const svg = svgOfCast(await Deno.readTextFile(castPath));
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(svgPath, svg);
  else if (svg !== await Deno.readTextFile(svgPath).catch(() => "")) {
    // deno-lint-ignore no-console
    console.error(`${svgPath}: not the picture of ${castPath}; run: deno task readme`);
    Deno.exit(1);
  }
}
