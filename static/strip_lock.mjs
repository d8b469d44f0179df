// Run by `make lock` after npm: leaves names, versions and digests in package-lock.json, and no address of any kind.
import {readFile, writeFile} from "node:fs/promises";

const path = new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(await readFile(path, "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.resolved;
  delete entry.funding;
}
await writeFile(path, JSON.stringify(lock, null, 2) + "\n");
