import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseLine } from './parse-line.ts';

const read = (name: string) => readFileSync(`docs/watch/${name}`, 'utf8');

test('the unit of systemd has sections and settings only, and starts a line that trueup understands', async () => {
  const lines = read('trueup.service')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const sections = lines.filter((line) => line.startsWith('['));
  expect(sections).toEqual(['[Unit]', '[Service]', '[Install]']);
  for (const line of lines) expect(line).toMatch(/^(\[[A-Z][a-z]+\]|[A-Z][A-Za-z]+=\S.*)$/);
  const [start = ''] = lines.filter((line) => line.startsWith('ExecStart='));
  const [program, ...words] = start.slice('ExecStart='.length).split(' ');
  expect(program).toBe('/usr/local/bin/trueup');
  expect(words[0]).toBe('watch');
  expect(await parseLine(words)).not.toHaveProperty('wrong');
});

test('the container starts a line that trueup understands, as a user without rights', async () => {
  const text = read('Containerfile');
  const [, words = '[]'] = /^CMD (.+)$/m.exec(text) ?? [];
  const parsed = JSON.parse(words) as string[];
  expect(parsed[0]).toBe('watch');
  expect(await parseLine(parsed)).not.toHaveProperty('wrong');
  expect(text).toMatch(/^USER node$/m);
  expect(text).toMatch(/^ENTRYPOINT \["trueup"\]$/m);
});
