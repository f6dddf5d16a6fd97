import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findPython } from '../python.ts';

/** The version that everything here was found with. */
export const version = '1.1.0';

const cache = resolve(import.meta.dirname, '../../../.cache');
const constraints = join(import.meta.dirname, 'constraints.txt');

/** Python 3.14 does not work. @returns the path of one that does */
export const pythonForContextForge = (): string => findPython('ContextForge', [3, 12], [3, 13]);

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
  execFileSync(pythonForContextForge(), ['-m', 'venv', folder], { stdio: 'inherit' });
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check'];
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
