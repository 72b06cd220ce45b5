import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, describeRequest, type Fault, type PassingRequest, refusal } from './fault.ts';
import { splitBatch } from './split-batch.ts';

/** Endpoints of the services. */
export interface Upstream {
  /** SQS, SNS, S3 and Lambda. */
  awsEndpoint: string;
  dynamoDbEndpoint: string;
}

export interface FaultProxyOptions {
  /** Says what happens to a request; undefined lets it pass. */
  decide: (passing: PassingRequest) => Fault | undefined;
  /** Kills a client's process. */
  kill?: (client: string) => void;
  /** Called for each request that a service has carried out. */
  onDone?: (passing: PassingRequest, body: Buffer, answer: Answer) => void;
}

/** A proxy in front of the services of the embedded cloud, on 127.0.0.1. */
export interface FaultProxy {
  /**
   * Listens for one more client.
   *
   * @returns the endpoint that it is to use for all services, DynamoDB among them
   */
  addClient(name: string): Promise<string>;
  /** Sets where requests go from now on; before the first call they are cut. */
  setUpstream(upstream: Upstream | undefined): void;
  close(): Promise<void>;
}

/** Hidden for longer than this, a message is hidden for this long only, in s: tests have no hours. */
const LONGEST_HIDING = 60;
const HIDING = 8;

export function startFaultProxy({ decide, kill, onDone }: FaultProxyOptions): FaultProxy {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const servers: Server[] = [];
  let upstream: Upstream | undefined;

  async function handle(client: string, own: string, incoming: IncomingMessage, outgoing: ServerResponse) {
    const body = Buffer.concat(await incoming.toArray());
    const { method = '', url = '', headers } = incoming;
    const passing: PassingRequest = { client, ...describeRequest(method, url, headers, body) };
    const fault = decide(passing);
    const cut = () => incoming.socket.destroy();

    async function pass(sent: Buffer): Promise<Answer> {
      if (!upstream) throw new Error('nothing is up');
      const { awsEndpoint, dynamoDbEndpoint } = upstream;
      const base = passing.service === 'dynamodb' ? dynamoDbEndpoint : awsEndpoint;
      // Queues are known by their URLs.
      const readdressed =
        passing.service === 'sqs' ? Buffer.from(sent.toString().replaceAll(own, awsEndpoint)) : sent;
      const answer = await forward(
        agent,
        incoming,
        outgoing,
        new URL(url, base),
        hideShorter(passing, readdressed),
      );
      onDone?.(passing, sent, answer);
      return answer;
    }

    switch (fault?.kind) {
      case undefined:
        return reply(outgoing, await pass(body));
      case 'delay':
        await sleep(fault.ms);
        return reply(outgoing, await pass(body));
      case 'throttle':
      case 'error':
        return reply(outgoing, refusal(passing.service, fault.kind));
      case 'cut':
        if (fault.when === 'after') await pass(body);
        return cut();
      case 'hang':
        await pass(body);
        return;
      case 'kill':
        if (fault.when === 'after') await pass(body);
        kill?.(client);
        return cut();
      case 'partial': {
        const split = splitBatch(passing.action, body);
        if (!split) return reply(outgoing, await pass(body));
        const answer = split.body ? await pass(split.body) : emptyAnswer(headers['content-type']);
        return reply(
          outgoing,
          answer.status === 200 ? { ...answer, body: split.complete(answer.body) } : answer,
        );
      }
      case 'redeliver': {
        const answer = await pass(body);
        await hide(incoming, body, messagesOf(answer), 0);
        return reply(outgoing, answer);
      }
      case 'reorder': {
        const answer = await pass(body);
        const messages = messagesOf(answer).reverse();
        const later = messages.filter((_message, index) => index % 3 === 2);
        await hide(incoming, body, later, 0);
        const Messages = messages.filter((message) => !later.includes(message));
        return reply(outgoing, { ...answer, body: Buffer.from(JSON.stringify({ Messages })) });
      }
      case 'forget': {
        const { Entries } = JSON.parse(body.toString()) as { Entries: { Id: string }[] };
        const Successful = Entries.map(({ Id }) => ({ Id }));
        const answer = emptyAnswer(headers['content-type']);
        return reply(outgoing, { ...answer, body: Buffer.from(JSON.stringify({ Successful })) });
      }
    }
  }

  /** Sets when messages of a receive become visible again. */
  async function hide(
    { headers }: IncomingMessage,
    receive: Buffer,
    messages: readonly Message[],
    VisibilityTimeout: number,
  ): Promise<void> {
    if (!upstream || messages.length === 0) return;
    const { QueueUrl } = JSON.parse(receive.toString()) as { QueueUrl: string };
    const url = new URL(new URL(QueueUrl).pathname, upstream.awsEndpoint).href;
    const Entries = messages.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout,
    }));
    await fetch(upstream.awsEndpoint, {
      method: 'POST',
      headers: {
        'content-type': headers['content-type'] ?? '',
        'x-amz-target': 'AmazonSQS.ChangeMessageVisibilityBatch',
      },
      body: JSON.stringify({ QueueUrl: url, Entries }),
    });
  }

  return {
    async addClient(name) {
      let own = '';
      const server = createServer((incoming, outgoing) => {
        // Whatever goes wrong behind it is a cut connection for the client: that is what it is here for.
        handle(name, own, incoming, outgoing).catch(() => incoming.socket.destroy());
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      servers.push(server);
      own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return own;
    },
    setUpstream(next) {
      upstream = next;
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      }
      agent.destroy();
    },
  };
}

interface Message {
  ReceiptHandle: string;
}

const messagesOf = ({ body }: Answer): Message[] =>
  (JSON.parse(body.toString() || '{}') as { Messages?: Message[] }).Messages ?? [];

const emptyAnswer = (contentType = ''): Answer => ({
  status: 200,
  headers: { 'content-type': contentType.includes('json') ? contentType : 'text/xml' },
  body: Buffer.from(contentType.includes('json') ? '{}' : ''),
});

function hideShorter({ action }: PassingRequest, body: Buffer): Buffer {
  if (!action.startsWith('ChangeMessageVisibility')) return body;
  const shorten = (_match: string, seconds: string) =>
    `"VisibilityTimeout":${Number(seconds) > LONGEST_HIDING ? HIDING : seconds}`;
  return Buffer.from(body.toString().replaceAll(/"VisibilityTimeout":(\d+)/g, shorten));
}

/** Sends a request on; one whose client has gone is given up, as it would be without a proxy. */
export async function forward(
  agent: Agent,
  { method, headers }: IncomingMessage,
  outgoing: ServerResponse,
  url: URL,
  body: Buffer,
): Promise<Answer> {
  const { 'transfer-encoding': _chunked, expect: _expect, ...kept } = headers;
  const sending = request(url, {
    agent,
    method,
    headers: { ...kept, host: url.host, 'content-length': body.length },
  });
  const gone = () => sending.destroy();
  outgoing.once('close', gone);
  sending.end(body);
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  const received = Buffer.concat(await answer.toArray());
  outgoing.off('close', gone);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: received };
}

/** Answers a client as a service has answered, or would. */
export function reply(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  // Of a body that was changed, neither is true any more.
  const { 'x-amz-crc32': _checksum, 'transfer-encoding': _chunked, ...kept } = headers;
  // The answer to a HEAD tells the length of a body that it has not.
  if (outgoing.req.method !== 'HEAD') kept['content-length'] = String(body.length);
  outgoing.writeHead(status, kept);
  outgoing.end(body);
}
