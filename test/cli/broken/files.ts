import { acme, canary } from './broken-input.ts';
import type { BrokenInput } from './broken-input.ts';

const control = '(root): a control character; must be text in UTF-8';
const nothing = '(root): declares no connection; must have one; `trueup init` writes an example';

/** JSON, other formats, other encodings, and files with nothing in them. */
export const files: readonly BrokenInput[] = [
  {
    what: 'JSON: a comma that is missing at the end of a line',
    file: 'trueup.json',
    text: '{\n  "connection": "acme"\n  «"provider": "barndoor"\n}\n',
    errors: [
      "(root): a colon, comma, space or line break is missing; must be 'key: value', with commas between members",
    ],
  },
  {
    what: 'JSON: a comma that is missing after a number',
    file: 'trueup.json',
    text: '{ "budget": { "concurrency": «4 "requestsPerMinute": 300 } }\n',
    errors: [
      '(root): a comma is missing, or an indented object or list is within brackets; must be',
    ],
  },
  {
    what: 'JSON: a word that it does not know',
    file: 'trueup.json',
    text: '{ "connection": «None }\n',
    errors: ['(root): text without quotes; must be in double quotes'],
  },
  {
    what: 'JSON: keys without quotes',
    file: 'trueup.json',
    text: '{ «connection: "acme" }\n',
    errors: ['(root): text without quotes; must be in double quotes'],
  },
  {
    what: 'JSON: the comment of another language',
    file: 'trueup.json',
    text: '{\n  «// ours\n  "connection": "acme"\n}\n',
    errors: [
      '(root): text without quotes; must be in double quotes; if a comma is missing, it is the',
    ],
  },
  {
    what: 'JSON: a brace too many',
    file: 'trueup.json',
    text: '{ "connection": "acme" }«}\n',
    errors: ['(root): unexpected text; must be removed'],
  },
  {
    what: 'JSON: a file that was cut off',
    file: 'trueup.json',
    text: `[{ "connection": "acme", "auth": «{ "token": "${canary}",`,
    errors: ['(root): a bracket that is not closed; must be closed by } or ]'],
  },
  {
    what: 'JSON: a key twice',
    file: 'trueup.json',
    text: '{ "connection": "acme",\n  «"connection": "beta" }\n',
    errors: ['(root): a key that occurs twice; must occur once'],
  },
  {
    what: 'JSON: two documents one after the other',
    file: 'trueup.json',
    text: `{ "connection": "acme" }\n«{ "connection": "${canary}" }\n`,
    errors: ['(root): unexpected text; must be removed'],
  },
  {
    what: 'JSON: one half of a character',
    file: 'trueup.json',
    text: `[{ "connection": "acme", "provider": "barndoor", "baseUrl": "https://acme.platform.barndoor.ai",
"auth": { "type": "bearer", "token": { "secret": "trueup/acme/token" } },
"servers": [{ "id": "one", "spec": { "name": «"${canary}\\ud800" } }] }]`,
    errors: ['(root): half of a character (a lone surrogate); must be whole characters'],
  },
  {
    what: 'the JSON that DynamoDB writes',
    text: acme({ connection: '«connection: { "S": "acme" }' }),
    errors: ['/connection: is an object; must be a string'],
  },
  {
    what: 'a row of the table',
    text: acme({}, '«item: connection\n«generation: 7\n'),
    errors: [
      "/item: unknown key 'item'; known: connection, provider",
      "/generation: unknown key 'generation'; known: connection, provider",
    ],
  },
  { what: 'an empty file', text: '«', errors: [nothing] },
  { what: 'only comments', text: '«# connection: acme\n# provider: barndoor\n', errors: [nothing] },
  { what: 'only the mark of a document', text: '«---\n...\n', errors: [nothing] },
  { what: 'an empty list', text: '«[]\n', errors: [nothing] },
  { what: 'null', file: 'trueup.json', text: '«null', errors: [nothing] },
  {
    what: 'a text',
    text: '«acme\n',
    errors: [
      '(root): is not an object; must be one connection: an object with connection, provider',
    ],
  },
  {
    what: 'a number',
    text: '«42\n',
    errors: [
      '(root): is not an object; must be one connection: an object with connection, provider',
    ],
  },
  {
    what: 'a list in a list',
    text: '- «[]\n',
    errors: [
      '(root): is not an object; must be one connection: an object with connection, provider',
    ],
  },
  {
    what: 'a hole in a list of connections',
    text: '- «\n',
    errors: [
      '(root): is not an object; must be one connection: an object with connection, provider',
    ],
  },
  {
    what: 'an INI file',
    text: '[connection]\n«name = acme\n',
    errors: ['(root): unexpected text; must be removed'],
  },
  {
    what: 'a file of variables',
    text: `«CONNECTION=acme\nTOKEN=${canary}\n`,
    errors: [
      '(root): is not an object; must be one connection: an object with connection, provider',
    ],
  },
  {
    what: 'XML',
    text: '«<?xml version="1.0"?>\n<connection name="acme"/>\n',
    errors: [
      '(root): is not an object; must be one connection: an object with connection, provider',
    ],
  },
  {
    what: 'a conflict that Git left behind',
    text: 'connection: acme\n«<<<<<<< HEAD\nprovider: barndoor\n«=======\nprovider: alloy\n«>>>>>>> main\n',
    errors: [
      "(root): a line that is not 'key: value'; must have a colon",
      "(root): a line that is not 'key: value'; must have a colon",
      "(root): a line that is not 'key: value'; must have a colon",
    ],
  },
  {
    what: 'a zero byte',
    text: `connection: ac«\u0000me\nprovider: ${canary}\n`,
    errors: [control],
  },
  {
    what: 'lines that end in carriage returns alone',
    text: 'connection: acme«\rprovider: barndoor\r',
    errors: [control],
  },
  {
    what: 'the codes of a terminal',
    text: `servers:\n  - label: "«\u001B]0;${canary}\u0007"\n`,
    errors: [control],
  },
  {
    what: 'a byte order mark in the middle, of two files in one',
    text: 'connection: acme\n---\n«\uFEFFconnection: beta\n',
    errors: [control],
  },
  {
    what: 'a second document that is broken',
    text: `${acme()}---\nconnection: beta\nuserId: «@me\n`,
    errors: ['(root): a text that begins with a reserved character; must be in quotes'],
  },
  {
    what: 'the same connection in two documents',
    text: `${acme()}---\n${acme({ connection: '«connection: acme' })}`,
    errors: [
      '/connection: repeats the connection of trueup.yaml:1; must be declared in one document',
    ],
  },
  {
    what: 'two connections of one account that declare one server',
    text: `${acme({}, 'servers: [{ id: 0a1b2c3d-0000-4000-8000-00000000abcd, spec: {} }]\n')}---
${acme(
  {
    connection: 'connection: beta',
    baseUrl: 'baseUrl: https://ACME.platform.barndoor.ai/',
    auth: 'auth: { type: bearer, token: { secret: trueup/beta/token } }',
  },
  'servers: [{ id: one, spec: {} }, { «id: 0A1B2C3D-0000-4000-8000-00000000ABCD, spec: {} }]\n',
)}`,
    errors: [
      '/servers/1/id: is a server of acme too, of the same account at the gateway; must be declared by one connection',
    ],
  },
];
