import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../../lib/secrets/files/lock-file.ts';

/** What another process does: `node lock-child.ts <what> <folder> <times>`. */
const [what = '', folder = '', times = '1'] = process.argv.slice(2);
const lock = join(folder, 'lock');

/** Not atomic: right only under a lock. */
function increment(): void {
  const file = join(folder, 'counter');
  const before = Number(readFileSync(file, 'utf8'));
  writeFileSync(file, String(before + 1));
}

switch (what) {
  case 'count':
    for (let n = 0; n < Number(times); n += 1) withLock(lock, increment);
    break;
  case 'hang':
    withLock(lock, () => {
      process.stdout.write('held\n');
      for (;;);
    });
    break;
  default:
    throw new Error(`unknown: ${what}`);
}
