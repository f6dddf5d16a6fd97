import { processMarks } from '../../../lib/table/sqlite/process-marks.ts';

/** A process that marks itself in the folder, prints the mark, and lives on. */
process.stdout.write(`${processMarks(process.argv[2] ?? '').own()}\n`);
setInterval(() => undefined, 60_000);
