/**
 * An environment without variables. The library `yaml` reads two (LOG_TOKENS, LOG_STREAM), which
 * unit tests have no permission for, so they import this module first.
 */
import process from "node:process";

Object.defineProperty(process, "env", { value: {} });
