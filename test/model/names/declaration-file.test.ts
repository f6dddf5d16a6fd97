import { expect, test } from '@jest/globals';
import { isDeclarationFile } from '../../../lib/model/names/declaration-file.ts';

test.each(['a.yaml', 'b.yml', 'C.JSON', 'my.secrets.json', 'secrets.yaml', 'schema.json'])(
  '%s has declarations',
  (name) => {
    expect(isDeclarationFile(name)).toBe(true);
  },
);

test.each([
  '.hidden.yaml',
  'notes.txt',
  'yaml',
  '.json',
  'secrets.json',
  'Secrets.JSON',
  'trueup.schema.json',
  'plan.schema.JSON',
])('%s has none', (name) => {
  expect(isDeclarationFile(name)).toBe(false);
});
