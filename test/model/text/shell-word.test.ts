import { expect, test } from '@jest/globals';
import { shellWord } from '../../../lib/model/text/shell-word.ts';

test.each([
  ['acme-prod/salesforce-prod', 'acme-prod/salesforce-prod'],
  ['two words', "'two words'"],
  ["it's", String.raw`'it'\''s'`],
  ['$(reboot)', "'$(reboot)'"],
  ['', "''"],
])('%j is the word %s', (value, word) => {
  expect(shellWord(value)).toBe(word);
});
