import { createWriteStream, type WriteStream } from 'node:fs';
import * as z from 'zod';
import { parseJson } from '../../lib/json.ts';

/**
 * Writes the log lines of all functions to a file, which is overwritten, and sums up the metrics in them (embedded
 * metric format), as CloudWatch does.
 */
export class FunctionLog {
  readonly file: string;
  readonly #stream: WriteStream;
  readonly #metrics = new Map<string, number>();
  #errors = 0;

  constructor(file: string) {
    this.file = file;
    this.#stream = createWriteStream(file, { mode: 0o600 });
    // A full disk must not end the embedded cloud.
    this.#stream.on('error', ({ message }) =>
      process.stderr.write(`function log ${file}: cannot be written, ${message}\n`),
    );
  }

  write(functionName: string, line: string): void {
    this.#stream.write(`${functionName} ${line}\n`);
    if (line.startsWith('{"_aws"')) this.#count(line);
  }

  /** Writes and counts an error that an operator should see, such as a batch that failed as a whole or an unreachable queue. */
  writeError(functionName: string, line: string): void {
    this.#errors++;
    this.write(functionName, line);
  }

  get errors(): number {
    return this.#errors;
  }

  /** Returns the sum of a metric over all functions; 0 if none reported it. */
  sum(metric: string): number {
    return this.#metrics.get(metric) ?? 0;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#stream.end(resolve));
  }

  /** Ignores malformed metrics, as CloudWatch does. */
  #count(line: string): void {
    const { data } = metricLine.safeParse(parseJson(line));
    for (const { Metrics } of data?._aws.CloudWatchMetrics ?? []) {
      for (const { Name } of Metrics) {
        // A metric with several values is a list.
        const values = [data?.[Name]].flat().map(Number).filter(Number.isFinite);
        this.#metrics.set(
          Name,
          values.reduce((sum, value) => sum + value, this.sum(Name)),
        );
      }
    }
  }
}

/**
 * The embedded metric format:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const metricLine = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(z.object({ Metrics: z.array(z.object({ Name: z.string() })) })),
  }),
});
