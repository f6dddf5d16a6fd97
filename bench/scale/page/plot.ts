import type { Series } from '../results.types.ts';

export interface Line {
  readonly name: string;
  readonly points: Series;
}

export interface Plot {
  /** Read out in place of the picture. */
  readonly title: string;
  readonly x: { readonly label: string; readonly isLog?: boolean };
  readonly y: { readonly label: string; readonly isLog?: boolean };
  readonly lines: readonly Line[];
  /** A limit, across the whole width. */
  readonly limit?: { readonly at: number; readonly label: string };
}

const size = { width: 760, height: 400 };
const frame = { left: 76, right: 150, top: 44, bottom: 52 };
/** Told apart by people who see fewer colours, too (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];

/** A plot as SVG text: it needs no script and no font of its own, and has its own background. */
export function svgOf({ title, x, y, lines, limit }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const xs = scaleOf(
    points.map(([at]) => at),
    x.isLog,
    [frame.left, size.width - frame.right],
  );
  const ys = scaleOf(
    [...points.map(([, value]) => value), ...(limit ? [limit.at] : []), ...(y.isLog ? [] : [0])],
    y.isLog,
    [size.height - frame.bottom, frame.top],
  );
  const right = size.width - frame.right;
  const bottom = size.height - frame.bottom;
  const labels = spacedOut(lines.map(({ points: own }) => ys.at(own.at(-1)?.[1] ?? 0)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${frame.left}" y="24" font-size="15" font-weight="600" fill="#222222">${escaped(title)}</text>`,
    ...ys.ticks.flatMap((tick) => [
      `<line x1="${frame.left}" x2="${right}" y1="${ys.at(tick)}" y2="${ys.at(tick)}" stroke="#e4e4e4"/>`,
      `<text x="${frame.left - 8}" y="${ys.at(tick) + 4}" text-anchor="end" fill="#555555">${number(tick)}</text>`,
    ]),
    ...xs.ticks.flatMap((tick) => [
      `<line x1="${xs.at(tick)}" x2="${xs.at(tick)}" y1="${bottom}" y2="${bottom + 5}" stroke="#888888"/>`,
      `<text x="${xs.at(tick)}" y="${bottom + 20}" text-anchor="middle" fill="#555555">${number(tick)}</text>`,
    ]),
    `<line x1="${frame.left}" x2="${right}" y1="${bottom}" y2="${bottom}" stroke="#888888"/>`,
    `<text x="${(frame.left + right) / 2}" y="${size.height - 10}" text-anchor="middle" fill="#222222">${escaped(x.label)}</text>`,
    `<text transform="translate(16 ${(frame.top + bottom) / 2}) rotate(-90)" text-anchor="middle" fill="#222222">${escaped(y.label)}</text>`,
    ...(limit
      ? [
          `<line x1="${frame.left}" x2="${right}" y1="${ys.at(limit.at)}" y2="${ys.at(limit.at)}" stroke="#222222" stroke-dasharray="6 4"/>`,
          `<text x="${right}" y="${ys.at(limit.at) - 6}" text-anchor="end" fill="#222222">${escaped(limit.label)}</text>`,
        ]
      : []),
    ...lines.flatMap(({ name, points: own }, index) => {
      const colour = colours[index % colours.length] ?? '#222222';
      const path = own.map(([at, value]) => `${xs.at(at)},${ys.at(value)}`).join(' ');
      const end = xs.at(own.at(-1)?.[0] ?? 0);
      return [
        `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...(own.length < 12
          ? own.map(
              ([at, value]) =>
                `<circle cx="${xs.at(at)}" cy="${ys.at(value)}" r="3.5" fill="${colour}"/>`,
            )
          : []),
        `<text x="${end + 8}" y="${(labels[index] ?? 0) + 4}" fill="${colour}">${escaped(name)}</text>`,
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}

function scaleOf(values: readonly number[], isLog = false, [from, to]: readonly [number, number]) {
  const finite = values.filter((value) => Number.isFinite(value) && (!isLog || value > 0));
  const low = Math.min(...finite);
  const most = Math.max(...finite);
  // Headroom above the highest.
  const high = most > low ? (isLog ? most : low + (most - low) * 1.05) : low + 1;
  const place = isLog ? Math.log10 : (value: number) => value;
  const at = (value: number) => {
    const share = (place(Math.max(value, low)) - place(low)) / (place(high) - place(low));
    return Math.round((from + share * (to - from)) * 10) / 10;
  };
  const ticks = isLog ? [...new Set(finite)].toSorted((a, b) => a - b) : ticksOf(low, high);
  return { at, ticks: ticks.length > 8 ? decades(low, high) : ticks };
}

function ticksOf(low: number, high: number): number[] {
  const raw = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((by) => by * power).find((one) => one >= raw) ?? raw;
  const first = Math.ceil(low / step) * step;
  const count = Math.floor((high - first) / step) + 1;
  return Array.from({ length: count }, (_, index) => first + index * step);
}

function decades(low: number, high: number): number[] {
  const from = Math.ceil(Math.log10(low));
  const to = Math.floor(Math.log10(high));
  return Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
}

/** Labels that would cover each other move apart. */
function spacedOut(wanted: readonly number[], gap = 17): number[] {
  const order = wanted.map((y, index) => ({ y, index })).toSorted((a, b) => a.y - b.y);
  const placed: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { y, index } of order) {
    last = Math.max(y, last + gap);
    placed[index] = last;
  }
  return placed;
}

const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 3 });

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
