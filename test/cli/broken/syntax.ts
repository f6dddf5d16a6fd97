import { canary } from './broken-input.ts';
import type { BrokenInput } from './broken-input.ts';

const reserved =
  '(root): a text that begins with a reserved character; must be in quotes if it is text';

/** No YAML. */
export const syntax: readonly BrokenInput[] = [
  {
    what: 'a double quote that is not closed',
    text: `connection: acme\nauth:\n  token: «"${canary}\n`,
    errors: ['(root): a quote that is not closed; must be closed by the same quote'],
  },
  {
    what: 'a single quote that is not closed, and swallows what is below it',
    text: `connection: «'acme\nprovider: barndoor\n`,
    errors: ['(root): a quote that is not closed; must be closed by the same quote'],
  },
  {
    what: 'an apostrophe within single quotes',
    text: `servers:\n  - label: 'Anna'«s server'\n`,
    errors: ['(root): unexpected text; must be removed, begin a new line'],
  },
  {
    what: 'a brace that is not closed',
    text: 'connection: acme\nbudget: «{ concurrency: 4\nprovider: barndoor\n',
    errors: ['(root): a bracket that is not closed; must be closed by } or ]'],
  },
  {
    what: 'brackets that are not closed',
    text: 'servers: [«{ id: one\n',
    errors: ['(root): a bracket that is not closed; must be closed by } or ]'],
  },
  {
    what: 'a bracket of the other kind',
    text: 'budget: «{ concurrency: 4 ]\n',
    errors: ['(root): a bracket that is not closed; must be closed by } or ]'],
  },
  {
    what: 'a bracket that nothing opened',
    text: 'connection: acme\npolicy: «}\n',
    errors: ['(root): unexpected text; must be removed'],
  },
  {
    what: 'a comma that is missing between lists',
    text: 'servers: [{ id: one } «{ id: two }]\n',
    errors: ['(root): unexpected text; must be removed'],
  },
  {
    what: 'a comma too many',
    text: 'budget: { concurrency: 4, «, requestsPerMinute: 300 }\n',
    errors: ['(root): unexpected text; must be removed'],
  },
  {
    what: 'a tab as indentation',
    text: 'budget:\n«\tconcurrency: 4\n',
    errors: ['(root): a tab as indentation; must be indented with spaces'],
  },
  {
    what: 'an indentation that fits nothing before it',
    text: 'budget:\n    concurrency: 4\n«  requestsPerMinute: 300\n',
    errors: ['(root): wrong indentation; must be indented with spaces'],
  },
  {
    what: 'a key that is indented below a value',
    text: 'connection: «acme\n  provider: barndoor\n',
    errors: [
      '(root): an object or a list inside a line; must be in quotes if it is text; if not, each member',
    ],
  },
  {
    what: 'a hyphen out of line',
    text: 'servers:\n  - id: one\n« - id: two\n',
    errors: [
      '(root): an object or a list inside a line; must be in quotes if it is text; if not, each member must be',
    ],
  },
  {
    what: 'a list item on the line of its key',
    text: 'servers: «- id\n',
    errors: ['(root): unexpected text; must be removed, begin a new line'],
  },
  {
    what: 'a list item among keys',
    text: 'connection: acme\n«- id: one\n',
    errors: ["(root): a line that is not 'key: value'; must have a colon"],
  },
  {
    what: 'a key below a list of connections',
    text: '- connection: acme\n«provider: barndoor\n',
    errors: ['(root): unexpected text; must be removed'],
  },
  {
    what: 'a colon in a text',
    text: 'servers:\n  - label: «prod: west\n',
    errors: ['(root): an object or a list inside a line; must be in quotes if it is text'],
  },
  { what: 'a text that begins with @', text: `userId: «@${canary}\n`, errors: [reserved] },
  { what: 'a text that begins with a backtick', text: 'userId: «`me`\n', errors: [reserved] },
  {
    what: 'a share that begins with %',
    text: 'policy:\n  limits:\n    updates: «%30\n',
    errors: [reserved],
  },
  {
    what: 'no space after a colon',
    text: 'connection: acme\n«baseUrl:https://acme.platform.barndoor.ai\n',
    errors: ["(root): a colon, comma, space or line break is missing; must be 'key: value'"],
  },
  {
    what: 'no space after the first colon',
    text: '«connection:acme\nprovider: barndoor\n',
    errors: ["(root): a line that is not 'key: value'; must have a colon and a space"],
  },
  {
    what: 'no space before a comment',
    text: 'connection: "acme"«# ours\n',
    errors: [
      "(root): a colon, comma, space or line break is missing; must be 'key: value', with commas between members in brackets and a space before a #",
    ],
  },
  {
    what: 'an escape of another language',
    text: `connection: "«\\q${canary}"\n`,
    errors: [String.raw`(root): an escape that YAML does not know; must be \\ for a backslash`],
  },
  {
    what: 'a block of text that begins on the line of its key',
    text: 'servers:\n  - label: |«prod\n',
    errors: ['(root): unexpected text; must be removed, begin a new line'],
  },
  {
    what: 'a key of more than 1,024 characters',
    text: `«${'k'.repeat(1100)}: 1\n`,
    errors: ['(root): a key of more than 1,024 characters; must be shorter'],
  },
  {
    what: 'an object on the line of ---',
    text: '--- «connection: acme\nprovider: barndoor\n',
    errors: ['(root): a colon, comma, space or line break is missing'],
  },
  {
    what: 'a directive that nobody knows',
    text: '«%INCLUDE other.yaml\n---\nconnection: acme\n',
    errors: ['(root): a directive (%) that YAML does not know; must be left out'],
  },
  {
    what: 'an anchor without a name',
    text: 'policy: «& { mode: report }\n',
    errors: ['(root): an anchor or alias without a name; must be in quotes'],
  },
  {
    what: 'an alias without a name',
    text: 'servers:\n  - label: «*\n',
    errors: ['(root): an anchor or alias without a name; must be in quotes'],
  },
  {
    what: 'an alias with a name of its own',
    text: 'policy: &p { mode: report }\nbudget: &b «*p\n',
    errors: ['(root): an alias with an anchor or a tag; must have neither'],
  },
  {
    what: 'two anchors of one value',
    text: 'policy: &p «&q { mode: report }\n',
    errors: ['(root): a value with several anchors; must have one at most'],
  },
  {
    what: 'brackets without end',
    text: `${'['.repeat(100)}«${'['.repeat(19_900)}`,
    errors: ['(root): is nested too deep; must have fewer levels'],
  },
];
