import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Programs from PyPI that scripts use, at the versions that everything here was found with. */
export const ministackVersion = '1.5.33';
export const cfnLint = () => pythonTool('cfn-lint', '1.58.0');
export const ministack = () => pythonTool('ministack', ministackVersion);

/**
 * A program from PyPI at a pinned version, in its own virtual environment beneath `.venv`; installed at first use.
 *
 * @returns its path
 */
function pythonTool(name: string, version: string): string {
  const folder = join(root, '.venv', `${name}-${version}`);
  const programs = join(folder, 'bin');
  const program = join(programs, name);
  if (existsSync(program)) return program;
  process.stdout.write(`installing ${name} ${version} from PyPI into ${folder}\n`);
  try {
    execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check'];
    const python = join(programs, 'python');
    execFileSync(python, [...pip, `${name}==${version}`], { stdio: 'inherit' });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return program;
}
