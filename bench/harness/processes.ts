import { spawnSync } from 'node:child_process';
import { medianOf } from './alternate.ts';

/** Runs Node. @throws Error unless it ends well */
export function nodeOutput(argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${argv.join(' ')}: ${stderr}`);
  return stdout;
}

/**
 * Milliseconds of processor time that a new process takes to load each CommonJS module as Lambda does, which waits for
 * nothing: medians of so many, in turns.
 */
export function importTimes(files: readonly string[], turns: number): readonly number[] {
  const script = (file: string) =>
    `const start = process.cpuUsage(); require(${JSON.stringify(file)}); const { user, system } = process.cpuUsage(start); process.stdout.write(String((user + system) / 1000))`;
  return inTurns(files, turns, (file) =>
    Number(nodeOutput(['--input-type=commonjs', '--eval', script(file)])),
  );
}

/** Milliseconds from start to end of processes: medians of so many, in turns. */
export function processTimes(lines: readonly (readonly string[])[], turns: number) {
  return inTurns(lines, turns, (argv) => {
    const start = performance.now();
    nodeOutput(argv);
    return performance.now() - start;
  });
}

function inTurns<T>(list: readonly T[], turns: number, measure: (one: T) => number) {
  const taken = list.map((): number[] => []);
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const [index, one] of list.entries()) {
      const time = measure(one);
      if (turn > 0) taken[index]?.push(time);
    }
  }
  return taken.map(medianOf);
}
