/** The reports of a run that other programs read: --junit and --outcome. */
import { dirname } from "node:path";
import { BUG_EXIT_CODE, ExpectedError, Interrupted, OutputError } from "../../errors.ts";
import type { RunEvent } from "../../events.ts";
import { FileError, type Host } from "../../host.ts";
import { JunitReport } from "../../view/junit.ts";
import { type NamedRun, OutcomeReport } from "../../view/outcome_document.ts";
import type { ReportFlags } from "../options/report_flags.ts";
import { printData } from "./print_data.ts";

/** The errors that are in a written outcome. */
const written = new WeakSet<object>();

/** Collects the events for the reports. */
export class Reports {
  readonly #host: Host;
  readonly #junit?: { file: string; report: JunitReport };
  readonly #outcome?: { file: string; report: OutcomeReport };

  constructor(host: Host, { junit, outcome }: Pick<ReportFlags, "junit" | "outcome">) {
    this.#host = host;
    if (junit !== undefined) this.#junit = { file: junit, report: new JunitReport() };
    if (outcome !== undefined) this.#outcome = { file: outcome, report: new OutcomeReport() };
  }

  /** Passes the events on. */
  listening(emit: (event: RunEvent) => void): (event: RunEvent) => void {
    return (event) => {
      this.#junit?.report.add(event);
      this.#outcome?.report.add(event);
      emit(event);
    };
  }

  /** Names the run that the events are about, if the command did not create it. */
  about(run: NamedRun): void {
    this.#outcome?.report.about(run);
  }

  /** Writes a JUnit report, if the run has ended. Throws OutputError. */
  async writeJunit(): Promise<void> {
    const text = this.#junit?.report.render();
    if (text === undefined) return;
    await writeFile(this.#host, { flag: "--junit", file: this.#junit!.file, text });
  }

  /** Throws OutputError. */
  async writeOutcome(exitCode: number, thrown?: unknown): Promise<void> {
    if (this.#outcome === undefined) return;
    const { file, report } = this.#outcome;
    const document = report.document(exitCode, thrown === undefined ? undefined : saidBy(thrown));
    const text = `${JSON.stringify(document, undefined, 2)}\n`;
    if (file === "-") printData(this.#host, text);
    else await writeFile(this.#host, { flag: "--outcome", file, text });
  }
}

/**
 * Throws OutputError for a file without a directory, which would else be found after the run. Other
 * faults show when the file is written.
 */
async function checkPlaces({ files }: Host, { junit, outcome }: ReportFlags): Promise<void> {
  for (const [flag, file] of [["--junit", junit], ["--outcome", outcome]]) {
    const directory = dirname(file ?? ".");
    if (file === "-" || directory === ".") continue;
    const stat = await files.stat(directory).catch(() => ({ kind: "unknown" }));
    if (stat !== undefined) continue;
    throw new OutputError(`Cannot write "${file}": no such directory`, {
      hint: `${flag} FILE names another file`,
    });
  }
}

/**
 * Returns the exit code of `work`, after the reports are written: the outcome even if `work`
 * throws. Throws OutputError.
 */
export async function reported(
  host: Host,
  flags: ReportFlags,
  work: (reports: Reports) => Promise<number>,
): Promise<number> {
  await checkPlaces(host, flags);
  const reports = new Reports(host, flags);
  let code: number;
  try {
    code = await work(reports);
    await reports.writeJunit();
  } catch (error) {
    await writeFailure(host, error, reports);
    throw error;
  }
  await reports.writeOutcome(code);
  return code;
}

/** Writes the outcome of a command that fails, once. Throws OutputError. */
export async function writeFailure(host: Host, thrown: unknown, reports: Reports): Promise<void> {
  if (thrown instanceof Object && written.has(thrown)) return;
  const isOurs = host.interrupt.aborted && thrown === host.interrupt.reason;
  const error = isOurs ? new Interrupted("Interrupted") : thrown;
  await reports.writeOutcome(
    error instanceof ExpectedError ? error.exitCode : BUG_EXIT_CODE,
    error,
  );
  if (thrown instanceof Object) written.add(thrown);
}

function saidBy(error: unknown): { message: string; hint?: string } {
  if (!(error instanceof ExpectedError)) return { message: String(error) };
  const { message, hint } = error;
  return hint === undefined ? { message } : { message, hint };
}

async function writeFile(
  { files }: Host,
  { flag, file, text }: { flag: string; file: string; text: string },
): Promise<void> {
  try {
    await files.writeText(file, text);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new OutputError(`Cannot write "${file}": ${error.state}`, {
      hint: `${flag} FILE names another file`,
      cause: error,
    });
  }
}
