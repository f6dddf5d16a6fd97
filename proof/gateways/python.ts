import { execFileSync } from 'node:child_process';
import type { StdioOptions } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A version of Python, such as 3 and 12. */
type Version = readonly [major: number, minor: number];

/**
 * A Python with venv, from `least` to `most`. `PYTHON` may name one.
 *
 * @param program - what it is for
 * @returns its absolute path
 */
export function findPython(program: string, least: Version, most: Version): string {
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const versions = existsSync(pyenv) ? readdirSync(pyenv) : [];
  const minors = Array.from({ length: most[1] - least[1] + 1 }, (_, at) => most[1] - at);
  const candidates = [
    ...(process.env['PYTHON'] === undefined ? [] : [process.env['PYTHON']]),
    ...minors.map((minor) => `python${most[0]}.${minor}`),
    'python3',
    ...versions.map((name) => join(pyenv, name, 'bin', 'python')),
  ];
  const check = `
import sys, venv
if not (${least.join(', ')}) <= sys.version_info[:2] <= (${most.join(', ')}): sys.exit(1)
print(sys.executable)`;
  const found = candidates
    .values()
    .map((python) => {
      try {
        const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
        return execFileSync(python, ['-c', check], { stdio, encoding: 'utf8' }).trim();
      } catch {
        return undefined;
      }
    })
    .find((python) => python !== undefined);
  if (found !== undefined) return found;
  const range = `${least.join('.')} to ${most.join('.')}`;
  throw new Error(`${program} needs Python ${range} with venv: name one in PYTHON`);
}
