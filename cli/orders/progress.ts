/** Shows how long work is getting on. */
export interface ProgressBar {
  update(done: number, total?: number): void;
  done(): void;
}

export function createProgressBar(_label: string, _stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  return { update: () => undefined, done: () => undefined };
}
