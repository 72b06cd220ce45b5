import { createWriteStream, type WriteStream } from 'node:fs';

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

  #count(line: string): void {
    const values = JSON.parse(line) as Record<string, unknown> & {
      _aws: { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
    };
    for (const { Metrics } of values._aws.CloudWatchMetrics) {
      for (const { Name } of Metrics) {
        // A metric that was added more than once is a list.
        const total = [values[Name]]
          .flat()
          .reduce((sum: number, value) => sum + Number(value), this.sum(Name));
        this.#metrics.set(Name, total);
      }
    }
  }
}
