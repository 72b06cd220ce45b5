import { connect } from 'node:net';

/** An HTTP response. */
export interface WireAnswer {
  status: number;
  type: string | undefined;
  body: string;
}

/**
 * Sends raw bytes, possibly invalid HTTP, to a server. Reads responses until the server closes the connection or sends nothing for
 * `quietMs`.
 *
 * @param address URL of the server. Its host and port replace `{host}` in the bytes.
 * @param parts Parts of the request, sent one after another.
 */
export async function exchange(
  address: string,
  parts: readonly (string | Buffer)[],
  quietMs = 30_000,
): Promise<WireAnswer[]> {
  const { hostname, port, host } = new URL(address);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  await new Promise<void>((done) => {
    // The server may respond and close the connection before it has received the whole request.
    socket.on('error', () => done());
    socket.on('close', () => done());
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      socket.setTimeout(quietMs);
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('connect', () => {
      for (const part of parts)
        socket.write(typeof part === 'string' ? part.replaceAll('{host}', host) : part);
    });
  });
  return readAnswers(Buffer.concat(chunks).toString('latin1'));
}

/** Parses consecutive responses, each with a `content-length`. Interim responses (`100 Continue`) have no body. */
function readAnswers(text: string): WireAnswer[] {
  const answers: WireAnswer[] = [];
  for (let rest = text; rest.startsWith('HTTP/1.'); ) {
    const end = rest.indexOf('\r\n\r\n') + 4;
    const head = rest.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    answers.push({
      status: Number(head.split(' ')[1]),
      type: /^content-type: ([^;\r]+)/im.exec(head)?.[1],
      body: rest.slice(end, end + length),
    });
    rest = rest.slice(end + length);
  }
  return answers;
}
