import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const PROGRAM = resolve(import.meta.dirname, '../../../cli/orders.ts');

/** What a run of `orders` came to. */
export interface OrdersRun {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `orders`, as npx would. */
export type RunOrders = (...args: string[]) => Promise<OrdersRun>;

export interface RunOrdersOptions {
  /** Folder of the embedded cloud's outputs; one that does not exist where none is running. */
  localDirectory: string;
  /** Besides the environment of the test. */
  env?: Record<string, string>;
  /** What the program reads from stdin. */
  input?: string;
}

/** @returns what runs the program in a process of its own, for the pipeline of that folder */
export function createRunOrders({ localDirectory, env = {}, input = '' }: RunOrdersOptions): RunOrders {
  return async (...args) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, ...env, ORDER_PIPELINE_LOCAL_DIR: localDirectory },
    });
    // A program that reads nothing may have ended before.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const ended = new Promise<number | null>((done) => child.on('close', done));
    const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { status, stdout, stderr };
  };
}
