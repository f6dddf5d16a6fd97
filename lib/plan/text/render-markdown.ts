import type { NextCommand } from '../../model/text/next-command.types.ts';
import { isSent } from '../../model/outcome.ts';
import type { FieldChange, Plan, PlannedServer } from '../plan.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { comment, holderText } from './render-field.ts';
import { counted, guardLines } from './render-guard.ts';
import { missingLines, planCounts } from './render-text.ts';
import { triedAgain } from './tried-again.ts';
import { quoted, showPair, showPointer } from '../../model/text/shown-value.ts';

/*
 * Plans for a pull request. Text from a vendor or user is only inside fenced blocks, quoted as JSON or made plain, and
 * the fence is longer than any run of backticks inside. Markdown, HTML, mentions and links have no effect there.
 * Outside the fences are only Trueup's own words, numbers, and names, in which all characters except letters, digits
 * and hyphens are numeric entities.
 */

/** A comment on GitHub has at most 65,536 characters. */
const longest = 60_000;

/** Plans in Markdown. If they are too long for a comment, whole servers are left out. */
export function renderPlansMarkdown(plans: readonly Plan[], next?: NextCommand): string {
  let left = longest;
  const sections = plans.map((plan) => {
    const section = planSection(plan, left, next);
    left -= section.length;
    return section;
  });
  return `${sections.join('\n\n')}\n`;
}

/** @param room - maximum number of characters for its servers */
function planSection(plan: Plan, room: number, next: NextCommand | undefined): string {
  const head = [
    `### ${entities(plan.connection)} (${entities(plan.provider)})`,
    `Plan: ${planCounts(plan.counts)}.`,
  ];
  const { blocks, omitted } = fitting(
    plan.changes.map((server) => serverBlock(server)),
    room,
  );
  const { undeclared, undeclaredCount: rest = undeclared.length } = plan;
  const guard = guardLines(plan, (text) => text, next);
  const missing = missingLines(plan, (text) => text);
  return [
    ...head,
    ...(blocks.length > 0 ? [fenced('diff', blocks.join('\n\n'))] : []),
    ...(omitted > 0 ? [`And ${counted(omitted, 'more server')}: \`trueup plan\` shows all.`] : []),
    ...(rest > 0 ? [`${counted(rest, 'live server')} not declared; not touched.`] : []),
    ...(missing.length > 0 ? [fenced('text', missing.join('\n'))] : []),
    ...(guard.length > 0 ? [fenced('text', guard.join('\n'))] : []),
  ].join('\n\n');
}

function fitting(blocks: readonly string[], room: number) {
  let left = room;
  const shown = blocks.filter((block) => {
    // After the first server that does not fit, no later one is shown.
    left = block.length <= left ? left - block.length : 0;
    return left > 0;
  });
  return { blocks: shown, omitted: blocks.length - shown.length };
}

/** `diff` colours lines by their first character. */
function serverBlock(server: PlannedServer): string {
  const { id, label, outcome, reason, changes } = server;
  const name = plainText(label ?? id);
  const again = triedAgain(server);
  return [
    `! ${name}: ${isSent(outcome) ? `would be ${outcome}` : outcomeWords(server)}`,
    ...(reason ? [`# ${plainText(reason.message)}`] : []),
    ...(again === undefined ? [] : [`# ${again}`]),
    ...changes.flatMap(fieldBlock),
  ].join('\n');
}

function outcomeWords({ outcome, changes }: PlannedServer): string {
  if (outcome === 'reported') {
    return changes.some(({ held }) => held)
      ? 'would change (mode report: not sent), held by the guard'
      : 'would change (mode report: not sent)';
  }
  return outcome === 'held' ? 'held by the guard' : outcome;
}

function fieldBlock(change: FieldChange): readonly string[] {
  const name = showPointer(change.pointer);
  return [`# ${name}, ${comment(change)}`, ...sides(change, name)];
}

function sides(change: FieldChange, name: string): readonly string[] {
  return [...valueSides(change, name), ...holderText(change).map((text) => `!     ${text}`)];
}

function valueSides({ compare, before, after }: FieldChange, name: string): readonly string[] {
  const [from, to] = [before, after].map((shown) =>
    shown.kind === 'value' && Array.isArray(shown.value) ? shown.value.map(quoted) : undefined,
  );
  if (compare === 'set' && from && to) {
    return [
      ...from.filter((member) => !to.includes(member)).map((member) => `-     ${member}`),
      ...to.filter((member) => !from.includes(member)).map((member) => `+     ${member}`),
    ];
  }
  const [old, next] = showPair(before, after);
  // A resend: both values look the same.
  if (old === next) return [`+     ${name}: ${next}`];
  return [`-     ${name}: ${old}`, `+     ${name}: ${next}`];
}

function fenced(language: string, text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** The text with everything escaped that Markdown or HTML could interpret. */
function entities(text: string): string {
  return plainText(text).replaceAll(
    /[^A-Za-z0-9-]/gu,
    (character) => `&#${character.codePointAt(0)};`,
  );
}
