import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { childEnvironment } from '../../test/support/child-environment.ts';

const entry = resolve('bin/trueup.mjs');
const { engines, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly engines: { readonly node: string };
  readonly scripts: { readonly start: string; readonly trueup: string };
};

/** Starts the command in a process whose Node says that it is of this version. */
function trueupOn(version: string) {
  const versions = `{ value: { ...process.versions, node: '${version}' } }`;
  const script = `Object.defineProperty(process, 'versions', ${versions});`;
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(script)}`];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...preload, entry, 'version', '--no-color'],
    { env: childEnvironment, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

test.each(['20.19.5', '22.21.0', '23.11.1', '9.0.0'])(
  'on Node %s the command names the version that it needs, and what to do',
  (version) => {
    expect(trueupOn(version)).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: trueup needs Node 24 or later; this is ${version}\nnext: \`nvm install 24\`, or install it from https://nodejs.org\n`,
    });
  },
);

test.each(['24.0.0', '26.1.0', '100.0.0'])('on Node %s the command runs', (version) => {
  expect(trueupOn(version)).toMatchObject({ status: 0, stderr: '' });
});

test('the package asks for the same version, and the scripts of a clone start the same file', () => {
  expect(engines.node).toBe('>=24');
  expect(scripts).toMatchObject({
    start: 'node bin/trueup.mjs demo',
    trueup: 'node bin/trueup.mjs',
  });
});
