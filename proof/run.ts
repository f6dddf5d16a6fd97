/**
 * `npm run proof [-- NAME ...]`: all campaigns of this folder, whole, one after the other, each with its time; a failure
 * of one does not stop the others. `.ci/run` runs a sample of each. README.md says what each shows.
 */
import { spawnSync } from 'node:child_process';

const campaigns: Readonly<Record<string, readonly string[]>> = {
  tests: ['test:proof'],
  tables: ['test:tables'],
  simulation: ['simulate', '--', '--seeds', '10000'],
  mutations: ['simulate', '--', '--mutations'],
  fuzz: ['fuzz', '--', '--cases', '100000'],
  processes: ['test:processes'],
  soak: ['soak', '--', '--seconds', '600'],
};

/** What CI does with a few kills is done with all of them. */
const env = { ...process.env, TRUEUP_LIFECYCLE_KILLS: '50' };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in campaigns));
if (unknown.length > 0) {
  const known = Object.keys(campaigns).join(', ');
  throw new Error(`No campaign ${unknown.join(', ')}. There are ${known}.`);
}
const failed: string[] = [];
for (const name of asked.length > 0 ? asked : Object.keys(campaigns)) {
  const parameters = ['run', '--silent', ...(campaigns[name] ?? [])];
  process.stdout.write(`\n== ${name}: npm ${parameters.join(' ')}\n`);
  const from = Date.now();
  const { status } = spawnSync('npm', parameters, { stdio: 'inherit', env });
  const seconds = Math.round((Date.now() - from) / 1000);
  if (status !== 0) failed.push(name);
  process.stdout.write(`== ${name}: ${status === 0 ? 'passed' : 'failed'} in ${seconds} s\n`);
}
process.stdout.write(failed.length === 0 ? '\nall passed\n' : `\nfailed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
