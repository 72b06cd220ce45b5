import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createListener } from '../../local/aws-services/http-server.ts';
import type { Service } from '../../local/aws-services/service.ts';

/** Serves a service, and records what happens. */
async function start(service: Service, commit: () => void = () => undefined) {
  const errors: unknown[] = [];
  const server = createServer(createListener(service, commit, (error) => errors.push(error)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, errors };
}

test('a service receives the whole request', async () => {
  const seen = vi.fn<Service>(() => ({ status: 201, headers: { 'x-a': '1' }, body: 'é' }));
  const { url } = await start(seen);
  const answer = await fetch(`${url}/a%20b/c?x=1&x=2`, { method: 'PUT', body: 'body' });
  expect([answer.status, answer.headers.get('x-a'), answer.headers.get('content-length')]).toEqual([
    201,
    '1',
    '2',
  ]);
  expect(await answer.text()).toBe('é');
  const [request] = seen.mock.calls[0] ?? [];
  expect(request).toMatchObject({ method: 'PUT', path: '/a%20b/c', sourceIp: '127.0.0.1' });
  expect(request?.query.getAll('x')).toEqual(['1', '2']);
  expect(request?.body.toString()).toBe('body');
  expect(request?.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test('changes are committed before the answer is sent', async () => {
  const events: string[] = [];
  const service: Service = () => {
    events.push('answered');
    return { status: 200 };
  };
  const { url } = await start(service, () => events.push('committed'));
  await fetch(url);
  expect(events).toEqual(['answered', 'committed']);
});

test('a client whose changes cannot be committed is disconnected without an answer', async () => {
  const full = new Error('the disk is full');
  const { url, errors } = await start(
    () => ({ status: 200, body: 'done' }),
    () => {
      throw full;
    },
  );
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  expect(errors).toEqual([full]);
});

test('an unexpected error of a service is answered with 500 and reported', async () => {
  const bug = new Error('a bug');
  const { url, errors } = await start(() => {
    throw bug;
  });
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([500, 'InternalFailure\n']);
  expect(errors).toEqual([bug]);
});

test('a service learns that its client has disconnected, during its work and instead of an answer', async () => {
  const lost = vi.fn<() => void>();
  const waiting = Promise.withResolvers<void>();
  const { port } = await start(async ({ signal }) => {
    waiting.resolve();
    await once(signal, 'abort');
    return { status: 200, onLost: lost };
  });
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await waiting.promise;
  socket.destroy();
  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce());
});

test('a request whose client disconnects while it sends is not served', async () => {
  const seen = vi.fn<Service>(() => ({ status: 200 }));
  const { port, errors } = await start(seen);
  const socket = connect(port, '127.0.0.1');
  socket.write('PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf');
  await sleep(20);
  socket.destroy();
  await sleep(20);
  expect(seen).not.toHaveBeenCalled();
  expect(errors).toEqual([]);
});
