import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/**
 * A program from PyPI at a pinned version, in its own virtual environment beneath `.venv`; installed at first use.
 *
 * @returns the path of the environment's folder of programs
 */
export function pythonTool(name: string, version: string): string {
  const folder = join(root, '.venv', `${name}-${version}`);
  const programs = join(folder, 'bin');
  if (existsSync(join(programs, name))) return programs;
  process.stdout.write(`installing ${name} ${version} from PyPI into ${folder}\n`);
  try {
    execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const python = join(programs, 'python');
    execFileSync(python, [...pip, `${name}==${version}`], { stdio: 'inherit' });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return programs;
}
