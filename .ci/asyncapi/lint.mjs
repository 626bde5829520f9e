// Fails where AsyncAPI's own parser finds an error or a warning in the document named.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const INFORMATION = 2; // severities: 0 error, 1 warning, and less

const [file] = process.argv.slice(2);
const { diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
const found = diagnostics.filter(({ severity }) => severity < INFORMATION);
for (const { code, path, message } of found) {
  console.error(`${file}: ${path.join("/")}: ${message} (${code})`);
}
console.log(`${file}: ${found.length} errors and warnings`);
process.exitCode = found.length ? 1 : 0;
