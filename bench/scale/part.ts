/** A process that runs one part of the benchmark. Its arguments: the part's name, and its arguments as JSON. */
import { parts, type PartName } from './parts/parts.ts';

const [name = '', args = '[]'] = process.argv.slice(2);
const run = parts[name as PartName] as (...given: readonly unknown[]) => Promise<unknown>;
const found = await run(...(JSON.parse(args) as readonly unknown[]));
process.send?.(found, () => process.disconnect());
