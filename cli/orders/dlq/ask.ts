import { createInterface } from 'node:readline';

/** Whether there is somebody to ask: questions go to stderr, answers come from stdin. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/**
 * Asks a question on the terminal.
 *
 * @param otherwise the answer to an empty line
 * @returns false at Ctrl-C and at the end of input, too
 */
export async function ask(question: string, otherwise = false): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string | undefined>((resolve) => {
    // A terminal that readline has in hand sends no signal: whoever waits for one is told here.
    lines.on('SIGINT', () => {
      process.emit('SIGINT');
      lines.close();
    });
    lines.on('close', () => resolve(undefined));
    lines.question(`${question} ${otherwise ? '[Y/n]' : '[y/N]'} `, resolve);
  });
  lines.close();
  if (answer === undefined) process.stderr.write('\n');
  return answer?.trim() === '' ? otherwise : /^y(es)?$/i.test(answer?.trim() ?? '');
}
