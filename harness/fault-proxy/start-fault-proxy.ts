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
  /** Endpoint of SQS, SNS, S3 and Lambda. */
  awsEndpoint: string;
  dynamoDbEndpoint: string;
}

export interface FaultProxyOptions {
  /** Returns the fault for a request; undefined lets it pass. */
  decide: (passing: PassingRequest) => Fault | undefined;
  /** Kills a client's process. */
  kill?: (client: string) => void;
  /** Called for each request that a service has processed. */
  onDone?: (passing: PassingRequest, body: Buffer, answer: Answer) => void;
}

/** A proxy in front of the services of the embedded cloud, on 127.0.0.1. */
export interface FaultProxy {
  /**
   * Opens an endpoint for one client.
   *
   * @returns The endpoint that the client uses for all services, including DynamoDB.
   */
  addClient(name: string): Promise<string>;
  /** Sets the services for all further requests. Until the first call, connections are closed. */
  setUpstream(upstream: Upstream | undefined): void;
  close(): Promise<void>;
}

/** Visibility timeouts above 60 s are shortened to 8 s, to keep tests short. */
const MAX_VISIBILITY_TIMEOUT = 60;
const SHORT_VISIBILITY_TIMEOUT = 8;

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
      if (!upstream) throw new Error('fault proxy: no upstream is set');
      const { awsEndpoint, dynamoDbEndpoint } = upstream;
      const base = passing.service === 'dynamodb' ? dynamoDbEndpoint : awsEndpoint;
      // SQS identifies queues by their URLs, which contain the endpoint.
      const forwarded =
        passing.service === 'sqs' ? Buffer.from(sent.toString().replaceAll(own, awsEndpoint)) : sent;
      const answer = await forward(
        agent,
        incoming,
        outgoing,
        new URL(url, base),
        shortenVisibilityTimeout(passing, forwarded),
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
        await setVisibilityTimeout(incoming, body, messagesOf(answer), 0);
        return reply(outgoing, answer);
      }
      case 'reorder': {
        const answer = await pass(body);
        const messages = messagesOf(answer).reverse();
        const later = messages.filter((_message, index) => index % 3 === 2);
        await setVisibilityTimeout(incoming, body, later, 0);
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

  async function setVisibilityTimeout(
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
        // Any error behind the proxy is a closed connection for the client.
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

function shortenVisibilityTimeout({ action }: PassingRequest, body: Buffer): Buffer {
  if (!action.startsWith('ChangeMessageVisibility')) return body;
  const shorten = (_match: string, seconds: string) =>
    `"VisibilityTimeout":${Number(seconds) > MAX_VISIBILITY_TIMEOUT ? SHORT_VISIBILITY_TIMEOUT : seconds}`;
  return Buffer.from(body.toString().replaceAll(/"VisibilityTimeout":(\d+)/g, shorten));
}

/** Forwards a request. If the client disconnects, the request is aborted, as it would be without a proxy. */
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

/** Sends a service's answer to the client. */
export function reply(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  // Both headers are wrong if the body was changed.
  const { 'x-amz-crc32': _checksum, 'transfer-encoding': _chunked, ...kept } = headers;
  // The content-length of a HEAD response describes a body that is not sent.
  if (outgoing.req.method !== 'HEAD') kept['content-length'] = String(body.length);
  outgoing.writeHead(status, kept);
  outgoing.end(body);
}
