import { execFileSync } from 'node:child_process';
import type { StdioOptions } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The version that everything here was found with. */
export const version = '1.1.0';

const cache = resolve(import.meta.dirname, '../../../.cache');
const constraints = join(import.meta.dirname, 'constraints.txt');

/** Installs it at its pinned version into `.cache`, once. @returns the folder of its programs */
export function installContextForge(): string {
  const folder = join(cache, `contextforge-${version}`);
  const programs = join(folder, 'bin');
  if (existsSync(join(programs, 'mcpgateway'))) return programs;
  mkdirSync(cache, { recursive: true });
  process.stdout.write(`installing ContextForge ${version} from PyPI into .cache, about 250 MB\n`);
  const half = `${folder}.part`;
  rmSync(half, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  execFileSync(findPython(), ['-m', 'venv', folder], { stdio: 'inherit' });
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const wanted = ['--constraint', constraints, `mcp-contextforge-gateway==${version}`];
    execFileSync(join(programs, 'python'), [...pip, ...wanted], { stdio: 'inherit' });
  } catch (error) {
    // A part of it must not look installed.
    renameSync(folder, half);
    rmSync(half, { recursive: true, force: true });
    throw error;
  }
  return programs;
}

/** Python 3.12 or 3.13: 3.14 does not work. `PYTHON` may name one. @returns its absolute path */
export function findPython(): string {
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const versions = existsSync(pyenv)
    ? readdirSync(pyenv).filter((name) => /^3\.1[23]\./.test(name))
    : [];
  const candidates = [
    ...(process.env['PYTHON'] === undefined ? [] : [process.env['PYTHON']]),
    'python3.13',
    'python3.12',
    'python3',
    ...versions.map((name) => join(pyenv, name, 'bin', 'python')),
  ];
  const check = `
import sys, venv
if not (3, 12) <= sys.version_info[:2] < (3, 14): sys.exit(1)
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
  if (found === undefined) {
    throw new Error('ContextForge needs Python 3.12 or 3.13 with venv: name one in PYTHON');
  }
  return found;
}
