/** Words of the commands of a shell script, as far as documentation needs it: quotes, comments, `&&`, `|`, `>`, `\`. */
export function shellCommands(script: string): readonly (readonly string[])[] {
  return script
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => commandsOf(line.trim()));
}

const word = /"((?:[^"\\]|\\.)*)"|'([^']*)'|(&&|\|\||[|;]|\d?>>?|<)|#.*$|[^\s"'|;<>]+/g;

function commandsOf(line: string): (readonly string[])[] {
  const commands: string[][] = [[]];
  let isTarget = false;
  for (const match of line.matchAll(word)) {
    const [text, double, single, operator] = match;
    if (text.startsWith('#')) break;
    if (operator === undefined) {
      if (!isTarget) commands.at(-1)?.push(double ?? single ?? text);
      isTarget = false;
    } else if (/^\d?>|^</.test(operator)) isTarget = true;
    else commands.push([]);
  }
  return commands.filter((words) => words.length > 0);
}

/** Of these commands the arguments of `trueup`, called as itself, by npx, or by `npm run` in a clone. */
export function trueupLines(script: string): readonly (readonly string[])[] {
  return shellCommands(script).flatMap((words) => {
    const program = words.filter((text) => !/^[A-Z_]+=/.test(text));
    const [first, second] = program;
    if (first === 'trueup') return [program.slice(1)];
    if (/^npm run (?:-s )?trueup -- /.test(program.join(' ')))
      return [program.slice(program.indexOf('--') + 1)];
    return first === 'npx' && second === 'trueup' ? [program.slice(2)] : [];
  });
}
