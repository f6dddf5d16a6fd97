import type { Section } from './section.ts';

/** Runs a benchmark's file: sends the section to the process that forked it, or prints it. A target that is not met is an exit code of 1. */
export async function main(run: () => Promise<Section>): Promise<void> {
  const section = await run();
  if (process.send) {
    process.send(section);
    return;
  }
  process.stdout.write(`${section.title}\n  ${section.floor}\n`);
  for (const { what, value, target, met } of section.measures) {
    const verdict = met === undefined ? '' : met ? '  met' : '  NOT MET';
    process.stdout.write(`  ${what}: ${value}${target ? ` (target ${target})` : ''}${verdict}\n`);
  }
  for (const row of [section.table?.head ?? [], ...(section.table?.rows ?? [])]) {
    if (row.length > 0) process.stdout.write(`  ${row.join(' | ')}\n`);
  }
  for (const note of section.notes ?? []) process.stdout.write(`  ${note}\n`);
  if (section.measures.some(({ met }) => met === false)) process.exitCode = 1;
}
