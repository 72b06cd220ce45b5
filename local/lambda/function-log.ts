import { createWriteStream, type WriteStream } from 'node:fs';
import * as z from 'zod';
import { parseJson } from '../../lib/json.ts';

/**
 * Takes the lines that functions write: metrics in the embedded metric format are summed up, as CloudWatch would, and
 * everything goes to a file, begun anew.
 */
export class FunctionLog {
  readonly file: string;
  readonly #stream: WriteStream;
  readonly #metrics = new Map<string, number>();
  #troubles = 0;

  constructor(file: string) {
    this.file = file;
    this.#stream = createWriteStream(file, { mode: 0o600 });
    // A full disk must not end the embedded cloud; but nobody would find out otherwise.
    this.#stream.on('error', ({ message }) =>
      process.stderr.write(`The functions' log is not written: ${message}\n`),
    );
  }

  write(functionName: string, line: string): void {
    this.#stream.write(`${functionName} ${line}\n`);
    if (line.startsWith('{"_aws"')) this.#count(line);
  }

  /** Writes what an operator should look at: a batch that failed as a whole, a queue out of reach. */
  writeTrouble(functionName: string, line: string): void {
    this.#troubles++;
    this.write(functionName, line);
  }

  get troubles(): number {
    return this.#troubles;
  }

  /** A metric's sum over all functions; 0 where none was seen. */
  sum(metric: string): number {
    return this.#metrics.get(metric) ?? 0;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#stream.end(resolve));
  }

  /** Like CloudWatch, takes no notice of what is not a metric after all. */
  #count(line: string): void {
    const { data } = metricLine.safeParse(parseJson(line));
    for (const { Metrics } of data?._aws.CloudWatchMetrics ?? []) {
      for (const { Name } of Metrics) {
        // A metric that was added more than once is a list.
        const values = [data?.[Name]].flat().map(Number).filter(Number.isFinite);
        this.#metrics.set(
          Name,
          values.reduce((sum, value) => sum + value, this.sum(Name)),
        );
      }
    }
  }
}

/** The embedded metric format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const metricLine = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(z.object({ Metrics: z.array(z.object({ Name: z.string() })) })),
  }),
});
