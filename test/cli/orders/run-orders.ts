import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const ORDERS = resolve(import.meta.dirname, '../../../cli/orders.ts');

/** What a run of `orders` has printed, and how it ended. */
export interface OrdersRun {
  stdout: string;
  stderr: string;
  exit: number | null;
}

/** `orders` as a process of its own, on the embedded cloud of a folder. */
export function spawnOrders(localDirectory: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [ORDERS, ...args], {
    env: { ...process.env, ORDER_PIPELINE_LOCAL_DIR: localDirectory, NO_COLOR: '1' },
  });
}

/** Runs `orders` to its end. */
export async function runOrders(
  localDirectory: string,
  args: readonly string[],
  input?: string,
): Promise<OrdersRun> {
  const child = spawnOrders(localDirectory, args);
  const run: OrdersRun = { stdout: '', stderr: '', exit: null };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    run.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    run.stderr += text;
  });
  child.stdin?.end(input);
  [run.exit] = (await once(child, 'close')) as [number | null];
  return run;
}
