import { change } from '../../../lib/table/change.ts';
import { openSqliteTable } from '../../../lib/table/sqlite/table.ts';

/** Another process that counts in an item of a file: `node table-child.ts <path> <times>`. Prints each number once it is stored. */
const [path = '', times = '1'] = process.argv.slice(2);

const table = openSqliteTable(path, Date.now());
const filling = 'x'.repeat(20_000);
for (let done = 0; done < Number(times); done += 1) {
  const n = await change(table, 'acme', 'counter', (item) => {
    const next = Number(item?.value['n'] ?? 0) + 1;
    return { value: { n: next, filling, again: next }, result: next };
  });
  process.stdout.write(`${n}\n`);
}
// Without `close`: that it is open must not keep a process from ending.
