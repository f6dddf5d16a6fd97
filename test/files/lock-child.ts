import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leaseFile } from '../../lib/files/lease-file.ts';
import { ledgerFile } from '../../lib/files/ledger-file.ts';
import { withLock } from '../../lib/files/lock-file.ts';
import { LostUpdateError } from '../../lib/reconcile/ports/store-error.ts';
import { server } from '../contracts/records.ts';
import { TestClock } from '../contracts/test-clock.ts';

/** What another process does: `node lock-child.ts <what> <folder> <times>`. Prints `ready` when it is at it. */
const [what = '', folder = '', times = '1'] = process.argv.slice(2);
const count = Number(times);

/** Not atomic: right only under a lock. */
function increment(): void {
  const file = join(folder, 'counter');
  const before = Number(readFileSync(file, 'utf8'));
  writeFileSync(file, String(before + 1));
}

async function writeServers(): Promise<void> {
  const ledger = ledgerFile({ folder, clock: new TestClock() });
  for (let done = 0; done < count;) {
    const { servers } = await ledger.read('acme', ['a']);
    const record = servers.get('a') ?? server('a');
    try {
      const generation = (record.generation ?? 0) + 1;
      await ledger.writeServer('acme', { ...record, generation });
      done += 1;
    } catch (error) {
      if (!(error instanceof LostUpdateError)) throw error;
    }
  }
}

process.stdout.write('ready\n');
switch (what) {
  case 'count':
    for (let n = 0; n < count; n += 1) await withLock(join(folder, 'lock'), increment);
    break;
  case 'servers':
    await writeServers();
    break;
  case 'lease': {
    const lease = leaseFile({ folder });
    for (let n = 0; n < count; n += 1) {
      await lease.acquire('acme', { owner: `${process.pid}`, expiresAt: 0, overBefore: 1 });
    }
    break;
  }
  case 'hang':
    await withLock(join(folder, 'lock'), () => {
      process.stdout.write('held\n');
      for (;;);
    });
    break;
  default:
    throw new Error(`unknown: ${what}`);
}
