import { tellShare } from "./scenarios.ts";

await tellShare(import.meta.url);
