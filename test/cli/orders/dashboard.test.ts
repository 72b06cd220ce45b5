import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ask } from '../../dashboard/ask.ts';
import { listen } from '../../dashboard/listen.ts';
import { UNREACHABLE_OUTPUTS } from '../../dashboard/unreachable-pipeline.ts';
import { createTestDirectory } from '../../local/create-test-directory.ts';

const PROGRAM = resolve(import.meta.dirname, '../../../cli/orders.ts');

/** Where an embedded cloud would have written its outputs. */
let directory: string;

beforeEach(async () => {
  directory = await createTestDirectory();
});

/** Runs `orders dashboard`; what it says so far, and how it ends. */
function start(...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, 'dashboard', ...args], {
    env: { ...process.env, ORDER_PIPELINE_LOCAL_DIR: directory },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const ended = once(child, 'close').then(([exit]) => ({ exit, ...said }));
  /** Resolves when stdout has as many lines. */
  async function lines(count: number): Promise<string> {
    while (said.stdout.split('\n').length <= count) await once(child.stdout ?? child, 'data');
    return said.stdout;
  }
  return { child, ended, lines };
}

/** The embedded cloud's services need not be there for the page to be served. */
const writeOutputs = () => writeFile(join(directory, 'outputs.json'), JSON.stringify(UNREACHABLE_OUTPUTS));

test.each(['SIGINT', 'SIGTERM'] as const)(
  'serves the page, says where, and ends with 0 at %s, at once, whoever listens',
  async (signal) => {
    await writeOutputs();
    const { child, ended, lines } = start('--port', '0');
    const [, url = ''] =
      /^Live page of stage local: (http:\/\/127\.0\.0\.1:\d+\/)$/m.exec(await lines(2)) ?? [];
    expect(await ask(url)).toMatchObject({ status: 200, text: expect.stringMatching(/^<!doctype html>/) });
    expect((await ask(url, { headers: { host: 'evil.example' } })).status).toBe(421);
    const page = await listen(`${url}dashboard/events`);
    await page.next();
    const stopping = Date.now();
    child.kill(signal);
    expect(await ended).toMatchObject({ exit: 0, stderr: '' });
    expect(Date.now() - stopping).toBeLessThan(3_000);
    await page.ended;
  },
);

test('says where in JSON', async () => {
  await writeOutputs();
  const { child, ended, lines } = start('--port', '0', '--json');
  const { url, stage } = JSON.parse(await lines(4));
  expect(stage).toBe('local');
  expect((await ask(url)).status).toBe(200);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ exit: 0, stderr: '' });
});

test('a port that is taken or is none is refused with 2', async () => {
  await writeOutputs();
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await start('--port', String(port)).ended).toEqual({
    exit: 2,
    stdout: '',
    stderr: `orders: --port: must be a port that is free on 127.0.0.1, received ${port}, which another program has\n`,
  });
  expect(await start('--port', 'many').ended).toEqual({
    exit: 2,
    stdout: '',
    stderr: 'orders: --port: must be a whole number from 0 to 65,535, received many\n',
  });
});

test('without an embedded cloud it ends with 3', async () => {
  expect(await start().ended).toMatchObject({
    exit: 3,
    stdout: '',
    stderr: expect.stringMatching(/^orders: the embedded cloud is not running/),
  });
});
