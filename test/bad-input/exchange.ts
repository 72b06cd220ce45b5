import { connect } from 'node:net';

/** One answer as it came over the wire. */
export interface WireAnswer {
  status: number;
  type: string | undefined;
  body: string;
}

/**
 * Sends bytes to an HTTP server as they are, which no HTTP client would, and reads what it answers until it hangs up, or
 * has said nothing more for `quietMs`.
 *
 * @param address of the server; `{host}` in the bytes becomes its host and port
 * @param parts sent one after another
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
    // An answer that comes before the whole request has been sent may end the connection.
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

/** Answers one after another, each with a `content-length`; interim ones (`100 Continue`) have no body. */
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
