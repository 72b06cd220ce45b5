import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { QUEUES } from '../../../topology.ts';
import { runOrders } from './run-orders.ts';

/** Returns the words proposed to complete the last of `words`. */
async function complete(...words: string[]): Promise<string[]> {
  const { stdout, stderr, exit } = await runOrders('nowhere', ['complete', '--', ...words], {
    ownProcess: true,
  });
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.pop()).toBe(':4');
  return lines.map((line) => line.split('\t')[0] ?? '');
}

test('completion proposes commands, options and values', async () => {
  expect(await complete('thr')).toEqual(['throttle']);
  expect(await complete('throttle', '')).toEqual(QUEUES.map(({ consumer }) => consumer));
  expect(await complete('status', '--w')).toEqual(['--watch']);
});

test('completion proposes files, except those whose names a shell would interpret', async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'orders-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of ['orders.csv', 'orders 2.csv', 'orders$(touch x).csv', 'orders`x`', '-orders'])
    await writeFile(join(folder, name), '');
  await mkdir(join(folder, 'ordered'));
  expect(await complete('upload', `${folder}/ord`)).toEqual([`${folder}/ordered/`, `${folder}/orders.csv`]);
});

test('the script of orders complete bash completes an option in bash', async () => {
  const orders = join(import.meta.dirname, '../../../cli/orders.ts');
  // Replaces _get_comp_words_by_ref of the package bash-completion, which may not be installed.
  const script = `
    orders() { '${process.execPath}' '${orders}' "$@"; }
    _get_comp_words_by_ref() { cur=\${COMP_WORDS[COMP_CWORD]}; words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
    source <(orders complete bash)
    COMP_WORDS=(orders throttle consumer --pa); COMP_CWORD=3
    __orders_complete 2>/dev/null
    complete -p orders
    echo "\${COMPREPLY[*]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script]);
  expect(stdout).toBe('complete -F __orders_complete orders\n--pause\n');
});
