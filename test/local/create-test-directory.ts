import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that goes with the test. */
export async function createTestDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'order-pipeline-test-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** A directory in which anybody may make files, such as the user whom Postgres runs as: it is not root. */
export async function createOpenDirectory(): Promise<string> {
  const directory = await createTestDirectory();
  await chmod(directory, 0o777);
  return directory;
}
