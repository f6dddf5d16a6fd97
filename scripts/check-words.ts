/**
 * `npm run check:words`: keeps words that were replaced out of what people read: the pages, and the strings, comments and
 * file names of `lib`, `functions`, `demo` and `bin`. Those that are left are listed in `old-words.json`, which may only shrink:
 * `--write` takes off what is gone and follows files that moved.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** A word or phrase that is not used, what finds it, and what to write. A space in a pattern is also the end of a line. */
const rules: readonly (readonly [word: string, pattern: string, instead: string])[] = [
  ['mend', 'mend(s|ed|ing)?', 'fix'],
  ['anew', 'anew', 'again'],
  [
    'else',
    '(all|any(one|body|thing)|every(one|body|thing)|some(one|body|thing)|no(body| one|thing)|none|or|who|what|whoever) else',
    'other (else is no adverb)',
  ],
  ['stands', '(?<!-)(stands?(?! for|-)|stood)', 'is, or is stored'],
  ['tells', '(tells?|(is|are|be) told|told of)(?! \\S+ apart| apart)', 'shows, reports, or says'],
  ['whoever', 'whoever', 'the process that, or a user who'],
  [
    'somebody',
    '(some|any|no)body',
    'a user, or the process; at a prompt: cannot ask: not a terminal',
  ],
  ['unless told', 'unless told', 'Defaults to ...'],
  ['is over', '(is|are|was|were) over(?! (the|an?|its|all|\\d))', 'has ended, or has expired'],
  ['is none', '(?<!there )(is|are|was|were) none', 'is not a ...'],
  ['of which', '(?<!which \\S+ )of which(?! \\d)', 'whose, or where'],
  ['as far as', 'as far as', 'where'],
  ['remembered', 'remember(s|ed|ing)?', 'stored, cached, or known'],
  ['the PUT that is missing', 'PUTs? that (is|are) missing', 'updates what differs'],
  ['the gravest', 'grav(e|er|est)', 'the most severe'],
  ['nothing says', 'nothing says', 'No ...: pass --option'],
  ['30 %', '\\d %', '30%'],
  ['is there already', '(is|are|was|were) there already', 'already exists'],
  ['if it goes on', 'if it goes on', 'if it continues'],
  ['come round', '(comes?|came) round', 'the time has passed'],
  ['do without', '(do|does|did) without', 'work without'],
  ['left alone', 'left alone|leaves? \\S+ alone', 'not changed'],
  ['belong together', 'belong together', 'must be used together'],
  ['say --option', 'say -{1,2}[a-z]+', 'pass --option'],
  ['as ever', 'as ever', 'as usual'],
  ['kept forms', 'kept[- ](forms?|values?)', 'stored schema'],
  ['held items', 'held[- ]items?', 'held plans'],
  ['standing', '(?<!-)standing', 'failure summary'],
  ['conclude', 'conclu(de|des|ded|ding)', 'record the result'],
  ['unread', 'unread', 'unreadable'],
  ['surroundings', '(read-)?(surroundings|side-by-side)', 'read'],
  ['carried state', 'carried[- ]state', 'saved state'],
  ['seen row', 'seen[- ]rows?', 'unchanged condition'],
  ['work-of', 'work-of', 'work'],
  ['send-on', 'send-on', 'queue the rest'],
  ['pass-state', 'pass-state', 'tally'],
];

/** File to word to how often it is left there. */
export type OldWords = Readonly<Record<string, Readonly<Record<string, number>>>>;

interface Source {
  readonly path: string;
  readonly text: string;
}

interface Found {
  readonly path: string;
  readonly line: number;
  readonly word: string;
  readonly instead: string;
}

const patterns = rules.map(([word, pattern, instead]) => {
  const source = pattern.replaceAll('[- ]', '(?:-| )').replaceAll(' ', String.raw`[\s*/]+`);
  const edges = pattern.startsWith(String.raw`\d`) ? source : String.raw`\b(?:${source})\b`;
  return { word, instead, pattern: new RegExp(edges, 'gi') };
});

/** Comments, regular expressions and strings, in the order in which they are to be tried. */
const tokens =
  /(\/\/.*|\/\*[\s\S]*?\*\/)|((?<=(?:[(,=:[!&|?{};]|return|=>)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/)|('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)/g;

const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ');

/** What people read of a source: its comments and strings, all other characters blank. */
function readable(code: string): string {
  let text = '';
  let end = 0;
  for (const match of code.matchAll(tokens)) {
    const [all, comment, , string] = match;
    const isPath = string !== undefined && /^['"]\.{1,2}\//.test(string);
    const shown = comment ?? (isPath ? undefined : string?.replaceAll(/\$\{[^{}`]*\}/g, blank));
    text += blank(code.slice(end, match.index)) + (shown ?? blank(all));
    end = match.index + all.length;
  }
  return text;
}

function wordsIn({ path, text }: Source): Found[] {
  const body = path.endsWith('.md') ? text : readable(text);
  const name = path.endsWith('.md') ? '' : basename(path);
  return patterns.flatMap(({ pattern, ...rule }) => [
    ...[...name.matchAll(pattern)].map(() => ({ path, line: 1, ...rule })),
    ...[...body.matchAll(pattern)].map(({ index }) => {
      return { path, line: body.slice(0, index).split('\n').length, ...rule };
    }),
  ]);
}

function counted(found: readonly Found[]): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const { path, word } of found) {
    const words = (counts[path] ??= {});
    words[word] = (words[word] ?? 0) + 1;
  }
  return counts;
}

/** What is wrong: words that the list does not have, and words of the list that are gone. */
export function wordBreaches(sources: readonly Source[], listed: OldWords): string[] {
  const found = sources.flatMap(wordsIn);
  const counts = counted(found);
  const added = found.flatMap(({ path, line, word, instead }) => {
    const [now, before] = [counts[path]?.[word] ?? 0, listed[path]?.[word] ?? 0];
    if (now <= before) return [];
    const more = before > 0 ? ` (${before} listed, ${now} found)` : '';
    return [`${path}:${line}: "${word}"${more}; write: ${instead}`];
  });
  const gone = Object.entries(listed).flatMap(([path, words]) =>
    Object.entries(words).flatMap(([word, before]) => {
      const now = counts[path]?.[word] ?? 0;
      if (now >= before) return [];
      return [`${path}: "${word}" is listed ${before} times, found ${now}; run with --write`];
    }),
  );
  return [...added, ...gone];
}

function totals(counts: OldWords): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const words of Object.values(counts)) {
    for (const [word, count] of Object.entries(words)) sums[word] = (sums[word] ?? 0) + count;
  }
  return sums;
}

/**
 * The list as it is after files moved or words went.
 * @throws Error if there are more of a word than the list has
 */
export function shrunk(sources: readonly Source[], listed: OldWords): OldWords {
  const found = sources.flatMap(wordsIn);
  const counts = counted(found);
  const before = totals(listed);
  const grown = Object.entries(totals(counts)).filter(([word, sum]) => sum > (before[word] ?? 0));
  if (grown.length > 0) {
    const list = grown.map(([word, sum]) => `"${word}" ${before[word] ?? 0} listed, ${sum} found`);
    throw new Error(`the list may only shrink: ${list.join('; ')}`);
  }
  return Object.fromEntries(
    Object.entries(counts).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function readSources(root: string): Source[] {
  const globs = ['*.md', 'docs/**/*.md', '{lib,functions,demo,bin}/**/*.{ts,mjs}'];
  return globs
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

if (process.argv[1] === import.meta.filename) {
  const root = resolve(import.meta.dirname, '..');
  const file = join(import.meta.dirname, 'old-words.json');
  const listed = JSON.parse(readFileSync(file, 'utf8')) as OldWords;
  const sources = readSources(root);
  if (process.argv.includes('--write')) {
    writeFileSync(file, `${JSON.stringify(shrunk(sources, listed), undefined, 2)}\n`);
  } else {
    const breaches = wordBreaches(sources, listed);
    for (const line of breaches) process.stderr.write(`${line}\n`);
    const left = Object.values(totals(listed)).reduce((sum, count) => sum + count, 0);
    process.stdout.write(
      `words: ${sources.length} files, ${left} old words left, ${breaches.length} breaches\n`,
    );
    process.exitCode = breaches.length === 0 ? 0 : 1;
  }
}
