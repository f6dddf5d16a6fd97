/**
 * Trueup beside OpenTofu: `npm run bench:peers`. Needs Linux, bash and Go on the PATH, and builds the peer once. `--write` writes
 * docs/peers.md, `--turns N` measures so often; a target that is not met is an exit code of 1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { build, goVersion, restapi, tofu } from './build.ts';
import { compare } from './compare.ts';
import { renderPeers, targetsOf } from './render.ts';

const root = resolve(import.meta.dirname, '../..');

async function run(go: string, turns: number, write: boolean): Promise<void> {
  const binaries = { tofu: build(tofu), provider: build(restapi) };
  const at = new Date();
  const [load = 0] = loadavg();
  const found = await compare(binaries, turns);
  const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const processors = availableParallelism();
  const about = { version, node: process.version, go, at, load, processors, turns };
  const text = await format(renderPeers(found, about), { parser: 'markdown' });
  if (write) writeFileSync(resolve(root, 'docs/peers.md'), text);
  process.stdout.write(text);
  if (targetsOf(found).some(({ met }) => met === false)) process.exitCode = 1;
}

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
if (!/^[1-9]\d?$/.test(values.turns)) throw new RangeError('--turns must be a number from 1 to 99');
const go = goVersion();
if (process.platform !== 'linux') {
  process.stderr.write('bench:peers reads from /proc what processes take: it needs Linux\n');
  process.exitCode = 1;
} else if (go === undefined) {
  process.stderr.write(
    'bench:peers builds what it compares with, and there is no Go on the PATH\n',
  );
  process.exitCode = 1;
} else {
  await run(go, Number(values.turns), values.write);
}
